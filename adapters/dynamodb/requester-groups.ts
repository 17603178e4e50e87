import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type RequesterGroups, requesterItemId } from '../../domain/access/requester-groups.ts';
import { toEpoch } from '../../domain/shared/time.ts';
import { toPortError } from '../aws/error-meanings.ts';

/** Requesters' groups over the table of claims, whose key is `id`. DynamoDB deletes an expired item up to days late;
 *  that a request has lapsed is decided by the log. */
export function dynamodbRequesterGroups(client: DynamoDBClient, table: string): RequesterGroups {
  const keyOf = (id: string) => ({ TableName: table, Key: { id: { S: id } } });
  return {
    async keep(key, groups, until) {
      const item = {
        id: { S: requesterItemId(key) },
        groups: { L: groups.map((group) => ({ S: group })) },
        expiresAt: { N: String(Math.ceil(toEpoch(until) / 1000)) },
      };
      try {
        await client.send(new PutItemCommand({ TableName: table, Item: item }));
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'PutItem' }, error);
      }
    },

    async find(key) {
      try {
        const command = new GetItemCommand({ ...keyOf(requesterItemId(key)), ConsistentRead: true });
        const { Item: item } = await client.send(command);
        return item?.groups?.L?.flatMap(({ S }) => (S === undefined ? [] : [S]));
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'GetItem' }, error);
      }
    },

    async forget(key) {
      try {
        await client.send(new DeleteItemCommand(keyOf(requesterItemId(key))));
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'DeleteItem' }, error);
      }
    },
  };
}
