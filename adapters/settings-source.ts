import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The folders that hold settings. */
export const settingsFolders = ['config', 'templates'] as const;

/** A folder that holds settings. */
export type SettingsFolder = (typeof settingsFolders)[number];

/** A file of settings, e.g. `templates/ecr-push.yaml`: what its YAML says, or why it is none. Plain JSON values. */
export type SettingsFile = { name: string; path: string } & ({ content: unknown } | { fault: string });

/** The settings in a folder below `root`, by file name; none when the folder is not there. A bundle holds what this
 *  returned when it was built, in the place of this module: see `scripts/embed-settings.ts`. */
export function settingsIn(root: string, folder: SettingsFolder): SettingsFile[] {
  const from = join(root, folder);
  const names = existsSync(from) ? readdirSync(from).sort() : [];
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ name, path: `${folder}/${name}`, ...readYaml(join(from, name)) }));
}

function readYaml(path: string): { content: unknown } | { fault: string } {
  try {
    const content: unknown = parse(readFileSync(path, 'utf8'), { uniqueKeys: true });
    return { content: content === undefined ? null : JSON.parse(JSON.stringify(content)) };
  } catch (error) {
    return { fault: String((error as Error).message).split('\n')[0] ?? '' };
  }
}
