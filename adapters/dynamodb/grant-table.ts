import { type DynamoDBClient, type QueryCommandInput, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { grantStates, isLive } from '../../domain/grants/grant.ts';
import { type GrantRow, parseRow, ROW_VERSION } from '../../domain/grants/row.ts';
import type { DueRow, GrantFilter, GrantPage, GrantTable } from '../../domain/grants/stores.ts';
import { plusSeconds } from '../../domain/shared/time.ts';
import { failureName, toPortError } from '../aws/failure.ts';
import { type Item, readPage, textOf } from './client.ts';

/** Partition of the index `byChange`, which holds every listed grant, and of `byDue`, which holds all that is due. */
const ALL = 'all';

/** No honest lease is longer: Lambda's longest function and the margin behind it. One that claims more is none. */
const LONGEST_LEASE_SECONDS = 1000;

/** The read model over a DynamoDB table with key `grantId`. A row may exist before its first event (then it has no
 *  `seq` and is never listed), and may point at work that is done already; it never forgets work. */
export function dynamodbGrantTable(client: DynamoDBClient, table: string): GrantTable {
  /** Updates one row under a condition; false when the condition does not hold. */
  async function update(
    grantId: string,
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
      throw toPortError('DynamoDB', 'UpdateItem', error);
    }
  }

  const query = async (input: QueryCommandInput, limit: number) => {
    try {
      return await readPage(client, input, limit);
    } catch (error) {
      throw toPortError('DynamoDB', 'Query', error);
    }
  };

  return {
    async markDue(grantId, seq, dueAt) {
      await update(
        grantId,
        'SET due = :all, dueAt = :dueAt, dueSeq = :seq',
        // A row that shows this seq already has said what comes after it, and the append that follows must fail.
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
      // A later event is awaited: its due time stays. Or a later one is projected already: then nothing is left to do.
      await update(row.grantId, `SET ${sets}`, 'attribute_not_exists(#seq) OR #seq < :seq', projected.values);
    },

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
        grantId: textOf(item, 'grantId'),
        dueAt: textOf(item, 'dueAt'),
        dueSeq: Number(item.dueSeq?.N ?? 0),
      }));
    },

    async forgetDue({ grantId, dueAt, dueSeq }) {
      const unchanged = 'dueAt = :dueAt AND dueSeq = :dueSeq';
      const values = { ':dueAt': { S: dueAt }, ':dueSeq': { N: String(dueSeq) } };
      // The mark has replaced the grant's own due time, such as its expiry: the row stays in the list, awaiting nothing,
      // until it is projected again.
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
      const uuids = new Set<string>();
      let after: string | undefined;
      do {
        const page = await query(toQuery(table, { repositoryName: fullName }, after), 100);
        for (const item of page.items) uuids.add(textOf(item, 'repository'));
        after = page.isComplete || !page.lastRead ? undefined : textOf(page.lastRead, 'changed');
      } while (after);
      return [...uuids];
    },

    async listLive(repositoryUuid) {
      const live: Item[] = [];
      let after: string | undefined;
      do {
        const page = await query(toQuery(table, { repositoryUuid }, after), 100);
        live.push(...page.items.filter(isLiveRow));
        after = page.isComplete || !page.lastRead ? undefined : textOf(page.lastRead, 'changed');
      } while (after);
      const order = (item: Item) => `${item.askedAt?.S ?? ''}#${textOf(item, 'grantId')}`;
      return live.sort((a, b) => (order(a) < order(b) ? -1 : 1)).map((item) => textOf(item, 'grantId'));
    },
  };
}

/** True for a row that counts against its repository's limit: so does one whose state this version does not know. */
const isLiveRow = (item: Item): boolean => {
  const state = grantStates.find((one) => one === item.state?.S);
  return state === undefined || isLive(state);
};

function toPage(items: readonly Item[]): GrantPage {
  const page: GrantPage = { grants: [], stale: [] };
  for (const item of items) {
    const version = item.v?.N === undefined ? undefined : Number(item.v.N);
    const row = parseRow(textOf(item, 'grantId'), { version, grant: item.grant?.S ?? '' });
    if (row.ok) page.grants.push(row.value);
    else page.stale.push(row.problem);
  }
  return page;
}

/** The listed attributes of a row; `changed` sorts the lists and ends in the grant's id, so that it is unique. */
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

function dueQuery(table: string, now: string, after: DueRow | undefined): QueryCommandInput {
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
