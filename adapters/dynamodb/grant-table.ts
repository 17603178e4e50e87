import {
  DeleteItemCommand,
  type DeleteItemCommandInput,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Grant, grantStates, isLive } from '../../domain/grants/grant.ts';
import type { GrantEntry } from '../../domain/grants/listing.ts';
import { type GrantRow, parseRow } from '../../domain/grants/row.ts';
import type { DueRow, GrantRows, GrantTable } from '../../domain/grants/stores.ts';
import {
  type AccountId,
  type GrantId,
  grantIdSchema,
  type RepositoryUuid,
  type StreamId,
} from '../../domain/shared/identifiers.ts';
import { type Instant, plusSeconds, seconds } from '../../domain/shared/time.ts';
import { failureName, toPortError } from '../aws/error-meanings.ts';
import { type Item, textOf } from './client.ts';
import { readItems } from './indexes/batch-read.ts';
import { indexReadOf, isWhereFound, projection, toEntry } from './indexes/grant-index.ts';
import { behind, FIRST, type IndexRead, keysOf, queryIndex, shardOf } from './indexes/index-query.ts';
import { repositoryItems } from './repository-items.ts';

/** The longest valid lease in seconds: Lambda's longest function and a margin. A longer lease is ignored. */
const LONGEST_LEASE_SECONDS = seconds(1000);

