import { DynamoDBClient, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { eventually } from '../eventually.ts';
import type { World } from './stack.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const TableName = 'rolewright-sandbox-grants';

/** The deliveries that the worker of a stack has postponed, and a way not to wait for the time at which they are resumed. */
export function postponedOf(world: () => World) {
  async function withTable<T>(work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
    const client = new DynamoDBClient({ region, endpoint: world().stack.dynamodb.url, credentials });
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  /** The ids of the rows of postponed deliveries about a repository, whether they are due or not. */
  const postponedAbout = (uuid: string): Promise<string[]> =>
    withTable(async (client) => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName }));
      const ids = Items.map(({ grantId }) => grantId?.S ?? '');
      return ids.filter((id) => id.startsWith('delivery#') && id.includes(uuid));
    });

  return {
    postponedAbout,
    /** Waits for a postponed delivery about the repository, makes it due, and has the reconciler pass. */
    async resume(uuid: string): Promise<void> {
      const [id = ''] = await eventually(
        () => postponedAbout(uuid),
        (ids) => ids.length > 0,
      );
      await withTable((client) =>
        client.send(
          new UpdateItemCommand({
            TableName,
            Key: { grantId: { S: id } },
            UpdateExpression: 'SET dueAt = :dueAt',
            ExpressionAttributeValues: { ':dueAt': { S: `2026-01-01T00:00:00.000Z#${id}` } },
          }),
        ),
      );
      const lambda = new LambdaClient({
        region,
        endpoint: world().stack.lambda,
        credentials,
        maxAttempts: 1,
      });
      const reconciler = { FunctionName: 'rolewright-sandbox-reconciler', Payload: '{}' };
      await lambda.send(new InvokeCommand(reconciler));
      lambda.destroy();
    },
  };
}
