import {
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { grantStates, isLive } from '../../domain/grants/grant.ts';
import { type GrantRow, parseRow, ROW_VERSION } from '../../domain/grants/row.ts';
import type { DueRow, GrantFilter, GrantPage, GrantTable } from '../../domain/grants/stores.ts';
import {
  type GrantId,
  grantIdSchema,
  type RepositoryUuid,
  repositoryUuidSchema,
  type StreamId,
  streamIdSchema,
} from '../../domain/shared/identifiers.ts';
import { type Instant, instantSchema, plusSeconds } from '../../domain/shared/time.ts';
import { failureName, toPortError } from '../aws/failure.ts';
import { type Item, readPage, textOf } from './client.ts';

/** The partition of the index `byChange`, which holds every listed grant, and of `byDue`, which holds every due grant. */
const ALL = 'all';

/** The longest valid lease in seconds: Lambda's longest function and a margin. A longer lease is ignored. */
const LONGEST_LEASE_SECONDS = 1000;

/** Keys of one BatchGetItem. Source: Amazon DynamoDB API Reference. */
const MOST_KEYS = 100;

/** The read model over a DynamoDB table with key `grantId`, and beside its rows one item for each repository, which holds the
 *  ids of its grants. A row may exist before its first event (then it has no
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

  const query = async (input: QueryCommandInput, limit: number) => {
    try {
      return await readPage(client, input, limit);
    } catch (error) {
      throw toPortError({ system: 'DynamoDB', operation: 'Query' }, error);
    }
  };

  /** One item, read consistently. */
  async function read(key: Item): Promise<Item | undefined> {
    try {
      return (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true })))
        .Item;
    } catch (error) {
      throw toPortError({ system: 'DynamoDB', operation: 'GetItem' }, error);
    }
  }

  /** The rows of these grants, as far as there are any, read consistently. */
  async function readRows(grantIds: readonly GrantId[]): Promise<Item[]> {
    const rows: Item[] = [];
    let keys: Item[] = grantIds.map((grantId) => ({ grantId: { S: grantId } }));
    while (keys.length > 0) {
      const REQUEST_ITEMS = { [table]: { Keys: keys.slice(0, MOST_KEYS), ConsistentRead: true } };
      try {
        const answer = await client.send(new BatchGetItemCommand({ RequestItems: REQUEST_ITEMS }));
        rows.push(...(answer.Responses?.[table] ?? []));
        // An answer holds up to 16 MB; what did not fit comes back.
        keys = [...(answer.UnprocessedKeys?.[table]?.Keys ?? []), ...keys.slice(MOST_KEYS)];
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'BatchGetItem' }, error);
      }
    }
    return rows;
  }

  const enrolledIn = async (repositoryUuid: RepositoryUuid): Promise<GrantId[]> =>
    z.array(grantIdSchema).parse((await read(enrolmentKey(repositoryUuid)))?.enrolled?.SS ?? []);

  return {
    async markDue(grantId, seq, dueAt) {
      await update(
        grantId,
        'SET due = :all, dueAt = :dueAt, dueSeq = :seq',
        // A row that already has this seq has the state after it, and the append that follows must fail.
        '(attribute_not_exists(dueSeq) OR dueSeq <= :seq) AND (attribute_not_exists(#seq) OR #seq < :seq)',
        { ':all': { S: ALL }, ':dueAt': { S: dueAt }, ':seq': { N: String(seq) } },
      );
    },

    async project(row) {
      const projected = projection(row);
      const sets = projected.sets.join(', ');
      const both = await update(
        row.grantId,
        row.dueAt === undefined ? `SET ${sets} REMOVE due, dueAt` : `SET ${sets}, due = :all, dueAt = :dueAt`,
        '(attribute_not_exists(#seq) OR #seq <= :seq) AND (attribute_not_exists(dueSeq) OR dueSeq <= :seq)',
        { ...projected.values, ...(row.dueAt === undefined ? {} : { ':dueAt': { S: row.dueAt } }) },
      );
      if (both) return;
      // Either a later event is awaited, and its due time is kept. Or a later event is already projected, and nothing
      // is left to do.
      await update(row.grantId, `SET ${sets}`, 'attribute_not_exists(#seq) OR #seq < :seq', projected.values);
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

    async list(filter, limit, after) {
      const page = await query(toQuery(table, filter, after), limit);
      const next = page.isComplete || !page.lastRead ? undefined : textOf(page.lastRead, 'changed');
      return { ...toPage(page.items), next };
    },

    async listDue(now, limit, after) {
      const { items } = await query(dueQuery(table, now, after), limit);
      return items.map((item) => ({
        grantId: streamIdSchema.parse(textOf(item, 'grantId')),
        dueAt: instantSchema.parse(textOf(item, 'dueAt')),
        dueSeq: Number(item.dueSeq?.N ?? 0),
      }));
    },

    async forgetDue({ grantId, dueAt, dueSeq }) {
      const unchanged = 'dueAt = :dueAt AND dueSeq = :dueSeq';
      const values = { ':dueAt': { S: dueAt }, ':dueSeq': { N: String(dueSeq) } };
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

    async repositoriesNamed(fullName) {
      const uuids = new Set<RepositoryUuid>();
      let after: string | undefined;
      do {
        const page = await query(toQuery(table, { repositoryName: fullName }, after), 100);
        for (const item of page.items) uuids.add(repositoryUuidSchema.parse(textOf(item, 'repository')));
        after = page.isComplete || !page.lastRead ? undefined : textOf(page.lastRead, 'changed');
      } while (after);
      return [...uuids];
    },

    async enrol(repositoryUuid, grantId) {
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: enrolmentKey(repositoryUuid),
            UpdateExpression: 'ADD enrolled :grants',
            ExpressionAttributeValues: { ':grants': { SS: [grantId] } },
          }),
        );
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'UpdateItem' }, error);
      }
    },

    listEnrolled: enrolledIn,

    async listLive(repositoryUuid) {
      const ids = await enrolledIn(repositoryUuid);
      const live = (await readRows(ids)).filter((row) => row.grant && isLiveRow(row));
      const order = (item: Item) => `${item.askedAt?.S ?? ''}#${idIn(item)}`;
      return live.sort((a, b) => (order(a) < order(b) ? -1 : 1)).map(idIn);
    },
  };
}

