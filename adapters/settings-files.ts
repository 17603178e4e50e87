import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Configuration, parseConfiguration } from '../domain/configuration.ts';
import { parseTemplate, type Template } from '../domain/template.ts';

/** The faults of everything that must be right before a function may start; the message lists all of them. */
export class StartFailure extends Error {
  constructor(faults: readonly string[]) {
    super(`Rolewright cannot start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'StartFailure';
  }
}

function readYaml(path: string, shown: string): { content: unknown } | { faults: string[] } {
  try {
    return { content: parse(readFileSync(path, 'utf8'), { uniqueKeys: true }) };
  } catch (error) {
    return { faults: [`${shown}: ${String((error as Error).message).split('\n')[0]}`] };
  }
}

/** The configuration of `config/rolewright.yaml` below `root`. Throws `StartFailure` with every fault. */
export function readConfiguration(root: string): Configuration {
  const shown = 'config/rolewright.yaml';
  const read = readYaml(join(root, 'config', 'rolewright.yaml'), shown);
  if ('faults' in read) throw new StartFailure(read.faults);
  const parsed = parseConfiguration(read.content);
  if ('faults' in parsed) throw new StartFailure(parsed.faults.map((fault) => `${shown}${fault}`));
  return parsed.configuration;
}

/** The names of the files in a folder, sorted; none when it is not there. */
const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** All templates of `templates/*.yaml` below `root`, by name. Throws `StartFailure` with every fault of all files. */
export function readTemplates(root: string): ReadonlyMap<string, Template> {
  const folder = join(root, 'templates');
  const templates = new Map<string, Template>();
  const faults: string[] = [];
  for (const file of filesIn(folder).filter((name) => name.endsWith('.yaml'))) {
    const read = readYaml(join(folder, file), `templates/${file}`);
    const parsed = 'faults' in read ? read : parseTemplate(file, read.content);
    if ('faults' in parsed) faults.push(...parsed.faults);
    else templates.set(parsed.template.name, parsed.template);
  }
  if (templates.size === 0 && faults.length === 0) faults.push('templates/: holds no template');
  if (faults.length > 0) throw new StartFailure(faults);
  return templates;
}