/** The read model over a DynamoDB table with key `grantId`, and beside its rows the items of `repositoryItems`. A row may
 *  exist before its first event (then it has no
 *  `seq` and is never listed), and may point at work that is done already; it never forgets work. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of the port's functions is short.
export function dynamodbGrantTable(client: DynamoDBClient, table: string): GrantTable {
  /** Updates one row under a condition; false when the condition does not hold. */
  // biome-ignore lint/complexity/useMaxParams: in the order of the statement that they make.
  async function update(
    grantId: StreamId,
    expression: string,
    condition: string,
    values: Item,
  ): Promise<boolean> {
    const names = Array.from(`${expression} ${condition}`.matchAll(/#(\w+)/g), ([, name = '']) => name);
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { grantId: { S: grantId } },
          UpdateExpression: expression,
          ConditionExpression: condition,
          ...(names.length > 0
            ? { ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])) }
            : {}),
          ExpressionAttributeValues: values,
        }),
      );
      return true;
    } catch (error) {
      if (failureName(error) === 'ConditionalCheckFailedException') return false;
      throw toPortError({ system: 'DynamoDB', operation: 'UpdateItem' }, error);
    }
  }

  async function guarded<T>(operation: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw toPortError({ system: 'DynamoDB', operation }, error);
    }
  }

  /** The rows of these grants, as far as there are any. */
  const readRows = (grantIds: readonly GrantId[], isConsistent: boolean): Promise<Item[]> =>
    guarded('BatchGetItem', () =>
      readItems(client, table, {
        keys: grantIds.map((grantId) => ({ grantId: { S: grantId } })),
        isConsistent,
      }),
    );

  const query = (read: IndexRead) => guarded('Query', () => queryIndex(client, table, read));
  const repositories = repositoryItems(client, table);

  return {
    async markDue(grantId, seq, dueAt) {
      await update(
        grantId,
        'SET due = :due, dueAt = :dueAt, dueSeq = :seq REMOVE dueAttempts',
        // A row that already has this seq has the state after it, and the append that follows must fail.
        '(attribute_not_exists(dueSeq) OR dueSeq <= :seq) AND (attribute_not_exists(#seq) OR #seq < :seq)',
        { ...dueValues(grantId, dueAt), ':seq': { N: String(seq) } },
      );
    },

    async markDueBy(id, dueAt) {
      await update(
        id,
        'SET due = :due, dueAt = :dueAt, dueSeq = :seq REMOVE dueAttempts',
        'attribute_not_exists(dueAt) OR dueAt > :dueAt',
        { ...dueValues(id, dueAt), ':seq': { N: '0' } },
      );
    },

    async project(row) {
      const { grantId, dueAt } = row;
      const { set, remove, values } = statementOf(row);
      const both = await update(
        grantId,
        dueAt === undefined
          ? `SET ${set} REMOVE ${[...remove, 'due', 'dueAt', 'dueAttempts'].join(', ')}`
          : `SET ${set}, due = :due, dueAt = :dueAt${removing(remove)}`,
        `(attribute_not_exists(#seq) OR #seq < :seq OR ${OF_THIS_SHAPE}) AND (attribute_not_exists(dueSeq) OR dueSeq <= :seq)`,
        { ...values, ...(dueAt === undefined ? {} : dueValues(grantId, dueAt)) },
      );
      if (both) return;
      // Either a later event is awaited, and its due time is kept. Or a later event is already projected, and nothing
      // is left to do.
      const later = 'attribute_not_exists(#seq) OR #seq < :seq';
      await update(grantId, `SET ${set}${removing(remove)}`, later, values);
    },

    // biome-ignore lint/complexity/useMaxParams: the port has four.
    takeLease: (grantId, owner, now, until) =>
      update(
        grantId,
        'SET leaseOwner = :owner, leaseUntil = :until',
        'attribute_exists(grantId) AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now OR leaseUntil > :longest OR leaseOwner = :owner)',
        {
          ':owner': { S: owner },
          ':until': { S: until },
          ':now': { S: now },
          ':longest': { S: plusSeconds(now, LONGEST_LEASE_SECONDS) },
        },
      ),

    async releaseLease(grantId, owner) {
      await update(grantId, 'REMOVE leaseOwner, leaseUntil', 'leaseOwner = :owner', {
        ':owner': { S: owner },
      });
    },

    async entries(partition, reading) {
      const { items, isComplete } = await query(indexReadOf(partition, reading));
      const entries: GrantEntry[] = [];
      const unreadable: GrantId[] = [];
      for (const item of items) {
        const entry = toEntry(item);
        if (entry && isWhereFound(partition, entry, item)) entries.push(entry);
        else unreadable.push(...grantIdsIn(item));
      }
      const last = items.at(-1);
      const position = last && textOf(last, indexReadOf(partition, reading).sort);
      return { entries, isComplete, unreadable, position };
    },

    async read(grantIds) {
      return toRows(await readRows(grantIds, false));
    },

    async listDue(now, limit, after) {
      const { items } = await query(dueRead(now, limit, after));
      return items.map((item) => ({
        // Whatever the key is: one row that no writer of ours wrote must not keep the others from being found.
        grantId: textOf(item, 'grantId') as StreamId,
        dueAt: dueTimeOf(item),
        dueSeq: Number(item.dueSeq?.N ?? 0),
        attempts: Number(item.dueAttempts?.N ?? 0),
      }));
    },

    async postpone({ grantId, dueSeq, attempts }, until) {
      await update(
        grantId,
        'SET dueAt = :dueAt, dueAttempts = :attempts',
        'attribute_exists(due) AND dueAt < :dueAt AND (dueSeq = :dueSeq OR attribute_not_exists(dueSeq))',
        {
          ':dueAt': { S: `${until}#${grantId}` },
          ':attempts': { N: String(attempts + 1) },
          ':dueSeq': { N: String(dueSeq) },
        },
      );
    },

    async dropDue({ grantId, dueAt }) {
      const values = { ':dueAt': { S: `${dueAt}#${grantId}` }, ':stored': { S: dueAt } };
      const unchanged = 'dueAt = :dueAt OR dueAt = :stored';
      await update(grantId, 'REMOVE due, dueAt, dueAttempts', unchanged, values);
    },

    async removeRow({ grantId, dueAt }) {
      await guarded('DeleteItem', async () => {
        const input: DeleteItemCommandInput = {
          TableName: table,
          Key: { grantId: { S: grantId } },
          ConditionExpression: 'dueAt = :dueAt AND attribute_not_exists(#seq)',
          ExpressionAttributeNames: { '#seq': 'seq' },
          ExpressionAttributeValues: { ':dueAt': { S: `${dueAt}#${grantId}` } },
        };
        try {
          await client.send(new DeleteItemCommand(input));
        } catch (error) {
          if (failureName(error) !== 'ConditionalCheckFailedException') throw error;
        }
      });
    },

    async forgetDue({ grantId, dueAt, dueSeq }) {
      const unchanged = 'dueAt = :dueAt AND dueSeq = :dueSeq';
      const values = { ':dueAt': { S: `${dueAt}#${grantId}` }, ':dueSeq': { N: String(dueSeq) } };
      // The mark has replaced the grant's own due time, such as its expiry. The row stays due, without an awaited
      // event, until it is projected again.
      const isProjected = await update(
        grantId,
        'SET dueSeq = #seq',
        `attribute_exists(#seq) AND ${unchanged}`,
        values,
      );
      if (isProjected) return;
      await update(grantId, 'REMOVE due, dueAt', `attribute_not_exists(#seq) AND ${unchanged}`, values);
    },

    ...repositories,

    async listLive(repositoryUuid, accountId) {
      const ids = await repositories.listEnrolled(repositoryUuid);
      const live = (await readRows(ids, true)).flatMap((item) =>
        liveRowIn(item, { repositoryUuid, accountId }),
      );
      return live.sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ grantId }) => grantId);
    },
  };
}

