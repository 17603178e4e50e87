import type { Plugin } from 'esbuild';
import { knownNames } from '../adapters/access-rules.ts';
import { compiledAccess } from '../adapters/access-source.ts';
import { readConfiguration, readTemplates, StartFailure } from '../adapters/settings-files.ts';
import { settingsFolders, settingsIn } from '../adapters/settings-source.ts';
import { ruleFaults } from '../domain/repository-rules.ts';

/** Modules like those in `adapters/` that read settings below `root`, by name; these hold them. What could not start is
 *  not built. */
function embedded(root: string): Record<string, string> {
  const readRules = () => compiledAccess(root, knownNames(readConfiguration(root), readTemplates(root)));
  const settingsFaults = [readConfiguration, readTemplates].flatMap((read) => faultsOf(() => read(root)));
  const faults =
    settingsFaults.length > 0 ? settingsFaults : [...faultsOf(readRules), ...repositoryRuleFaults(root)];
  if (faults.length > 0) throw new StartFailure(faults);
  const settings = Object.fromEntries(settingsFolders.map((folder) => [folder, settingsIn(root, folder)]));
  return {
    'settings-source.ts': `const settings = ${parsedJson(settings)};
      export const settingsIn = (root, folder) => settings[folder];`,
    'access-source.ts': `const compiled = ${parsedJson(readRules())};
      export const compiledAccess = () => compiled;`,
  };
}

const repositoryRuleFaults = (root: string): string[] =>
  ruleFaults(readConfiguration(root).onRepositoryCreated, readTemplates(root)).map(
    (fault) => `config/rolewright.yaml${fault}`,
  );

const parsedJson = (value: unknown): string => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof StartFailure) return error.faults;
    throw error;
  }
}

/** Puts the settings below `root` into every bundle that uses them, checked and parsed: a function neither reads files nor
 *  parses YAML when it starts, and carries no YAML parser. Throws `StartFailure` with every fault. */
export function embedSettings(root: string): Plugin {
  const modules = embedded(root);
  return {
    name: 'embed-settings',
    setup(build) {
      for (const [name, contents] of Object.entries(modules)) {
        const filter = new RegExp(`[\\\\/]adapters[\\\\/]${name.replace('.', '[.]')}$`);
        build.onLoad({ filter }, () => ({ contents, loader: 'js' }));
      }
    },
  };
}
