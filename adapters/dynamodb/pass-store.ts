import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type PassRecord, type PassStore, passPositionSchema } from '../../domain/drift/passes.ts';
import type { AccountId } from '../../domain/shared/identifiers.ts';
import { instantSchema } from '../../domain/shared/time.ts';
import { failureName, toPortError } from '../aws/error-meanings.ts';
import type { Item } from './client.ts';

/** The passes of the reconciler over the table of grants, whose key is `grantId`: one item for each account. It has none of the
 *  attributes that the indexes are keyed by. */
export function dynamodbPassStore(client: DynamoDBClient, table: string): PassStore {
  async function update(
    account: AccountId,
    statement: { expression: string; condition: string; values: Item },
  ): Promise<Item | undefined> {
    try {
      const { Attributes: attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { grantId: { S: `pass#drift#${account}` } },
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
    async take(account, { owner, now, until }) {
      const item = await update(account, {
        expression: 'SET leaseOwner = :owner, leaseUntil = :until',
        condition: 'attribute_not_exists(leaseUntil) OR leaseUntil < :now OR leaseOwner = :owner',
        values: { ':owner': { S: owner }, ':now': { S: now }, ':until': { S: until } },
      });
      return item && toRecord(item);
    },

    async keep(account, owner, { position, nextAt }) {
      const kept = [
        ...(position ? [['passPosition', JSON.stringify(position)] as const] : []),
        ...(nextAt ? [['nextPassAt', nextAt] as const] : []),
      ];
      const gone = [...(position ? [] : ['passPosition']), ...(nextAt ? [] : ['nextPassAt'])];
      const set = kept.map(([name]) => `${name} = :${name}`).join(', ');
      await update(account, {
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

function toRecord(item: Item): PassRecord {
  const position = positionIn(item.passPosition?.S);
  const nextAt = instantSchema.safeParse(item.nextPassAt?.S).data;
  return { ...(position ? { position } : {}), ...(nextAt ? { nextAt } : {}) };
}

function positionIn(text: string | undefined): PassRecord['position'] {
  try {
    return text === undefined ? undefined : passPositionSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
