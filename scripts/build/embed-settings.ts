import type { Plugin } from 'esbuild';
import { knownNames } from '../../adapters/cedar/access-rules.ts';
import { compiledAccess } from '../../adapters/cedar/access-source.ts';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { StartFailure } from '../../adapters/settings/start-failure.ts';
import { ruleErrors } from '../../domain/repository-rules/requests.ts';

/** All settings below `root`, checked separately and against each other. Throws `StartFailure` with every error. */
export function checkedSettings(root: string) {
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
  const configuration = read(() => readConfiguration(root));
  const templates = read(() => readTemplates(root));
  if (!configuration || !templates) throw new StartFailure(errors);
  const access = read(() => compiledAccess(root, knownNames(configuration, templates)));
  for (const fieldError of ruleErrors(configuration.onRepositoryCreated, templates)) {
    errors.push(`config/rolewright.yaml${fieldError}`);
  }
  for (const [n, { templates: named = [] }] of configuration.ownership.entries()) {
    for (const [at, name] of named.entries()) {
      if (!templates.has(name)) {
        errors.push(`config/rolewright.yaml/ownership/${n}/templates/${at}: there is no template ${name}`);
      }
    }
  }
  if (errors.length > 0) throw new StartFailure(errors);
  return { configuration, templates, access };
}

/** Replacements of the modules in `adapters/` that read settings, by name. They hold the settings that were read below
 *  `root`. */
function embedded(root: string): Record<string, string> {
  const { configuration, templates, access } = checkedSettings(root);
  return {
    'settings/files.ts': `export const readConfiguration = () => ${parsedJson(configuration)};
      export const readTemplates = () => new Map(${parsedJson([...templates])});`,
    'cedar/access-source.ts': `export const compiledAccess = () => ${parsedJson(access)};`,
  };
}

const parsedJson = (value: unknown): string => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;

/** Embeds the checked and parsed settings below `root` into every bundle that uses them. So a function reads no files
 *  when it starts, and its bundle has no YAML parser. Invalid settings stop the build: throws `StartFailure` with every
 *  error. */
export function embedSettings(root: string): Plugin {
  const modules = embedded(root);
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
