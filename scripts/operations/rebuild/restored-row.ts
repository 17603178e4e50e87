import { isDeepStrictEqual } from 'node:util';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../../adapters/dynamodb/client.ts';
import { projection } from '../../../adapters/dynamodb/indexes/grant-index.ts';
import { shardOf } from '../../../adapters/dynamodb/indexes/index-query.ts';
import { type GrantRow, ROW_VERSION } from '../../../domain/grants/row.ts';
import type { StreamId } from '../../../domain/shared/identifiers.ts';
import type { Instant } from '../../../domain/shared/time.ts';

/** How a row compares with its stream.
 *  - `right`: it is what would be written, and due no later
 *  - `missing`, `stale`: it is not there; it differs, or is due too late or not at all
 *  - `ahead`: it was projected from an event that the log does not have, or by a newer version. It is left alone */
export type RowState = 'right' | 'missing' | 'stale' | 'ahead';

/** The rows of a table of grants, as a rebuild writes them. Leases are kept, and no due time is moved later or removed. */
export type RestoredRows = {
  stateOf(row: GrantRow): Promise<RowState>;
  /** Writes a row, its due time first: a death in between leaves it due. Idempotent. False where the row is ahead of the log. */
  restore(row: GrantRow): Promise<boolean>;
  /** Has the reconciler look at a stream that has no grant, unless it is due already. */
  dueOnce(stream: StreamId, seq: number, at: Instant): Promise<void>;
};

const dueKey = (stream: StreamId, at: Instant): string => `${at}#${stream}`;

/** Rows over a table by its name. */
export function restoredRows(client: DynamoDBClient, table: string): RestoredRows {
  /** One update; false where its condition does not hold. */
  async function update(
    stream: StreamId,
    { expression, condition, values, names }: Statement,
  ): Promise<boolean> {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { grantId: { S: stream } },
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
          ...(names ? { ExpressionAttributeNames: names } : {}),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
  return {
    async stateOf(row) {
      const command = new GetItemCommand({
        TableName: table,
        Key: { grantId: { S: row.grantId } },
        ConsistentRead: true,
      });
      const item = (await client.send(command)).Item;
      return item?.grant ? compare(row, item) : 'missing';
    },
    async restore(row) {
      if (row.dueAt !== undefined) {
        await update(row.grantId, {
          expression: 'SET due = :due, dueAt = :dueAt',
          condition: 'attribute_not_exists(dueAt) OR dueAt > :dueAt',
          values: { ':due': { S: shardOf(row.grantId) }, ':dueAt': { S: dueKey(row.grantId, row.dueAt) } },
        });
      }
      return update(row.grantId, contentOf(row));
    },
    async dueOnce(stream, seq, at) {
      await update(stream, {
        expression: 'SET due = :due, dueAt = :dueAt, dueSeq = if_not_exists(dueSeq, :seq)',
        condition: 'attribute_not_exists(dueAt)',
        values: {
          ':due': { S: shardOf(stream) },
          ':dueAt': { S: dueKey(stream, at) },
          ':seq': { N: String(seq) },
        },
      });
    },
  };
}

type Statement = {
  expression: string;
  condition: string;
  values: Item;
  names?: Record<string, string>;
};

function compare(row: GrantRow, item: Item): RowState {
  if (Number(item.seq?.N) > row.seq || Number(item.v?.N) > ROW_VERSION) return 'ahead';
  const { set, remove } = projection(row);
  const isEqual =
    Object.entries(set).every(([name, value]) => isDeepStrictEqual({ ...item[name] }, { ...value })) &&
    remove.every((name) => item[name] === undefined);
  const isDue = row.dueAt === undefined || (item.dueAt?.S ?? '~') <= dueKey(row.grantId, row.dueAt);
  return isEqual && isDue && (row.dueAt === undefined || item.due !== undefined) ? 'right' : 'stale';
}

function contentOf(row: GrantRow): Statement {
  const { set, remove } = projection(row);
  const names = [...Object.keys(set), ...remove];
  const setting = Object.keys(set).map((name) => `#${name} = :${name}`);
  const removing = remove.map((name) => `#${name}`);
  return {
    expression: `SET ${setting.join(', ')}${removing.length > 0 ? ` REMOVE ${removing.join(', ')}` : ''}`,
    condition: '(attribute_not_exists(#seq) OR #seq <= :seq) AND (attribute_not_exists(#v) OR #v <= :v)',
    values: Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
    names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  };
}
