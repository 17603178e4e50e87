import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { type Configuration, parseConfiguration } from '../../domain/configuration/configuration.ts';
import { hubOf } from '../../domain/shared/account.ts';
import { fail } from '../../domain/shared/result.ts';
import { parseTemplate, type Template } from '../../domain/templates/template.ts';
import { readServerlessFile } from './serverless-file.ts';
import { LOCAL_STAGE, type SettingsSource, SHARED_CONFIGURATION } from './source.ts';
import { StartFailure } from './start-failure.ts';

/** The configuration of one stage, with the boundary's lists of `serverless.yml`. Throws `StartFailure` with every error,
 *  also where the file is shared and does not name the stage. A bundle replaces this module by the results at build time
 *  (`scripts/build/embed-settings.ts`). */
export function readConfiguration({ root, configuration: path, stage }: SettingsSource): Configuration {
  const from = resolve(root, path);
  if (!existsSync(from)) throw new StartFailure([`${path}: is missing`]);
  const file = readYaml(from);
  if ('fieldError' in file) throw new StartFailure([`${path}: ${file.fieldError}`]);
  const parsed = parseConfiguration(file.content, stage);
  if (!parsed.ok) throw new StartFailure(parsed.problem.map((fieldError) => `${path}${fieldError}`));
  const { stages } = parsed.value;
  if (path === SHARED_CONFIGURATION && stage !== LOCAL_STAGE && !stages.includes(stage)) {
    throw new StartFailure([
      `${path}/stages: does not allow stage ${stage}. Write config/${stage}.yaml, or add ${stage} to stages if it may share this configuration.`,
    ]);
  }
  const deployed = readServerlessFile(root);
  if (!deployed) return parsed.value;
  const { service, ...boundaryRoles } = deployed;
  return {
    ...parsed.value,
    boundaryRoles: { ...boundaryRoles, account: hubOf(parsed.value.accounts)?.id },
    ...(service === undefined ? {} : { service }),
  };
}

/** All templates of `templates/*.yaml` below `root`, by name. Throws `StartFailure` with every error of all files. */
export function readTemplates(root: string): ReadonlyMap<string, Template> {
  const templates = new Map<string, Template>();
  const errors: string[] = [];
  for (const file of templateFiles(root)) {
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

/** A file such as `templates/ecr-push.yaml`: its parsed YAML as plain JSON values, or why it cannot be parsed. */
type TemplateFile = { name: string; path: string } & ({ content: unknown } | { fieldError: string });

/** The files of `templates/`, by file name; empty if the folder does not exist. */
function templateFiles(root: string): TemplateFile[] {
  const from = join(root, 'templates');
  const names = existsSync(from) ? readdirSync(from).sort() : [];
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ name, path: `templates/${name}`, ...readYaml(join(from, name)) }));
}

function readYaml(path: string): { content: unknown } | { fieldError: string } {
  try {
    const content: unknown = parse(readFileSync(path, 'utf8'), { uniqueKeys: true });
    return { content: content === undefined ? null : JSON.parse(JSON.stringify(content)) };
  } catch (error) {
    return { fieldError: String((error as Error).message).split('\n')[0] ?? '' };
  }
}
