import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { parseCheckpoint } from '../../domain/grants/evolve/checkpoint.ts';
import type { CheckpointStore } from '../../domain/grants/stores.ts';
import { failureName, toPortError } from '../aws/error-meanings.ts';

/** The checkpoint store over a DynamoDB table with key `grantId`. A read may be seconds old: an older checkpoint is only
 *  more to read. */
export function dynamodbCheckpointStore(client: DynamoDBClient, table: string): CheckpointStore {
  return {
    async find(grantId) {
      try {
        const { Item: item } = await client.send(
          new GetItemCommand({ TableName: table, Key: { grantId: { S: grantId } } }),
        );
        return item && parseCheckpoint(grantId, item.checkpoint?.S ?? '');
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'GetItem' }, error);
      }
    },

    async keep(checkpoint) {
      const seq = { N: String(checkpoint.seq) };
      const { version, grantId } = checkpoint;
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              grantId: { S: grantId },
              seq,
              version: { N: String(version) },
              checkpoint: { S: JSON.stringify(checkpoint) },
            },
            // Of another version, a checkpoint is of no use to this one, however far it goes.
            ConditionExpression: 'attribute_not_exists(grantId) OR seq < :seq OR version <> :version',
            ExpressionAttributeValues: { ':seq': seq, ':version': { N: String(version) } },
          }),
        );
      } catch (error) {
        if (failureName(error) === 'ConditionalCheckFailedException') return;
        throw toPortError({ system: 'DynamoDB', operation: 'PutItem' }, error);
      }
    },
  };
}
