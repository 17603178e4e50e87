import {
  type DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { EventLog } from '../../domain/grants/stores.ts';
import type { StoredEvent } from '../../domain/grants/unreadable/stored-event.ts';
import type { StreamId } from '../../domain/shared/identifiers.ts';
import { toPortError } from '../aws/error-meanings.ts';
import type { Item } from './client.ts';
import { toAttributes, toEvent } from './event-item.ts';
import { endOf, queryEvents, readEvents, toEventEntry } from './indexes/event-index.ts';

/** The event log over a DynamoDB table with key (`grantId`, `seq`). The JSON in `event` is the event. All other
 *  attributes are derived from it, and only serve to find it. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of the port's functions is short.
export function dynamodbEventLog(client: DynamoDBClient, table: string): EventLog {
  // PutItem could replace an event. PartiQL's INSERT cannot, and is the only write that the writers' roles allow.
  const insertOf = (names: readonly string[]): string =>
    `INSERT INTO "${table}" VALUE {${names.map((name) => `'${name}': ?`).join(', ')}}`;

  /** Sends a command; every failure becomes a `PortError`. */
  async function send<T>(operation: string, command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      throw toPortError({ system: 'DynamoDB', operation }, error);
    }
  }

  async function findEvent(grantId: StreamId, seq: number): Promise<StoredEvent | undefined> {
    const command = new GetItemCommand({
      TableName: table,
      Key: { grantId: { S: grantId }, seq: { N: String(seq) } },
      ConsistentRead: true,
    });
    const { Item: item } = await send('GetItem', () => client.send(command));
    return item && toEvent(item);
  }

  async function loadItems(grantId: StreamId, seq: number, limit: number): Promise<Item[]> {
    const items: Item[] = [];
    let start: Item | undefined;
    do {
      const command: QueryCommand = new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'grantId = :id AND seq >= :seq',
        ExpressionAttributeValues: { ':id': { S: grantId }, ':seq': { N: String(seq) } },
        ConsistentRead: true,
        ...(Number.isFinite(limit) ? { Limit: limit - items.length } : {}),
        ...(start ? { ExclusiveStartKey: start } : {}),
      });
      const page = await send('Query', () => client.send(command));
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start && items.length < limit);
    return items;
  }

  return {
    async loadTexts(grantId) {
      const items = await loadItems(grantId, 1, Number.POSITIVE_INFINITY);
      return items.map((item) => item.event?.S ?? '');
    },

    async loadFrom(grantId, seq, limit) {
      return (await loadItems(grantId, seq, limit)).map(toEvent);
    },

    async append(event) {
      const attributes = toAttributes(event);
      const command = new ExecuteStatementCommand({
        Statement: insertOf(Object.keys(attributes)),
        Parameters: Object.values(attributes),
      });
      try {
        await send('ExecuteStatement', () => client.send(command));
        return 'appended';
      } catch (error) {
        // After any failure the event may have been written: by a lost reply, or by our own earlier attempt. If the
        // read fails too, the append's failure says how certain it is, not the read's.
        const present = await findEvent(event.grantId, event.seq).catch(() => {
          throw error;
        });
        const isOwn = present && present.kind !== 'unreadable' && present.event.hash === event.hash;
        if (present) return isOwn ? 'appended' : 'taken';
        throw error;
      }
    },

    async entries(partition, reading) {
      const { items, isComplete } = await send('Query', () =>
        queryEvents(client, table, { partition, ...reading }),
      );
      const entries = items.map(toEventEntry);
      return { entries, isComplete, position: endOf(partition, items) };
    },

    read: (entries) => send('BatchGetItem', () => readEvents(client, table, entries)),
  };
}
