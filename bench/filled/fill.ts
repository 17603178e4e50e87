import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { toAttributes } from '../../adapters/dynamodb/event-item.ts';
import { projection } from '../../adapters/dynamodb/indexes/grant-index.ts';
import { eventHash, type GrantEvent, parseEvent, ZERO_HASH } from '../../domain/grants/event.ts';
import { replay } from '../../domain/grants/evolve/evolve.ts';
import type { Grant } from '../../domain/grants/grant.ts';
import { grantIdOf, type RepositoryUuid, repositoryUuidSchema } from '../../domain/shared/identifiers.ts';
import type { FilledWorld } from './world.ts';

/** A stream that the use cases have written, and what its copies are to be told apart by. */
export type Pattern = { texts: string[]; grant: Grant };

const ITEMS_PER_WRITE = 25;
const WRITES_AT_ONCE = 4;
const REPOSITORIES_PER_PROJECT = 50;
const REQUESTERS = 40;

const uuidOf = (group: string, n: number): string =>
  `{${group}-0000-4000-8000-${n.toString(16).padStart(12, '0')}}`;

/** The repository of a copy. */
const repositoryOf = (n: number): RepositoryUuid => repositoryUuidSchema.parse(uuidOf('0b000000', n));

/** The stream of the n-th copy of a pattern, with `more` texts in place of others: of another repository, project and requester, at another time, with a chain of
 *  hashes of its own. Throws if it is not a readable stream. */
export function copyOf(
  { texts, grant }: Pattern,
  n: number,
  { isOwn = false, more = [] }: { isOwn?: boolean; more?: readonly [string, string][] } = {},
): { events: GrantEvent[]; grant: Grant } {
  const { intent } = grant.request;
  const repositoryUuid = repositoryOf(n);
  const environmentUuid = intent.environment?.uuid;
  const { template, name, account } = intent;
  const id = grantIdOf({
    accountId: account,
    repositoryUuid,
    environmentUuid,
    template: template.name,
    name,
  });
  const slug = intent.repository.fullName.split('/')[1] ?? '';
  const project = intent.project ?? { key: '', uuid: '' };
  const replaced: [string, string][] = [
    ...more,
    [grant.id.slice(3), id.slice(3)],
    [grant.id.slice(3, 15), id.slice(3, 15)],
    [intent.repository.uuid, repositoryUuid],
    [`acme/${slug}`, `acme/filled-${n}`],
    ...(isOwn
      ? []
      : ([
          [project.uuid, uuidOf('0a000000', Math.floor(n / REPOSITORIES_PER_PROJECT))],
          [`"key":"${project.key}"`, `"key":"P${Math.floor(n / REPOSITORIES_PER_PROJECT)}"`],
          ['ada@acme.example', `person-${n % REQUESTERS}@acme.example`],
        ] as [string, string][])),
  ];
  const earlier = (isOwn ? 4_000_000 : 0) + n * 60;
  const events: GrantEvent[] = [];
  for (const text of texts) {
    const moved = replaced
      .reduce((copy, [from, to]) => copy.replaceAll(from, to), text)
      .replace(/"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g, (_match, at) => `"${moveBack(at, earlier)}"`);
    const { hash: _, ...fields } = JSON.parse(moved) as GrantEvent;
    const body = { ...fields, prevHash: events.at(-1)?.hash ?? ZERO_HASH };
    events.push(parseEvent({ ...body, hash: eventHash(body as never) }));
  }
  const copied = replay(events);
  if (copied?.id !== id) throw new Error(`copy ${n} is not a stream`);
  return { events, grant: copied };
}

const moveBack = (at: string, seconds: number): string =>
  new Date(Date.parse(at) - seconds * 1000).toISOString();

/** Writes copies `from` to `to` of a pattern: their events, and the rows that the read model has of them. `moreOf` a copy are the
 *  texts that it has in place of the pattern's besides. With `dueAt` every row is due then. Returns the first copy's grant. */
export async function fill(
  world: FilledWorld,
  pattern: Pattern,
  {
    from,
    to,
    isOwn = false,
    dueAt,
    moreOf = () => [],
  }: {
    from: number;
    to: number;
    isOwn?: boolean;
    dueAt?: string;
    moreOf?: (n: number) => readonly [string, string][];
  },
): Promise<Grant | undefined> {
  let first: Grant | undefined;
  const items: [string, WriteRequest][] = [];
  for (let n = from; n < to; n += 1) {
    const { events, grant } = copyOf(pattern, n, { isOwn, more: moreOf(n) });
    first ??= grant;
    items.push(...events.map((event) => putIn(world.tables.events, toAttributes(event))));
    const { set } = projection({ grantId: grant.id, seq: events.length, grant });
    const shard = { S: String((set.listed?.S ?? '').slice(-1)) };
    const due = dueAt ? { due: shard, dueAt: { S: `${dueAt}#${grant.id}` }, dueSeq: { N: '1' } } : {};
    items.push(putIn(world.tables.grants, { grantId: { S: grant.id }, ...set, ...due }));
    if (items.length >= ITEMS_PER_WRITE * WRITES_AT_ONCE) {
      await writeAll(world, items.splice(0, ITEMS_PER_WRITE * WRITES_AT_ONCE));
    }
  }
  await writeAll(world, items);
  return first;
}

/** A write of one item to a table. */
export const putIn = (table: string, item: object): [string, WriteRequest] => [
  table,
  { PutRequest: { Item: item as never } },
];

/** Writes items, some at once, and forgets the calls that it made. */
export async function writeAll(
  { client, calls }: FilledWorld,
  items: [string, WriteRequest][],
): Promise<void> {
  const writes: Promise<unknown>[] = [];
  for (let at = 0; at < items.length; at += ITEMS_PER_WRITE) {
    const byTable: Record<string, WriteRequest[]> = {};
    for (const [table, write] of items.slice(at, at + ITEMS_PER_WRITE)) {
      byTable[table] = [...(byTable[table] ?? []), write];
    }
    writes.push(client.send(new BatchWriteItemCommand({ RequestItems: byTable })));
  }
  await Promise.all(writes);
  calls.splice(0);
}
