import {
  type DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { type GrantEvent, parseEvent } from '../domain/event.ts';
import { type EventLog, PortError } from '../domain/ports.ts';
import { utcDay } from '../domain/time.ts';
import { failureName, toPortError } from './aws-failure.ts';
import { type Item, textOf } from './dynamodb-client.ts';
import { queryEvents } from './dynamodb-event-query.ts';

/** The event log over a DynamoDB table with key (`grantId`, `seq`). The event itself is the JSON in `event`; all other
 *  attributes are derived from it and only find it. */
export function dynamodbEventLog(client: DynamoDBClient, table: string): EventLog {
  const columns = ['grantId', 'seq', 'event', 'day', 'repository', 'principal', 'type', 'order'];
  // PutItem could replace an event; PartiQL's INSERT cannot, and is all that the writers' roles allow.
  const insert = `INSERT INTO "${table}" VALUE {${columns.map((name) => `'${name}': ?`).join(', ')}}`;

  async function findEvent(grantId: string, seq: number): Promise<GrantEvent | undefined> {
    const { Item: item } = await client.send(
      new GetItemCommand({
        TableName: table,
        Key: { grantId: { S: grantId }, seq: { N: String(seq) } },
        ConsistentRead: true,
      }),
    );
    return item && toEvent(item);
  }

  return {
    load: (grantId) =>
      translated('Query', async () => {
        const events: GrantEvent[] = [];
        let start: Item | undefined;
        do {
          const page = await client.send(
            new QueryCommand({
              TableName: table,
              KeyConditionExpression: 'grantId = :id',
              ExpressionAttributeValues: { ':id': { S: grantId } },
              ConsistentRead: true,
              ...(start ? { ExclusiveStartKey: start } : {}),
            }),
          );
          events.push(...(page.Items ?? []).map(toEvent));
          start = page.LastEvaluatedKey;
        } while (start);
        return events;
      }),

    append: (event) =>
      translated('ExecuteStatement', async () => {
        const attributes = toAttributes(event);
        try {
          await client.send(new ExecuteStatementCommand({ Statement: insert, Parameters: attributes }));
          return 'appended';
        } catch (error) {
          // Whatever the failure, the event may be in: a lost reply, or our own earlier attempt.
          const present = await findEvent(event.grantId, event.seq);
          if (present) return present.hash === event.hash ? 'appended' : 'taken';
          if (isDuplicate(error))
            throw new PortError('DynamoDB', 'UNAVAILABLE', 'The log contradicts itself.');
          throw error;
        }
      }),

    query: (query) => translated('Query', () => queryEvents(client, table, query)),
  };
}

/** AWS's documentation and SDK name the error of a duplicate `DuplicateItemException`; its engine was seen to send
 *  `DuplicateItem`. */
const isDuplicate = (error: unknown): boolean => /^DuplicateItem(Exception)?$/.test(failureName(error));

async function translated<T>(operation: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error && '$metadata' in error) throw toPortError('DynamoDB', operation, error);
    if (error instanceof Error && /^(TimeoutError|AbortError)$|^E[A-Z]+$/.test(error.name)) {
      throw toPortError('DynamoDB', operation, error);
    }
    throw error;
  }
}

/** The event inside an item. */
export const toEvent = (item: Item): GrantEvent => parseEvent(JSON.parse(textOf(item, 'event')));

/** Sorts events of all grants by time. */
const orderOf = ({ at, grantId, seq }: GrantEvent): string =>
  `${at}#${grantId}#${String(seq).padStart(9, '0')}`;

const toAttributes = (event: GrantEvent) => [
  { S: event.grantId },
  { N: String(event.seq) },
  { S: JSON.stringify(event) },
  { S: utcDay(event.at) },
  { S: event.data.repository.uuid },
  { S: `${event.principal.kind}:${event.principal.id}` },
  { S: event.type },
  { S: orderOf(event) },
];
