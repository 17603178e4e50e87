import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type * as z from 'zod';
import {
  type Passes,
  type PassesStore,
  type PassStore,
  passPositionSchema,
} from '../../domain/drift/passes.ts';
import { type SweepStore, sweepPositionSchema } from '../../domain/drift/sweeps.ts';
import { instantSchema } from '../../domain/shared/time.ts';
import { failureName, toPortError } from '../aws/error-meanings.ts';
import type { Item } from './client.ts';

/** The passes of the reconciler over accounts. */
export const dynamodbPassStore = (client: DynamoDBClient, table: string): PassStore =>
  passesStore(client, table, { prefix: 'pass#drift#', schema: passPositionSchema });

/** The sweeps of workspaces. */
export const dynamodbSweepStore = (client: DynamoDBClient, table: string): SweepStore =>
  passesStore(client, table, { prefix: 'pass#sweep#', schema: sweepPositionSchema });

/** Passes in the table of grants, whose key is `grantId`: one item for each thing that is passed over. It has none of the
 *  attributes that the indexes are keyed by. */
function passesStore<K extends string, P>(
  client: DynamoDBClient,
  table: string,
  { prefix, schema }: { prefix: string; schema: z.ZodType<P> },
): PassesStore<K, P> {
  async function update(
    over: K,
    statement: { expression: string; condition: string; values: Item },
  ): Promise<Item | undefined> {
    try {
      const { Attributes: attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { grantId: { S: `${prefix}${over}` } },
          UpdateExpression: statement.expression,
          ConditionExpression: statement.condition,
          ExpressionAttributeValues: statement.values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return attributes;
    } catch (error) {
      if (failureName(error) === 'ConditionalCheckFailedException') return undefined;
      throw toPortError({ system: 'DynamoDB', operation: 'UpdateItem' }, error);
    }
  }

  return {
    async take(over, { owner, now, until }) {
      const item = await update(over, {
        expression: 'SET leaseOwner = :owner, leaseUntil = :until',
        condition: 'attribute_not_exists(leaseUntil) OR leaseUntil < :now OR leaseOwner = :owner',
        values: { ':owner': { S: owner }, ':now': { S: now }, ':until': { S: until } },
      });
      return item && toRecord(item, schema);
    },

    async keep(over, owner, { position, nextAt }) {
      const kept = [
        ...(position ? [['passPosition', JSON.stringify(position)] as const] : []),
        ...(nextAt ? [['nextPassAt', nextAt] as const] : []),
      ];
      const gone = [...(position ? [] : ['passPosition']), ...(nextAt ? [] : ['nextPassAt'])];
      const set = kept.map(([name]) => `${name} = :${name}`).join(', ');
      await update(over, {
        expression: `${set && `SET ${set} `}REMOVE ${['leaseOwner', 'leaseUntil', ...gone].join(', ')}`,
        condition: 'leaseOwner = :owner',
        values: {
          ':owner': { S: owner },
          ...Object.fromEntries(kept.map(([name, text]) => [`:${name}`, { S: text }])),
        },
      });
    },
  };
}

function toRecord<P>(item: Item, schema: z.ZodType<P>): Passes<P> {
  const position = positionIn(item.passPosition?.S, schema);
  const nextAt = instantSchema.safeParse(item.nextPassAt?.S).data;
  return { ...(position ? { position } : {}), ...(nextAt ? { nextAt } : {}) };
}

function positionIn<P>(text: string | undefined, schema: z.ZodType<P>): P | undefined {
  try {
    return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
