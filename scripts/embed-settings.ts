import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { readConfiguration, readTemplates, StartFailure } from '../adapters/settings-files.ts';
import { settingsFolders, settingsIn } from '../adapters/settings-source.ts';

const ROOT = join(import.meta.dirname, '..');

/** A module like `adapters/settings-source.ts` that holds the settings below `root` instead of reading them. What
 *  could not start is not built. */
function embedded(root: string): string {
  const faults = [readConfiguration, readTemplates].flatMap((read) => faultsOf(() => read(root)));
  if (faults.length > 0) throw new StartFailure(faults);
  const settings = Object.fromEntries(settingsFolders.map((folder) => [folder, settingsIn(root, folder)]));
  return `const settings = JSON.parse(${JSON.stringify(JSON.stringify(settings))});
    export const settingsIn = (root, folder) => settings[folder];`;
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof StartFailure) return error.faults;
    throw error;
  }
}

/** Puts the settings below `root` into every bundle, checked and parsed: a function neither reads files nor parses YAML
 *  when it starts, and carries no YAML parser. Throws `StartFailure` with every fault. */
export function embedSettings(root: string): Plugin {
  const contents = embedded(root);
  return {
    name: 'embed-settings',
    setup(build) {
      build.onLoad({ filter: /[\\/]adapters[\\/]settings-source\.ts$/ }, () => ({ contents, loader: 'js' }));
    },
  };
}

/** What `serverless-esbuild` asks for before it builds. A fault ends it here: one inside of esbuild would leave its
 *  service running, and the command with it. */
export default (): Plugin[] => [embedSettings(ROOT)];
