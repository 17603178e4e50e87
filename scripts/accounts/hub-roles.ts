import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Account } from '../../domain/shared/account.ts';

/** The ARNs of the roles that the roles of a spoke must trust. */
export type HubRoles = { provisioner: string; reconciler: string };

type Service = { service: string; params?: Record<string, Record<string, unknown> | undefined> };

/** The roles of the hub's functions, as `serverless.yml` below `root` names them for the hub's stage: by its service, and its path and
 *  prefix for functions' roles. A `--param` of one deployment is not seen. */
export function hubRoles(root: string, hub: Pick<Account, 'id' | 'partition' | 'stage'>): HubRoles {
  const { service, params = {} }: Service = parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), {
    logLevel: 'silent',
  });
  const { functionRolePath: path, functionRolePrefix: prefix } = { ...params.default, ...params[hub.stage] };
  const begin = `arn:${hub.partition}:iam::${hub.id}:role${String(path || '/')}${String(prefix ?? '')}${service}-${hub.stage}`;
  return { provisioner: `${begin}-provisioner`, reconciler: `${begin}-reconciler` };
}

/** Whom the roles of the local stack's spokes trust: its functions have no roles, and speak as the hub's administrator. */
export function localHubRoles({ id, partition }: Pick<Account, 'id' | 'partition'>): HubRoles {
  const administrator = `arn:${partition}:iam::${id}:user/sandbox`;
  return { provisioner: administrator, reconciler: administrator };
}
