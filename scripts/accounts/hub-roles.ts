import type { Account } from '../../domain/shared/account.ts';
import { readServiceFile } from '../service-file.ts';

/** The ARNs of the roles that the roles of a spoke must trust. */
export type HubRoles = { provisioner: string; reconciler: string };

/** The roles of the hub's functions, as `serverless.yml` below `root` names them for the hub's stage: by its service, and its path and
 *  prefix for functions' roles. A `--param` of one deployment is not seen. */
export function hubRoles(root: string, hub: Pick<Account, 'id' | 'partition' | 'stage'>): HubRoles {
  const { service, params } = readServiceFile(root, hub.stage);
  const { functionRolePath: path, functionRolePrefix: prefix } = params;
  const begin = `arn:${hub.partition}:iam::${hub.id}:role${String(path || '/')}${String(prefix ?? '')}${service}-${hub.stage}`;
  return { provisioner: `${begin}-provisioner`, reconciler: `${begin}-reconciler` };
}

/** Whom the roles of the local stack's spokes trust: its functions have no roles, and speak as the hub's administrator. */
export function localHubRoles({ id, partition }: Pick<Account, 'id' | 'partition'>): HubRoles {
  const administrator = `arn:${partition}:iam::${id}:user/sandbox`;
  return { provisioner: administrator, reconciler: administrator };
}
