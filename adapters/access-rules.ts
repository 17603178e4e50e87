import type { Configuration } from '../domain/configuration.ts';
import type { Template } from '../domain/template.ts';
import { readAccessFiles } from './access-files.ts';
import { loadCedar } from './cedar.ts';
import { type CedarAccess, cedarAccess } from './cedar-access.ts';
import { StartFailure } from './settings-files.ts';

/** The access rules of `access/` below `root`. The accounts, workspaces and templates that they name must be there. Throws
 *  `StartFailure` with every fault of every file. */
export function readAccess(
  root: string,
  { accounts, workspaces }: Pick<Configuration, 'accounts' | 'workspaces'>,
  templates?: ReadonlyMap<string, Template>,
): CedarAccess {
  const found = cedarAccess(loadCedar(), readAccessFiles(root), {
    Account: accounts.map(({ id }) => id),
    Workspace: workspaces.map(({ uuid }) => uuid),
    ...(templates ? { Template: [...templates.keys()] } : {}),
  });
  if ('faults' in found) throw new StartFailure(found.faults);
  return found.access;
}
