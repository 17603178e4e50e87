import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Template } from '../../domain/templates/template.ts';
import { type CedarAccess, cedarAccess } from './access.ts';
import { compiledAccess } from './access-source.ts';
import { loadCedar } from './engine.ts';
import type { KnownNames } from './rules.ts';

/** The names that access rules may use. */
export const knownNames = (
  { accounts, workspaces }: Pick<Configuration, 'accounts' | 'workspaces'>,
  templates?: ReadonlyMap<string, Template>,
): KnownNames => ({
  Account: accounts.map(({ id }) => id),
  Workspace: workspaces.map(({ uuid }) => uuid),
  ...(templates ? { Template: [...templates.keys()] } : {}),
});

/** The access rules of `access/` below `root`. Throws `StartFailure` with every error of every file. */
export const readAccess = (
  root: string,
  configuration: Pick<Configuration, 'accounts' | 'workspaces'>,
): CedarAccess => cedarAccess(loadCedar, compiledAccess(root, knownNames(configuration)));
