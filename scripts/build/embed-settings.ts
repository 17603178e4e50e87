import type { Plugin } from 'esbuild';
import { knownNames } from '../../adapters/cedar/access-rules.ts';
import { compiledAccess } from '../../adapters/cedar/access-source.ts';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import type { SettingsSource } from '../../adapters/settings/source.ts';
import { StartFailure } from '../../adapters/settings/start-failure.ts';
import { ownershipOf, templatesNamedIn } from '../../domain/access/teams/team-block.ts';
import { unknownAccount } from '../../domain/configuration/accounts.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { ownRolesListed } from '../../domain/policy/boundary-roles.ts';
import { ruleErrors } from '../../domain/repository-rules/requests.ts';
import { isSpoke } from '../../domain/shared/account.ts';
import type { Template } from '../../domain/templates/template.ts';
import { sharedPaths } from './shared-paths.ts';

/** The settings of one stage, checked separately and against each other. Throws `StartFailure` with every error. */
export function checkedSettings(source: SettingsSource) {
  const path = source.configuration;
  const errors: string[] = [];
  const read = <T>(reading: () => T): T | undefined => {
    try {
      return reading();
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error;
      errors.push(...error.errors);
      return undefined;
    }
  };
  const configuration = read(() => readConfiguration(source));
  const templates = read(() => readTemplates(source.root));
  if (!configuration || !templates) {
    // What the rules name cannot be compared with the rest; what is wrong by themselves is said all the same.
    read(() => compiledAccess(source, {}));
    throw new StartFailure(errors);
  }
  const access = read(() => compiledAccess(source, knownNames(configuration, templates)));
  for (const fieldError of ruleErrors(configuration.onRepositoryCreated, templates)) {
    errors.push(`${path}${fieldError}`);
  }
  errors.push(...templateAccountErrors(configuration, templates), ...ownRoleErrors(configuration));
  for (const { pointer, name } of namedTemplates(configuration)) {
    if (!templates.has(name)) errors.push(`${path}${pointer}: there is no template ${name}`);
  }
  errors.push(...sharedPaths(source, configuration).map((error) => `${path}${error}`));
  if (errors.length > 0) throw new StartFailure(errors);
  return { configuration, templates, access };
}

/** Every template that the file names outside of rules for new repositories, with its pointer. The rules of ownership from team
 *  blocks are behind those that are written. */
function namedTemplates({ ownership, projects, lifetime, reason }: Configuration) {
  const written = ownership.slice(0, ownership.length - projects.flatMap(ownershipOf).length);
  return [
    ...written.flatMap(({ templates = [] }, n) =>
      templates.map((name, at) => ({ pointer: `/ownership/${n}/templates/${at}`, name })),
    ),
    ...projects.flatMap((project, n) =>
      templatesNamedIn(project).map(({ pointer, name }) => ({ pointer: `/projects/${n}${pointer}`, name })),
    ),
    ...templatesNamedIn({ lifetime, reason }),
  ];
}

/** An error for each account that a template names and that is not configured. */
function templateAccountErrors(
  { accounts }: Pick<Configuration, 'accounts'>,
  templates: ReadonlyMap<string, Template>,
): string[] {
  const known = accounts.map(({ alias }) => alias);
  return [...templates.values()].flatMap(({ name, accounts: named = [] }) =>
    named.flatMap((alias, n) =>
      known.includes(alias) ? [] : [`templates/${name}.yaml/accounts/${n}: ${unknownAccount(alias, known)}`],
    ),
  );
}

/** An error for each role of Rolewright that grants may pass or assume. */
const ownRoleErrors = ({ boundaryRoles, accounts, service }: Configuration): string[] =>
  boundaryRoles
    ? ownRolesListed(boundaryRoles, {
        own: accounts.filter(isSpoke).map(({ provisionerRole }) => provisionerRole),
        service,
      }).map((error) => `serverless.yml/custom/${error}`)
    : [];

/** Replacements of the modules in `adapters/` that read settings, by name. They hold the settings that were read. */
function embedded(source: SettingsSource): Record<string, string> {
  const { configuration, templates, access } = checkedSettings(source);
  return {
    'settings/files.ts': `export const readConfiguration = () => ${parsedJson(configuration)};
      export const readTemplates = () => new Map(${parsedJson([...templates])});`,
    'cedar/access-source.ts': `export const compiledAccess = () => ${parsedJson(access)};`,
  };
}

const parsedJson = (value: unknown): string => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;

/** Embeds the checked and parsed settings of one stage into every bundle that uses them. So a function reads no files
 *  when it starts, and its bundle has no YAML parser. Invalid settings stop the build: throws `StartFailure` with every
 *  error. */
export function embedSettings(source: SettingsSource): Plugin {
  const modules = embedded(source);
  return {
    name: 'embed-settings',
    setup(build) {
      for (const [name, contents] of Object.entries(modules)) {
        const path = `adapters/${name}`.replaceAll('/', '[\\\\/]').replace('.', '[.]');
        const filter = new RegExp(`[\\\\/]${path}$`);
        build.onLoad({ filter }, () => ({ contents, loader: 'js' }));
      }
    },
  };
}
