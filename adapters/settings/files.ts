import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Configuration, parseConfiguration } from '../../domain/configuration/configuration.ts';
import { fail } from '../../domain/shared/result.ts';
import { parseTemplate, type Template } from '../../domain/templates/template.ts';
import { readBoundaryRoles } from './boundary-roles.ts';
import { StartFailure } from './start-failure.ts';

/** The configuration of `config/rolewright.yaml` below `root`, with the boundary's lists of `serverless.yml`. Throws
 *  `StartFailure` with every error. A bundle replaces this module by the results at build time
 *  (`scripts/build/embed-settings.ts`). */
export function readConfiguration(root: string): Configuration {
  const path = 'config/rolewright.yaml';
  const file = settingsIn(root, 'config').find((found) => found.path === path);
  if (!file) throw new StartFailure([`${path}: is missing`]);
  if ('fieldError' in file) throw new StartFailure([`${path}: ${file.fieldError}`]);
  const parsed = parseConfiguration(file.content);
  if (!parsed.ok) throw new StartFailure(parsed.problem.map((fieldError) => `${path}${fieldError}`));
  const boundaryRoles = readBoundaryRoles(root);
  return { ...parsed.value, ...(boundaryRoles ? { boundaryRoles } : {}) };
}

/** All templates of `templates/*.yaml` below `root`, by name. Throws `StartFailure` with every error of all files. */
export function readTemplates(root: string): ReadonlyMap<string, Template> {
  const templates = new Map<string, Template>();
  const errors: string[] = [];
  for (const file of settingsIn(root, 'templates')) {
    const parsed =
      'fieldError' in file
        ? fail([`${file.path}: ${file.fieldError}`])
        : parseTemplate(file.name, file.content);
    if (parsed.ok) templates.set(parsed.value.name, parsed.value);
    else errors.push(...parsed.problem);
  }
  if (templates.size === 0 && errors.length === 0) errors.push('templates/: holds no template');
  if (errors.length > 0) throw new StartFailure(errors);
  return templates;
}

/** A file of settings, e.g. `templates/ecr-push.yaml`: its parsed YAML as plain JSON values, or why it cannot be
 *  parsed. */
type SettingsFile = { name: string; path: string } & ({ content: unknown } | { fieldError: string });

/** The settings in a folder below `root`, by file name; empty if the folder does not exist. */
function settingsIn(root: string, folder: 'config' | 'templates'): SettingsFile[] {
  const from = join(root, folder);
  const names = existsSync(from) ? readdirSync(from).sort() : [];
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ name, path: `${folder}/${name}`, ...readYaml(join(from, name)) }));
}

function readYaml(path: string): { content: unknown } | { fieldError: string } {
  try {
    const content: unknown = parse(readFileSync(path, 'utf8'), { uniqueKeys: true });
    return { content: content === undefined ? null : JSON.parse(JSON.stringify(content)) };
  } catch (error) {
    return { fieldError: String((error as Error).message).split('\n')[0] ?? '' };
  }
}
