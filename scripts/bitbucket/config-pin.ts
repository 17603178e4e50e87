import { readFileSync, writeFileSync } from 'node:fs';
import { type Document, isMap, isNode, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';
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
  const lists = new Map<string, Listed>();
  const pinned: string[] = [];
  const insertions: Insertion[] = [];
  for (const { kind, map, workspace, named } of unpinnedIn(document)) {
    const list = lists.get(workspace) ?? (await listRepositories(settings, workspace));
    lists.set(workspace, list);
    const uuid = parseUuid(findUuid(list, kind, named) ?? '');
    if (!uuid) throw new Error(`Bitbucket shows no ${kind} ${named} in workspace ${workspace}.`);
    insertions.push(uuidEntry(text, map, uuid));
    pinned.push(`${kind} ${workspace}/${named} is ${uuid}`);
  }
  return { text: spliced(text, insertions), pinned };
}

/** `npm run config:pin`: pins the stage's configuration in place, with the credentials of
 *  `BITBUCKET_CREDENTIALS`. */
async function main(): Promise<void> {
  const file = sourceFromEnvironment(process.cwd(), process.env).configuration;
  const { text, pinned } = await pinConfiguration(
    readFileSync(file, 'utf8'),
    await bitbucketFrom(process.env),
  );
  if (pinned.length > 0) writeFileSync(file, text);
  console.log(pinned.length > 0 ? pinned.join('\n') : 'Every rule already has its UUID.');
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
