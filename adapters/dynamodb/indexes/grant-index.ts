import * as z from 'zod';
import {
  entryOf,
  type GrantEntry,
  type GrantPartition,
  type GrantPartitionKind,
  grantPartitions,
  isAscending,
  partitionValues,
  positionOf,
} from '../../../domain/grants/listing.ts';
import type { GrantRow } from '../../../domain/grants/row.ts';
import { ROW_VERSION } from '../../../domain/grants/row.ts';
import type { Reading } from '../../../domain/grants/stores.ts';
import {
  accountIdSchema,
  environmentUuidSchema,
  grantIdSchema,
  projectUuidSchema,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../../../domain/shared/identifiers.ts';
import { instantSchema } from '../../../domain/shared/time.ts';
import { type Item, textOf } from '../client.ts';
import { before, behind, FIRST, type IndexRead, keysOf, LAST, shardedKey } from './index-query.ts';

/** The index of each kind of partition, and the attributes that are its key. A key whose values are few is spread over
 *  shards. Each index holds `entry` beside its keys and nothing else. */
const indexes = {
  all: { index: 'byChange', key: 'listed', isSharded: true },
  repository: { index: 'byRepository', key: 'repository', isSharded: false },
  target: { index: 'byTarget', key: 'target', isSharded: false },
  environment: { index: 'byEnvironment', key: 'environment', isSharded: false },
  project: { index: 'byProject', key: 'project', isSharded: false },
  state: { index: 'byState', key: 'inState', isSharded: true },
  template: { index: 'byTemplate', key: 'ofTemplate', isSharded: true },
  account: { index: 'byAccount', key: 'inAccount', isSharded: true },
  requester: { index: 'byRequester', key: 'requester', isSharded: false },
  waiting: { index: 'byWaiting', key: 'waiting', isSharded: true },
  waitingInProject: { index: 'byWaitingInProject', key: 'waitingInProject', isSharded: false },
  expiry: { index: 'byExpiry', key: 'expiry', isSharded: true },
  drift: { index: 'byDrift', key: 'drift', isSharded: true },
  hold: { index: 'byHold', key: 'hold', isSharded: true },
} as const satisfies Record<GrantPartitionKind, { index: string; key: string; isSharded: boolean }>;

const sortOf = (by: GrantPartitionKind): 'changed' | 'expires' => (by === 'expiry' ? 'expires' : 'changed');

/** How a part of a partition is read. */
export function indexReadOf(partition: GrantPartition, { limit, after }: Reading): IndexRead {
  const { index, key, isSharded } = indexes[partition.by];
  const shared = { index, key, sort: sortOf(partition.by), isAscending: isAscending(partition), limit };
  if (partition.by === 'expiry') {
    // An end's position is longer than the time that it begins with, so one at that very time is sorted behind it.
    const above = after === undefined ? FIRST : behind(after);
    return { ...shared, values: keysOf('', isSharded), above, below: partition.value };
  }
  const below = after === undefined ? LAST : before(after);
  return { ...shared, values: keysOf(partition.value, isSharded), above: FIRST, below };
}

const entrySchema = z.strictObject({
  grantId: grantIdSchema,
  updatedAt: instantSchema,
  state: z.string(),
  workspaceUuid: workspaceUuidSchema,
  projectUuid: projectUuidSchema.optional(),
  repositoryUuid: repositoryUuidSchema,
  environment: z.strictObject({ uuid: environmentUuidSchema, name: z.string() }).optional(),
  template: z.string(),
  account: accountIdSchema,
  requestedBy: z.string(),
  isWaiting: z.boolean(),
  hasDrift: z.boolean(),
  isHeld: z.boolean(),
  expiresAt: instantSchema.optional(),
});

/** The entry of an index item; undefined where it is not what this version writes. */
export function toEntry(item: Item): GrantEntry | undefined {
  try {
    const entry = entrySchema.safeParse(JSON.parse(item.entry?.S ?? '')).data;
    return entry?.grantId === textOf(item, 'grantId') ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** True if the content of an entry agrees with its partition and its position. The keys of an item could claim
 *  otherwise. */
export function isWhereFound({ by, value }: GrantPartition, entry: GrantEntry, item: Item): boolean {
  const own = partitionValues(entry)[by];
  const isIn = by === 'expiry' ? own !== undefined : own === value;
  return isIn && textOf(item, sortOf(by)) === positionOf(by, entry);
}

/** The listed attributes of a row: those to set, and the names of those that it must not have. */
export function projection({ grantId, seq, grant }: GrantRow): { set: Item; remove: string[] } {
  const entry = entryOf(grant);
  const values = partitionValues(entry);
  const set: Item = {
    seq: { N: String(seq) },
    v: { N: String(ROW_VERSION) },
    askedAt: { S: grant.request.at },
    state: { S: grant.state },
    grant: { S: JSON.stringify(grant) },
    entry: { S: JSON.stringify(entry) },
    changed: { S: positionOf('all', entry) },
  };
  const remove: string[] = [];
  for (const by of grantPartitions) {
    const { key, isSharded } = indexes[by];
    const value = values[by];
    if (value === undefined) remove.push(key);
    else set[key] = { S: isSharded ? shardedKey(value, grantId) : value };
  }
  if (values.expiry === undefined) remove.push('expires');
  else set.expires = { S: positionOf('expiry', entry) };
  return { set, remove };
}
