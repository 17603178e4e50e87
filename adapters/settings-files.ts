import { type Configuration, parseConfiguration } from '../domain/configuration.ts';
import { parseTemplate, type Template } from '../domain/template.ts';
import { settingsIn } from './settings-source.ts';

/** The faults of everything that must be right before a function may start; the message lists all of them. */
export class StartFailure extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Rolewright cannot start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'StartFailure';
    this.faults = faults;
  }
}

/** The configuration of `config/rolewright.yaml` below `root`. Throws `StartFailure` with every fault. */
export function readConfiguration(root: string): Configuration {
  const path = 'config/rolewright.yaml';
  const file = settingsIn(root, 'config').find((found) => found.path === path);
  if (!file) throw new StartFailure([`${path}: is missing`]);
  if ('fault' in file) throw new StartFailure([`${path}: ${file.fault}`]);
  const parsed = parseConfiguration(file.content);
  if ('faults' in parsed) throw new StartFailure(parsed.faults.map((fault) => `${path}${fault}`));
  return parsed.configuration;
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
