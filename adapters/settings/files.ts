import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Configuration, parseConfiguration } from '../../domain/configuration/configuration-schema.ts';
import { parseTemplate, type Template } from '../../domain/templates/template.ts';
import { readBoundaryRoles } from './boundary-roles.ts';
import { StartFailure } from './start-failure.ts';

/** The configuration of `config/rolewright.yaml` below `root`, with the boundary's lists of `serverless.yml`. Throws `StartFailure` with every fault. A bundle holds what
 *  this and `readTemplates` returned when it was built, in the place of this module: see `scripts/build/embed-settings.ts`. */
export function readConfiguration(root: string): Configuration {
  const path = 'config/rolewright.yaml';
  const file = settingsIn(root, 'config').find((found) => found.path === path);
  if (!file) throw new StartFailure([`${path}: is missing`]);
  if ('fault' in file) throw new StartFailure([`${path}: ${file.fault}`]);
  const parsed = parseConfiguration(file.content);
  if ('faults' in parsed) throw new StartFailure(parsed.faults.map((fault) => `${path}${fault}`));
  const boundaryRoles = readBoundaryRoles(root);
  return { ...parsed.configuration, ...(boundaryRoles ? { boundaryRoles } : {}) };
}

/** All templates of `templates/*.yaml` below `root`, by name. Throws `StartFailure` with every fault of all files. */
export function readTemplates(root: string): ReadonlyMap<string, Template> {
  const templates = new Map<string, Template>();
  const faults: string[] = [];
  for (const file of settingsIn(root, 'templates')) {
    const parsed =
      'fault' in file ? { faults: [`${file.path}: ${file.fault}`] } : parseTemplate(file.name, file.content);
    if ('faults' in parsed) faults.push(...parsed.faults);
    else templates.set(parsed.template.name, parsed.template);
  }
  if (templates.size === 0 && faults.length === 0) faults.push('templates/: holds no template');
  if (faults.length > 0) throw new StartFailure(faults);
  return templates;
}

/** A file of settings, e.g. `templates/ecr-push.yaml`: what its YAML says, or why it is none. Plain JSON values. */
type SettingsFile = { name: string; path: string } & ({ content: unknown } | { fault: string });

/** The settings in a folder below `root`, by file name; none when the folder is not there. */
function settingsIn(root: string, folder: 'config' | 'templates'): SettingsFile[] {
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
