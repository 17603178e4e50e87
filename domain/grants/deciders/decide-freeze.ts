import { comparePersons, type Principal } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { type EventData, type NewEvent, optional } from '../event.ts';
import { type FrozenGrant, type Grant, hasAsked } from '../grant.ts';

/** What a freeze, a thaw or a repair comes to: the event to append, if any. `begun`: the provisioner has work. `unchanged`:
 *  the grant is as it was asked to be. */
export type ReopeningDecision = { events: NewEvent[]; outcome: 'begun' | 'unchanged' };

/** The rule that no requester opens again what was closed; it holds whatever the access rules say. */
export const OWN_REOPENING_RULE = 'nobody-reopens-their-own-request';

/** Seconds until a caller should try again on a grant that other work is under way on. Our choice. */
const RETRY_AFTER = 5;

/** Decides a freeze. What waits for approval on the grant, or is being changed, is dropped. `CONFLICT` where there is no
 *  role to close. */
export function decideFreeze(
  grant: Grant,
  { cause, reason, kinds }: Pick<EventData<'GrantFrozen'>, 'cause' | 'reason' | 'kinds'>,
): Result<ReopeningDecision> {
  switch (grant.state) {
    case 'frozen':
      return ok({ events: [], outcome: 'unchanged' });
    case 'active':
      break;
    case 'provisioning':
      if (!grant.compensating) break;
      return fail(noneToFreeze(grant));
    default:
      return fail(noneToFreeze(grant));
  }
  const data = { ...targetOf(grant), cause, reason, ...optional('kinds', kinds) };
  return ok({ events: [{ type: 'GrantFrozen', data }], outcome: 'begun' });
}

/** Who asks for a thaw or a repair, and why. */
type Reopening = { principal: Principal; reason: string };

/** Decides a thaw: a frozen grant is provisioned again. `DENIED` for a requester. `CONFLICT` where nothing is frozen, and
 *  where the role was closed by hand: that ends by a repair only. */
export function decideThaw(grant: Grant, { principal, reason }: Reopening): Result<ReopeningDecision> {
  if (grant.state === 'active') return ok({ events: [], outcome: 'unchanged' });
  if (grant.state === 'provisioning' && grant.thawing) return ok({ events: [], outcome: 'begun' });
  if (grant.state !== 'frozen') return fail(notFrozen(grant, 'thawed'));
  if (grant.frozen.kinds?.includes('CLOSED_BY_HAND')) {
    const detail = `The role of grant ${grant.id} was closed by hand in AWS, and a thaw does not undo that. Find out why, then repair the grant or revoke it.`;
    return fail(problem('CONFLICT', detail));
  }
  return reopen(grant, principal, { type: 'GrantThawed', data: { ...targetOf(grant), reason } });
}

/** Decides a repair: the role is restored to exactly what was last applied. `DENIED` for a requester, `CONFLICT` where
 *  there is no role to repair or other work is under way. */
export function decideRepair(grant: Grant, { principal, reason }: Reopening): Result<ReopeningDecision> {
  const event: NewEvent = { type: 'RepairRequested', data: { ...targetOf(grant), reason } };
  switch (grant.state) {
    case 'frozen':
      return reopen(grant, principal, event);
    case 'active':
      if (grant.repair) return ok({ events: [], outcome: 'begun' });
      if (grant.change?.phase === 'updating') return fail(underWay(grant));
      return reopen(grant, principal, event);
    case 'provisioning':
      return grant.thawing ? ok({ events: [], outcome: 'begun' }) : fail(underWay(grant));
    default:
      return fail(notFrozen(grant, 'repaired'));
  }
}

function reopen(grant: Grant, principal: Principal, event: NewEvent): Result<ReopeningDecision> {
  const own = ownReopening(grant, principal);
  return own ? fail(own) : ok({ events: [event], outcome: 'begun' });
}

/** The problem of a caller who may not open a grant again because they, perhaps, asked for it; undefined for others. */
export function ownReopening(grant: Grant, principal: Principal): Problem | undefined {
  if (principal.kind === 'person' && !hasAsked(grant, principal)) return undefined;
  const isUnproven =
    principal.kind === 'person' &&
    ![grant.request.requestedBy, ...grant.requesters].some(
      (other) => comparePersons(other, principal) === 'same',
    );
  const detail = isUnproven
    ? ': nothing verified tells them apart from a person who asked for this. An administrator gives both an entry in people with the email, Slack user or Bitbucket account that each is known by.'
    : ' asked for this. Another person must open it again.';
  return problem('DENIED', `Rule ${OWN_REOPENING_RULE}: ${principal.kind} ${principal.id}${detail}`);
}

/** The problem of a request on a frozen grant. */
export function frozenGrant({ id, frozen }: FrozenGrant): Problem {
  const { by, at, reason } = frozen;
  const detail = `Grant ${id} is frozen since ${at} by ${by.kind} ${by.id}: ${reason}. Nothing is granted, changed or renewed until a person thaws or repairs it; it can be revoked.`;
  return problem('FROZEN', detail);
}

const noneToFreeze = (grant: Grant): Problem =>
  problem('CONFLICT', `Grant ${grant.id} is ${grant.state} and has no role that can be frozen.`);

const notFrozen = (grant: Grant, what: 'thawed' | 'repaired'): Problem =>
  problem('CONFLICT', `Grant ${grant.id} is ${grant.state} and cannot be ${what}. Request it instead.`);

const underWay = (grant: Grant): Problem =>
  problem('CONFLICT', `Grant ${grant.id} is being made or changed. Repeat the repair when that has ended.`, {
    retryAfter: RETRY_AFTER,
  });

const targetOf = (grant: Grant) => {
  const { repository, account } = grant.request.intent;
  return { repository, account };
};