/** A row of the same event that no newer version has written: that row may hold what this version does not know of. */
const OF_THIS_SHAPE = '(#seq = :seq AND (attribute_not_exists(v) OR v <= :v))';

/** The grant's id in a row; none in a row of another kind. */
const grantIdsIn = (item: Item): GrantId[] => {
  const id = grantIdSchema.safeParse(item.grantId?.S).data;
  return id ? [id] : [];
};

/** The grant's id in a row. Throws for a row of another kind. */
const idIn = (item: Item): GrantId => grantIdSchema.parse(textOf(item, 'grantId'));

/** A row that counts against its repository's limit in an account, and its place among them: by what its grant says, whatever its attributes
 *  claim. */
function liveRowIn(item: Item, where: Where): { grantId: GrantId; order: string }[] {
  if (!item.grant) return [];
  const grantId = idIn(item);
  const row = rowIn(item);
  const live = row.ok ? isThere(row.value, where) && isLive(row.value.state) : isLiveByState(item);
  const askedAt = row.ok ? row.value.request.at : (item.askedAt?.S ?? '');
  return live ? [{ grantId, order: `${askedAt}#${grantId}` }] : [];
}

type Where = { repositoryUuid: RepositoryUuid; accountId: AccountId };

const isThere = ({ request: { intent } }: Grant, { repositoryUuid, accountId }: Where): boolean =>
  intent.repository.uuid === repositoryUuid && intent.account === accountId;

/** The state of an unreadable row comes from its attribute. An unknown state counts as live. */
const isLiveByState = (item: Item): boolean => {
  const state = grantStates.find((one) => one === item.state?.S);
  return state === undefined || isLive(state);
};

const rowIn = (item: Item) =>
  parseRow(idIn(item), {
    version: item.v?.N === undefined ? undefined : Number(item.v.N),
    grant: item.grant?.S ?? '',
  });

function toRows(items: readonly Item[]): GrantRows {
  const rows: GrantRows = { grants: [], stale: [] };
  for (const item of items) {
    if (!item.grant) continue;
    const row = rowIn(item);
    if (row.ok) rows.grants.push(row.value);
    else rows.stale.push(row.problem);
  }
  return rows;
}

/** The listed attributes of a row as parts of an update. */
function statementOf(row: GrantRow): { set: string; remove: string[]; values: Item } {
  const { set, remove } = projection(row);
  return {
    set: Object.keys(set)
      .map((name) => `#${name} = :${name}`)
      .join(', '),
    remove: remove.map((name) => `#${name}`),
    values: Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
  };
}

const removing = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` REMOVE ${names.join(', ')}`;

/** The keys of the index `byDue`: spread over shards, and sorted by time and id, so that no two are equal. */
const dueValues = (grantId: StreamId, dueAt: Instant): Item => ({
  ':due': { S: shardOf(grantId) },
  ':dueAt': { S: `${dueAt}#${grantId}` },
});

/** The time in the key of a due row. For a key that Rolewright did not write it is the whole key. The end of a page
 *  must sort after all its rows, or the next page would repeat them. */
function dueTimeOf(item: Item): Instant {
  const [key, end] = [textOf(item, 'dueAt'), `#${textOf(item, 'grantId')}`];
  return (key.endsWith(end) ? key.slice(0, -end.length) : key) as Instant;
}

const dueRead = (now: Instant, limit: number, after: DueRow | undefined): IndexRead => ({
  index: 'byDue',
  key: 'due',
  values: keysOf('', true),
  sort: 'dueAt',
  above: after ? behind(`${after.dueAt}#${after.grantId}`) : FIRST,
  below: behind(now),
  isAscending: true,
  limit,
});
