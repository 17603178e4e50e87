import type { GrantId } from '../../shared/identifiers.ts';
import type { Principal } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import type { EventData, GrantEvent } from '../event.ts';
import type { Hold } from '../grant.ts';

/** What a repository's stream says: whether the repository is held, the grants that were to end by incidents since then, and the
 *  revokes that are still to be announced. */
export type RepositoryHold = {
  hold: Hold | undefined;
  ended: readonly GrantId[];
  open: EventData<'RepositoryHeld'> | undefined;
};

/** Folds a repository's stream. The first hold stays until it is released. */
export const repositoryHoldOf = (events: readonly GrantEvent[]): RepositoryHold =>
  events.reduce<RepositoryHold>(
    (before, event) => {
      switch (event.type) {
        case 'RepositoryHeld': {
          const { principal: by, at, data } = event;
          const hold = before.hold ?? { by, at, reason: data.reason };
          const ended = [...new Set([...before.ended, ...data.revoke.map(({ grantId }) => grantId)])];
          return { hold, ended, open: withRevokes(before.open, data) };
        }
        case 'RepositoryRevoked':
          return { hold: before.hold, ended: before.ended, open: undefined };
        case 'RepositoryReleased':
          return { hold: undefined, ended: [], open: before.open };
        default:
          return before;
      }
    },
    { hold: undefined, ended: [], open: undefined },
  );

/** The revokes of an incident with those of an earlier one that were not announced yet. */
function withRevokes(
  open: EventData<'RepositoryHeld'> | undefined,
  data: EventData<'RepositoryHeld'>,
): EventData<'RepositoryHeld'> | undefined {
  const listed = new Set(data.revoke.map(({ grantId }) => grantId));
  const earlier = open?.revoke.filter(({ grantId }) => !listed.has(grantId)) ?? [];
  const revoke = [...earlier, ...data.revoke];
  return revoke.length > 0 ? { ...data, revoke } : undefined;
}

/** True for who a hold keeps from asking: everyone but people. */
export const isKeptByHold = ({ kind }: Principal): boolean => kind !== 'person';

/** The problem of what a hold forbids. `held` is what is held, such as `Grant gr_…`. */
export function heldProblem(held: string, { by, at, reason }: Hold): Problem {
  const why = reason === undefined ? '' : `: ${reason}`;
  const detail = `${held} is held since ${at} by ${by.kind} ${by.id}${why}. Pipelines, services and rules cannot request it, and no one can renew it, until a person releases the repository. A person can request it.`;
  return problem('FROZEN', detail);
}
