import { readFileSync, writeFileSync } from 'node:fs';
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { z } from 'zod';
import type { Key } from '../../adapters/bitbucket/keyring.ts';
import { readAccessFiles } from '../../adapters/cedar/access-files.ts';
import { sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { parseUuid } from '../../domain/shared/identifiers.ts';
import { bitbucketClient, bitbucketFrom, storedKeys } from './client.ts';

const listed = z.object({
  uuid: z.string(),
  full_name: z.string(),
  project: z.object({ key: z.string(), uuid: z.string() }).nullish(),
});

const bySlug = z.object({ uuid: z.string(), slug: z.string() });
const byName = z.object({ uuid: z.string(), name: z.string() });

type Listed = z.infer<typeof listed>[];

/** Where Bitbucket is, and with which credentials it is read. */
export type PinSettings = Awaited<ReturnType<typeof bitbucketFrom>>;

/** The kinds of what has a UUID. `Workspace::"…"`, `Project::"…"` and so on are how access rules name them. */
const KINDS = {
  Workspace: 'workspace',
  Project: 'project',
  Repository: 'repository',
  Environment: 'environment',
} as const;

/** Something that is named without its UUID: a workspace by its slug, a project by its key and a repository by its slug
 *  in a workspace, an environment as `<slug of the repository>/<name>`. */
type Named = { kind: (typeof KINDS)[keyof typeof KINDS]; workspace: string; named: string };

const nameOf = ({ workspace, named }: Named): string => (named ? `${workspace}/${named}` : workspace);

/** The first answer that is one of several credentials, in their order; the status of the last one if none is. */
async function firstOf<T extends object>(
  keys: readonly Key[],
  ask: (key: Key) => Promise<T | { status: number }>,
): Promise<T | { status: number }> {
  let answer: T | { status: number } = { status: 404 };
  for (const key of keys) {
    answer = await ask(key);
    if (!('status' in answer)) return answer;
  }
  return answer;
}

/** The credentials of a workspace. Throws if there are none. */
function keysFor(settings: PinSettings, workspace: string): Key[] {
  const stored = storedKeys(settings, 'credentials', workspace);
  if ('fault' in stored) throw new Error(`${stored.fault}. It needs a credential with scope repository.`);
  return stored.keys;
}

/** Lists the repositories of a workspace that any of its credentials shows. Throws unless every page was read, because
 *  absence from a partial list proves nothing. */
async function listRepositories(settings: PinSettings, workspace: string): Promise<Listed> {
  const shown: Listed = [];
  for (const key of keysFor(settings, workspace)) {
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
function findUuid(repositories: Listed, { kind, named }: Named): string | undefined {
  if (kind === 'project') {
    return repositories.find(({ project }) => project?.key === named)?.project?.uuid;
  }
  return repositories.find(({ full_name: fullName }) => fullName.split('/')[1] === named)?.uuid;
}

/** Asks for the UUID of a workspace. Bitbucket answers with the workspace that has the slug now. */
async function workspaceUuid(settings: PinSettings, workspace: string): Promise<string | undefined> {
  const found = await firstOf(keysFor(settings, workspace), async (key) => {
    const path = `/workspaces/${encodeURIComponent(workspace)}`;
    const { status, json } = await bitbucketClient(settings, key).call('GET', path);
    return status === 200 ? { workspace: bySlug.parse(json) } : { status };
  });
  if ('status' in found) throw new Error(`Bitbucket answered ${found.status} for workspace ${workspace}.`);
  return found.workspace.slug === workspace ? found.workspace.uuid : undefined;
}

/** Asks for the UUID of an environment by its name, which must be that of one environment of the repository. */
async function environmentUuid(
  settings: PinSettings,
  { workspace, named }: Named,
): Promise<string | undefined> {
  const [slug = '', ...rest] = named.split('/');
  const path = `/repositories/${encodeURIComponent(workspace)}/${encodeURIComponent(slug)}/environments?pagelen=100`;
  const found = await firstOf(keysFor(settings, workspace), (key) =>
    bitbucketClient(settings, key).list(path, byName),
  );
  if ('status' in found) {
    throw new Error(
      `Bitbucket answered ${found.status} for the environments of ${workspace}/${slug}. They need a credential with scope pipeline.`,
    );
  }
  const same = found.items.filter(({ name }) => name === rest.join('/'));
  return same.length === 1 ? same[0]?.uuid : undefined;
}

/** Text to put into a file at `offset`, in place of the `length` characters there; none unless given. */
type Edit = { offset: number; length?: number; text: string };

/** The entry `uuid` for a map that lacks it: at the end of a map in braces, else on a line of its own before the other
 *  entries. */
function uuidEntry(source: string, map: YAMLMap, uuid: string): Edit[] {
  const node = map.flow ? map.items.at(-1)?.value : map.items[0]?.key;
  const offset = isNode(node) ? node.range?.[map.flow ? 1 : 0] : undefined;
  if (offset === undefined) throw new Error('An entry without a name cannot be looked up.');
  if (map.flow) return [{ offset, text: `, uuid: "${uuid}"` }];
  const indent = ' '.repeat(offset - source.lastIndexOf('\n', offset - 1) - 1);
  return [{ offset, text: `uuid: "${uuid}"\n${indent}` }];
}

/** The UUID in place of a name, which is noted in a comment at the end of the line. */
function uuidInPlace(source: string, scalar: Scalar, uuid: string): Edit[] {
  const [offset = 0, end = 0] = scalar.range ?? [];
  const line = source.indexOf('\n', end);
  return [
    { offset, length: end - offset, text: `"${uuid}"` },
    { offset: line < 0 ? source.length : line, text: ` # ${String(scalar.value).replace(/\s+/g, ' ')}` },
  ];
}

/** Makes every edit. Those at one offset keep their order. */
const spliced = (source: string, edits: Edit[]): string =>
  edits
    .toSorted((a, b) => a.offset - b.offset)
    .reverse()
    .reduce(
      (text, { offset, length = 0, text: added }) =>
        text.slice(0, offset) + added + text.slice(offset + length),
      source,
    );

/** What the configuration names without a UUID; `edits` puts one in. */
type Unpinned = Named & { edits(source: string, uuid: string): Edit[] };

const itemsOf = (list: unknown): unknown[] => (isSeq(list) ? list.items : []);

/** An entry of the configuration that lacks its UUID; none where it has one. */
function entryWithout(kind: 'workspace' | 'project' | 'repository', entry: unknown): Unpinned[] {
  if (!isMap(entry) || entry.has('uuid')) return [];
  const map = entry as YAMLMap;
  const workspace = String(map.get(kind === 'workspace' ? 'slug' : 'workspace'));
  const named = { workspace: '', project: String(map.get('key')), repository: String(map.get('slug')) }[kind];
  return [{ kind, workspace, named, edits: (source, uuid) => uuidEntry(source, map, uuid) }];
}

/** The environments that an entry of `projects` names as `<slug of the repository>/<name>`. */
function namedEnvironments(entry: unknown): Unpinned[] {
  const byAlias = isMap(entry) ? entry.get('environments') : undefined;
  if (!isMap(entry) || !isMap(byAlias)) return [];
  const workspace = String(entry.get('workspace'));
  return byAlias.items
    .flatMap(({ value }) => itemsOf(value))
    .flatMap((item): Unpinned[] => {
      if (!isScalar(item) || typeof item.value !== 'string' || !item.value.includes('/')) return [];
      const edits = (source: string, uuid: string) => uuidInPlace(source, item, uuid);
      return [{ kind: 'environment', workspace, named: item.value, edits }];
    });
}

/** What workspaces, rules, channels and the entries of `projects` name without a UUID. */
function unpinnedIn(document: Document): Unpinned[] {
  const rules = [['ownership'], ['onRepositoryCreated'], ['slack', 'channels']].flatMap((path) =>
    itemsOf(document.getIn(path)),
  );
  const projects = itemsOf(document.get('projects'));
  return [
    ...itemsOf(document.get('workspaces')).flatMap((entry) => entryWithout('workspace', entry)),
    ...projects.flatMap((entry) => [...entryWithout('project', entry), ...namedEnvironments(entry)]),
    ...rules.flatMap((rule) => {
      if (!isMap(rule)) return [];
      return (['project', 'repository'] as const).flatMap((kind) => entryWithout(kind, rule.get(kind)));
    }),
  ];
}

/** Finds UUIDs, and lists each workspace once. Throws if one is not found. */
function lookUps(settings: PinSettings) {
  const lists = new Map<string, Listed>();
  async function find(asked: Named): Promise<string | undefined> {
    const { kind, workspace } = asked;
    if (kind === 'workspace') return workspaceUuid(settings, workspace);
    if (kind === 'environment') return environmentUuid(settings, asked);
    const list = lists.get(workspace) ?? (await listRepositories(settings, workspace));
    lists.set(workspace, list);
    return findUuid(list, asked);
  }
  return async (asked: Named): Promise<string> => {
    const uuid = parseUuid((await find(asked)) ?? '');
    const { kind, workspace, named } = asked;
    if (uuid) return uuid;
    throw new Error(
      kind === 'workspace'
        ? `Bitbucket shows no workspace ${workspace}.`
        : `Bitbucket shows no ${kind} ${named} in workspace ${workspace}.`,
    );
  };
}

/** What an access rule names: `Workspace::"acme"`, `Project::"acme/SHOP"`, `Repository::"acme/shop"`,
 *  `Environment::"acme/shop/Production"`. */
const NAMED_IN_RULE =
  /\b(?:(Workspace)::"([a-z0-9_][a-z0-9._-]*)"|(Project|Repository)::"([a-z0-9_][a-z0-9._-]*)\/([A-Za-z0-9._-]+)"|(Environment)::"([a-z0-9_][a-z0-9._-]*)\/([a-z0-9_][a-z0-9._-]*\/[^"\\]+)")/g;

/** What a match of `NAMED_IN_RULE` names. */
function namedBy([, ...groups]: RegExpMatchArray): Named & { type: keyof typeof KINDS } {
  const [type, workspace = '', named = ''] = groups.filter((group) => group !== undefined);
  const known = type as keyof typeof KINDS;
  return { type: known, kind: KINDS[known], workspace, named };
}

/** Where the comment of a line of Cedar begins; its length without one. */
function commentOf(line: string): number {
  for (let at = line.indexOf('//'); at >= 0; at = line.indexOf('//', at + 2)) {
    if ((line.slice(0, at).match(/"/g)?.length ?? 0) % 2 === 0) return at;
  }
  return line.length;
}

/** Puts UUIDs in place of the workspaces, projects, repositories and environments that access rules name, and notes the
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
    for (const match of code.matchAll(NAMED_IN_RULE)) {
      const { type, ...asked } = namedBy(match);
      const uuid = await uuidOf(asked);
      code = code.replace(match[0], `${type}::"${uuid}"`);
      names.push(nameOf(asked));
      pinned.push(`${type} ${nameOf(asked)} is ${uuid}`);
    }
    const note = names.length > 0 ? ` // ${names.join(', ')}` : '';
    lines.push(
      `${note ? code.trimEnd() : code}${note}${note && end < line.length ? ' ' : ''}${line.slice(end)}`,
    );
  }
  return { text: lines.join('\n'), pinned };
}

/** Fills in the UUIDs of workspaces that are named by slug only, of projects, of ownership rules, of rules for new repositories
 *  and of Slack channels that name a project by key or a repository by slug only, and of the environments that `projects`
 *  names. Every other character of the text is kept. Returns the new text and what was
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
  const made: Edit[] = [];
  for (const { edits, ...asked } of unpinnedIn(document)) {
    const uuid = await uuidOf(asked);
    made.push(...edits(text, uuid));
    pinned.push(`${asked.kind} ${nameOf(asked)} is ${uuid}`);
  }
  return { text: spliced(text, made), pinned };
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
