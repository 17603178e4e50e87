import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  type GrantId,
  parseGrantId,
  type StreamId,
  streamIdSchema,
} from '../../../domain/shared/identifiers.ts';

/** Every id in the key of a table, each once, read consistently. A table that cannot be read to its end throws. */
async function* keysIn(client: DynamoDBClient, table: string): AsyncGenerator<string> {
  const seen = new Set<string>();
  const pages = paginateScan(
    { client },
    { TableName: table, ProjectionExpression: 'grantId', ConsistentRead: true },
  );
  for await (const { Items: items = [] } of pages) {
    for (const id of items.flatMap(({ grantId }) => grantId?.S ?? [])) {
      if (!seen.has(id)) yield id;
      seen.add(id);
    }
  }
}

/** Every stream of the log, and the ids in it that are no stream's. */
export async function streamsIn(
  client: DynamoDBClient,
  table: string,
): Promise<{ streams: StreamId[]; strange: string[] }> {
  const streams: StreamId[] = [];
  const strange: string[] = [];
  for await (const id of keysIn(client, table)) {
    const stream = streamIdSchema.safeParse(id).data;
    if (stream) streams.push(stream);
    else strange.push(id);
  }
  return { streams, strange };
}

/** The grants that have a row. */
export async function rowsIn(client: DynamoDBClient, table: string): Promise<Set<GrantId>> {
  const rows = new Set<GrantId>();
  for await (const id of keysIn(client, table)) {
    const grantId = parseGrantId(id);
    if (grantId) rows.add(grantId);
  }
  return rows;
}
