import { type Action, actions, couldBeAllowed, unknownContext } from '../../access/authorisation.ts';
import { mayEverywhere } from '../../access/list-reach.ts';
import type { RepositoryAdmins } from '../../access/repository-admins.ts';
import type { Caller, Principal } from '../../shared/principal.ts';
import type { AccessPorts } from '../access.ts';

/** Who a caller is, as their token proves it, and the actions that the access rules could allow them on some grant or
 *  event. Each is decided again on what it is done to. `readsEveryGrant`: the rules let them read all, so a list leaves none
 *  out. */
export type CallerView = Pick<Principal, 'kind' | 'id'> & {
  groups: readonly string[];
  issuer?: string;
  may: Action[];
  readsEveryGrant: boolean;
};

/** See `CallerView`. Asks nothing of Bitbucket, reads nothing, and reports no denial. */
export function readCaller(
  { access: rules, admins }: Pick<AccessPorts, 'access'> & { admins(): RepositoryAdmins },
  caller: Caller,
): CallerView {
  const context = { ...unknownContext, repositoryAdmin: admins().couldBe(caller) };
  const { principal, groups, issuer } = caller;
  return {
    kind: principal.kind,
    id: principal.id,
    groups,
    ...(issuer === undefined ? {} : { issuer }),
    may: actions.filter((action) => couldBeAllowed({ rules, caller, action, context }).allowed),
    readsEveryGrant: mayEverywhere({ rules, caller, action: 'read', context: unknownContext }),
  };
}