/** The grant's id in a row. Throws for a row of another kind. */
const idIn = (item: Item): GrantId => grantIdSchema.parse(textOf(item, 'grantId'));

/** True for a row that counts against its repository's limit: so does one whose state this version does not know. */
const isLiveRow = (item: Item): boolean => {
  const state = grantStates.find((one) => one === item.state?.S);
  return state === undefined || isLive(state);
};

function toPage(items: readonly Item[]): GrantPage {
  const page: GrantPage = { grants: [], stale: [] };
  for (const item of items) {
    const version = item.v?.N === undefined ? undefined : Number(item.v.N);
    const row = parseRow(idIn(item), { version, grant: item.grant?.S ?? '' });
    if (row.ok) page.grants.push(row.value);
    else page.stale.push(row.problem);
  }
  return page;
}

/** The item that holds the ids of a repository's grants. It has none of the attributes that the indexes are keyed by. */
const enrolmentKey = (repositoryUuid: RepositoryUuid): Item => ({
  grantId: { S: `repository#${repositoryUuid}` },
});

/** The listed attributes of a row. `changed` sorts the lists, and ends in the grant's id to be unique. */
function projection({ grantId, seq, grant }: GrantRow): { sets: string[]; values: Item } {
  const { intent } = grant.request;
  const attributes: Record<string, [placeholder: string, value: Item[string]]> = {
    '#seq': [':seq', { N: String(seq) }],
    v: [':v', { N: String(ROW_VERSION) }],
    askedAt: [':askedAt', { S: grant.request.at }],
    listed: [':all', { S: ALL }],
    changed: [':changed', { S: `${grant.updatedAt}#${grantId}` }],
    '#grant': [':grant', { S: JSON.stringify(grant) }],
    repository: [':repository', { S: intent.repository.uuid }],
    '#names': [':names', { L: grant.repositoryNames.map((name) => ({ S: name.toLowerCase() })) }],
    '#state': [':state', { S: grant.state }],
    template: [':template', { S: intent.template.name }],
    account: [':account', { S: intent.account }],
  };
  return {
    sets: Object.entries(attributes).map(([name, [placeholder]]) => `${name} = ${placeholder}`),
    values: Object.fromEntries(Object.values(attributes)),
  };
}

function toQuery(table: string, filter: GrantFilter, after: string | undefined): QueryCommandInput {
  const byRepository = filter.repositoryUuid !== undefined;
  const names: Record<string, string> = { '#key': byRepository ? 'repository' : 'listed' };
  const values: Item = { ':key': { S: filter.repositoryUuid ?? ALL } };
  const filters: string[] = [];
  const equal = { state: filter.state, template: filter.template, account: filter.account };
  for (const [name, value] of Object.entries(equal)) {
    if (value === undefined) continue;
    names[`#${name}`] = name;
    values[`:${name}`] = { S: value };
    filters.push(`#${name} = :${name}`);
  }
  if (filter.repositoryName !== undefined) {
    names['#names'] = 'names';
    values[':names'] = { S: filter.repositoryName };
    filters.push('contains(#names, :names)');
  }
  if (after !== undefined) values[':after'] = { S: after };
  return {
    TableName: table,
    IndexName: byRepository ? 'byRepository' : 'byChange',
    KeyConditionExpression: `#key = :key${after === undefined ? '' : ' AND changed < :after'}`,
    ...(filters.length > 0 ? { FilterExpression: filters.join(' AND ') } : {}),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ScanIndexForward: false,
  };
}

function dueQuery(table: string, now: Instant, after: DueRow | undefined): QueryCommandInput {
  const start = after && {
    ExclusiveStartKey: { grantId: { S: after.grantId }, due: { S: ALL }, dueAt: { S: after.dueAt } },
  };
  return {
    TableName: table,
    IndexName: 'byDue',
    KeyConditionExpression: 'due = :all AND dueAt <= :now',
    ExpressionAttributeValues: { ':all': { S: ALL }, ':now': { S: now } },
    ...start,
  };
}
