import { derivedGroups } from '../../domain/access/derived-groups/derived-groups.ts';
import { groupsAnywhere } from '../../domain/access/teams/team-groups.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Template } from '../../domain/templates/template.ts';
import type { SettingsSource } from '../settings/source.ts';
import { type CedarAccess, cedarAccess } from './access.ts';
import { compiledAccess } from './access-source.ts';
import { loadCedar } from './engine.ts';
import type { Groupless, KnownNames } from './rules.ts';

type Known = Pick<
  Configuration,
  'accounts' | 'workspaces' | 'issuers' | 'emailDomains' | 'slack' | 'projects'
>;

/** The names that access rules may use, and whose tokens may hold no groups, and which groups are
 *  derived. */
export const knownNames = (
  { accounts, workspaces, issuers, projects, ...deriving }: Known,
  templates?: ReadonlyMap<string, Template>,
): KnownNames => ({
  Account: accounts.map(({ id }) => id),
  Workspace: workspaces.map(({ uuid }) => uuid),
  groupless: issuers.flatMap(({ kind, groups, groupsClaim }, n): Groupless[] => {
    if (groupsClaim !== undefined && groups === 'required') return [];
    const why = groupsClaim === undefined ? 'without groupsClaim' : 'with groups: optional';
    return [{ principal: kind === 'person' ? 'Person' : 'Service', at: `/issuers/${n}`, why }];
  }),
  derived: derivedGroups(deriving),
  requesters: groupsAnywhere(projects, 'requesters'),
  ...(templates ? { Template: [...templates.keys()] } : {}),
});

/** The access rules of one stage. Throws `StartFailure` with every error of every file. */
export const readAccess = (source: SettingsSource, configuration: Known): CedarAccess =>
  cedarAccess(loadCedar, compiledAccess(source, knownNames(configuration)), configuration.projects);
