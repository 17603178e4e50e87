import { type Problem, problem } from '../../shared/problem.ts';
import type { Instant } from '../../shared/time.ts';
import type { EventOf, GrantEvent } from '../event.ts';

/** Why everything is frozen, as the parameter says it. `by` is `kind:id`; what cannot be read is absent. */
export type InstallationFreeze = { by?: string; at?: Instant; reason?: string };

/** The switch that freezes the whole installation: the presence of one parameter. It cannot be deleted through this port. */
export type InstallationSwitch = {
  /** Why everything is frozen; undefined where the parameter is proven to be absent. What is said is at most five seconds
   *  old. Throws `PortError` where it cannot be known: then nothing is granted. */
  frozen(): Promise<InstallationFreeze | undefined>;
  /** Why everything is frozen, as it is now. Throws as `frozen` does. */
  frozenNow(): Promise<InstallationFreeze | undefined>;
  /** Creates the parameter, unless it is there. Idempotent. */
  freeze(why: Required<InstallationFreeze>): Promise<void>;
};

/** How far the freeze of the installation is, as its stream says it. */
export type InstallationState =
  | { state: 'open' }
  | { state: 'requested'; request: EventOf<'InstallationFreezeRequested'> }
  | { state: 'frozen' };

/** Folds the installation's stream; events of other kinds do not matter. */
export const installationStateOf = (events: readonly GrantEvent[]): InstallationState =>
  events.reduce<InstallationState>(
    (before, event) => {
      switch (event.type) {
        case 'InstallationFreezeRequested':
          return { state: 'requested', request: event };
        case 'InstallationFrozen':
          return { state: 'frozen' };
        case 'InstallationThawed':
          return { state: 'open' };
        default:
          return before;
      }
    },
    { state: 'open' },
  );

/** The problem of what the freeze of the installation forbids. */
export function frozenInstallation({ by, at, reason }: InstallationFreeze): Problem {
  const since = at === undefined ? '' : ` since ${at}`;
  const who = by === undefined ? '' : ` by ${by.replace(':', ' ')}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  const detail = `Rolewright is frozen${since}${who}${why}. Nothing is granted, changed or renewed until an administrator runs npm run thaw. Grants can be revoked and frozen.`;
  return problem('FROZEN', detail);
}
