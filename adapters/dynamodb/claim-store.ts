import { randomUUID } from 'node:crypto';
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ClaimStore } from '../../domain/messaging/ports.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { type Instant, toEpoch } from '../../domain/shared/time.ts';
import { failureName, toPortError } from '../aws/error-meanings.ts';
import { textOf } from './client.ts';

/** The claim store over a DynamoDB table with key `id`. DynamoDB deletes an expired item up to days late, so a claim
 *  compares the expiry itself. */
export function dynamodbClaimStore(
  client: DynamoDBClient,
  table: string,
  clock: Pick<Clock, 'now'>,
): ClaimStore {
  const keyOf = (id: string) => ({ TableName: table, Key: { id: { S: id } } });

  return {
    async claim(id, until) {
      // After a lost reply the client retries. `claimant` keeps it from taking its own first attempt for another claim.
      const claimant = { S: randomUUID() };
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: { id: { S: id }, claimant, expiresAt: expiry(until) },
            ConditionExpression: 'attribute_not_exists(id) OR expiresAt <= :now OR claimant = :claimant',
            ExpressionAttributeValues: {
              ':now': { N: String(Math.floor(clock.now() / 1000)) },
              ':claimant': claimant,
            },
          }),
        );
        return true;
      } catch (error) {
        if (failureName(error) === 'ConditionalCheckFailedException') return false;
        throw toPortError({ system: 'DynamoDB', operation: 'PutItem' }, error);
      }
    },

    async keepMessage(id, { channel, ts }, until) {
      try {
        await client.send(
          new UpdateItemCommand({
            ...keyOf(id),
            UpdateExpression: 'SET channel = :channel, ts = :ts, expiresAt = :until',
            ConditionExpression: 'attribute_exists(id)',
            ExpressionAttributeValues: {
              ':channel': { S: channel },
              ':ts': { S: ts },
              ':until': expiry(until),
            },
          }),
        );
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'UpdateItem' }, error);
      }
    },

    async findMessage(id) {
      try {
        const { Item: item } = await client.send(new GetItemCommand({ ...keyOf(id), ConsistentRead: true }));
        return item?.ts && { channel: textOf(item, 'channel'), ts: textOf(item, 'ts') };
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'GetItem' }, error);
      }
    },

    async release(id) {
      try {
        await client.send(new DeleteItemCommand(keyOf(id)));
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'DeleteItem' }, error);
      }
    },
  };
}

/** The time in the attribute by which DynamoDB deletes an item: in whole seconds. */
const expiry = (until: Instant) => ({ N: String(Math.ceil(toEpoch(until) / 1000)) });
