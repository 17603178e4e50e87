import type { Drift } from './drift.ts';
import type {
  ActiveGrant,
  FrozenGrant,
  Grant,
  GrantChange,
  GrantRole,
  ProvisioningGrant,
  RevokingGrant,
} from './grant.ts';

/** What is left to do on a grant, with what the state proves about it; `rest` when nothing is. */
export type Work =
  | { kind: 'rest' }
  | { kind: 'provision'; grant: ProvisioningGrant }
  | {
      kind: 'compensate';
      grant: ProvisioningGrant;
      error: NonNullable<ProvisioningGrant['compensating']>;
    }
  | { kind: 'contain'; grant: ActiveGrant; drift: Drift }
  | { kind: 'repair'; grant: ActiveGrant }
  | { kind: 'freeze'; grant: FrozenGrant; role: GrantRole }
  | { kind: 'update'; grant: ActiveGrant; change: GrantChange }
  | { kind: 'revoke'; grant: RevokingGrant };

const REST: Work = { kind: 'rest' };

/** The work that the state of a grant asks for. */
export function workOf(grant: Grant | undefined): Work {
  switch (grant?.state) {
    case 'provisioning': {
      const { compensating: error } = grant;
      return error ? { kind: 'compensate', grant, error } : { kind: 'provision', grant };
    }
    case 'active': {
      const { change, repair, drift } = grant;
      if (drift?.pending === 'freeze') return { kind: 'contain', grant, drift };
      if (change?.phase === 'updating') return { kind: 'update', grant, change };
      return repair ? { kind: 'repair', grant } : REST;
    }
    case 'frozen': {
      const { role } = grant;
      return role && !(role.id !== undefined && role.disabled) ? { kind: 'freeze', grant, role } : REST;
    }
    case 'revoking':
      return { kind: 'revoke', grant };
    default:
      return REST;
  }
}

/** True while the provisioner has nothing to do on the grant. */
export const isAtRest = (grant: Grant | undefined): boolean => workOf(grant).kind === 'rest';
