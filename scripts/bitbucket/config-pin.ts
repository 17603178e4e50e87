import { readFileSync, writeFileSync } from 'node:fs';
import { type Document, isMap, isNode, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { readAccessFiles } from '../../adapters/cedar/access-files.ts';
import { sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { parseUuid } from '../../domain/shared/identifiers.ts';
import { bitbucketClient, bitbucketFrom, storedKeys } from './client.ts';

const listed = z.object({
  uuid: z.string(),
  full_name: z.string(),
  project: z.object({ key: z.string(), uuid: z.string() }).nullish(),
});

type Listed = z.infer<typeof listed>[];

/** Where Bitbucket is, and with which credentials it is read. */
export type PinSettings = Awaited<ReturnType<typeof bitbucketFrom>>;

/** Lists the repositories of a workspace that any of its credentials shows. Throws unless every page was read, because
 *  absence from a partial list proves nothing. */
async function listRepositories(settings: PinSettings, workspace: string): Promise<Listed> {
  const stored = storedKeys(settings, 'credentials', workspace);
  if ('fault' in stored) throw new Error(`${stored.fault}. It needs a credential with scope repository.`);
  const shown: Listed = [];
  for (const key of stored.keys) {
    const path = `/repositories/${encodeURIComponent(workspace)}?pagelen=100`;
    const answer = await bitbucketClient(settings, key).list(path, listed);
    if ('status' in answer) {
      throw new Error(`Bitbucket answered ${answer.status} for workspace ${workspace}, to the ${key.what}.`);
    }
    shown.push(...answer.items);
  }
  return shown;
}

/** Finds the UUID of the project or repository that an entry names by key or slug. */
function findUuid(repositories: Listed, kind: 'project' | 'repository', named: string): string | undefined {
  if (kind === 'project') {
    return repositories.find(({ project }) => project?.key === named)?.project?.uuid;
  }
  return repositories.find(({ full_name: fullName }) => fullName.split('/')[1] === named)?.uuid;
}

/** Text to insert into a file before the character at `offset`. */
type Insertion = { offset: number; text: string };

/** The entry `uuid` for a map that lacks it: at the end of a map in braces, else on a line of its own before the other
 *  entries. */
function uuidEntry(source: string, map: YAMLMap, uuid: string): Insertion {
  const node = map.flow ? map.items.at(-1)?.value : map.items[0]?.key;
  const offset = isNode(node) ? node.range?.[map.flow ? 1 : 0] : undefined;
  if (offset === undefined) throw new Error('A project or repository without a name cannot be looked up.');
  if (map.flow) return { offset, text: `, uuid: "${uuid}"` };
  const indent = ' '.repeat(offset - source.lastIndexOf('\n', offset - 1) - 1);
  return { offset, text: `uuid: "${uuid}"\n${indent}` };
}

/** Inserts every text at its offset. */
const spliced = (source: string, insertions: Insertion[]): string =>
  insertions
    .toSorted((a, b) => b.offset - a.offset)
    .reduce((text, { offset, text: added }) => text.slice(0, offset) + added + text.slice(offset), source);

/** A project or repository in the configuration without a UUID; `map` is its entry in the YAML. */
type Unpinned = { kind: 'project' | 'repository'; map: YAMLMap; workspace: string; named: string };

/** What rules, channels and the entries of `projects` name without a UUID. */
function unpinnedIn(document: Document): Unpinned[] {
  const rules = [['ownership'], ['onRepositoryCreated'], ['slack', 'channels']].flatMap((path) => {
    const list = document.getIn(path);
    return isSeq(list) ? list.items : [];
  });
  const projects = document.get('projects');
  const entries = (isSeq(projects) ? projects.items : []).flatMap((entry): Unpinned[] => {
    if (!isMap(entry) || entry.has('uuid')) return [];
    const map = entry as YAMLMap;
    return [{ kind: 'project', map, workspace: String(map.get('workspace')), named: String(map.get('key')) }];
  });
  const named = rules.flatMap((rule) => {
    if (!isMap(rule)) return [];
    return (['project', 'repository'] as const).flatMap((kind) => {
      const map = (rule as YAMLMap).get(kind);
      if (!isMap(map) || map.has('uuid')) return [];
      const workspace = String(map.get('workspace'));
      return [{ kind, map, workspace, named: String(map.get(kind === 'project' ? 'key' : 'slug')) }];
    });
  });
  return [...entries, ...named];
}

/** Finds UUIDs, and lists each workspace once. Throws if one is not found. */
function lookUps(settings: PinSettings) {
  const lists = new Map<string, Listed>();
  return async (kind: Unpinned['kind'], workspace: string, named: string): Promise<string> => {
    const list = lists.get(workspace) ?? (await listRepositories(settings, workspace));
    lists.set(workspace, list);
    const uuid = parseUuid(findUuid(list, kind, named) ?? '');
    if (!uuid) throw new Error(`Bitbucket shows no ${kind} ${named} in workspace ${workspace}.`);
    return uuid;
  };
}

/** A project or repository that an access rule names, e.g. `Project::"acme/SHOP"`. */
const NAMED_IN_RULE = /\b(Project|Repository)::"([a-z0-9_][a-z0-9._-]*)\/([A-Za-z0-9._-]+)"/g;

/** Where the comment of a line of Cedar begins; its length without one. */
function commentOf(line: string): number {
  for (let at = line.indexOf('//'); at >= 0; at = line.indexOf('//', at + 2)) {
    if ((line.slice(0, at).match(/"/g)?.length ?? 0) % 2 === 0) return at;
  }
  return line.length;
}

/** Puts UUIDs in place of the projects and repositories that access rules name by workspace and key or slug, and notes the
 *  name in a comment at the end of the line. Comments are kept. Throws, with nothing changed, if one is not found. */
export async function pinRules(
  text: string,
  settings: PinSettings,
): Promise<{ text: string; pinned: string[] }> {
  const uuidOf = lookUps(settings);
  const pinned: string[] = [];
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const end = commentOf(line);
    let code = line.slice(0, end);
    const names: string[] = [];
    for (const [whole, type = '', workspace = '', named = ''] of code.matchAll(NAMED_IN_RULE)) {
      const uuid = await uuidOf(type === 'Project' ? 'project' : 'repository', workspace, named);
      code = code.replace(whole, `${type}::"${uuid}"`);
      names.push(`${workspace}/${named}`);
      pinned.push(`${type} ${workspace}/${named} is ${uuid}`);
    }
    const note = names.length > 0 ? ` // ${names.join(', ')}` : '';
    lines.push(
      `${note ? code.trimEnd() : code}${note}${note && end < line.length ? ' ' : ''}${line.slice(end)}`,
    );
  }
  return { text: lines.join('\n'), pinned };
}

/** Fills in the UUIDs of projects, of ownership rules, of rules for new repositories and of Slack channels that name a project by
 *  key or a repository by slug only. Every other character of the text is kept. Returns the new text and what was
 *  pinned. Throws, with nothing changed, if one is not found. Credentials are needed only where there is something to look
 *  up. */
export async function pinConfiguration(
  text: string,
  settings: PinSettings,
): Promise<{ text: string; pinned: string[] }> {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new Error(String(document.errors[0]?.message));
  const uuidOf = lookUps(settings);
  const pinned: string[] = [];
  const insertions: Insertion[] = [];
  for (const { kind, map, workspace, named } of unpinnedIn(document)) {
    const uuid = await uuidOf(kind, workspace, named);
    insertions.push(uuidEntry(text, map, uuid));
    pinned.push(`${kind} ${workspace}/${named} is ${uuid}`);
  }
  return { text: spliced(text, insertions), pinned };
}

/** `npm run config:pin`: pins the stage's configuration and its access rules in place, with the credentials of
 *  `BITBUCKET_CREDENTIALS`. */
async function main(): Promise<void> {
  const source = sourceFromEnvironment(process.cwd(), process.env);
  const settings = await bitbucketFrom(process.env);
  const file = source.configuration;
  const found = [{ path: file, ...(await pinConfiguration(readFileSync(file, 'utf8'), settings)) }];
  for (const { path, text } of readAccessFiles(source).rules) {
    found.push({ path, ...(await pinRules(text, settings)) });
  }
  // Nothing is written unless everything was found.
  for (const { path, text, pinned } of found) if (pinned.length > 0) writeFileSync(path, text);
  const all = found.flatMap(({ pinned }) => pinned);
  console.log(all.length > 0 ? all.join('\n') : 'Every rule already has its UUID.');
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
