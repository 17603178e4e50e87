import { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { StartFailure } from '../../adapters/settings/start-failure.ts';

/** The tables that are the log and the read model. */
const PROTECTED = ['eventsTable', 'grantsTable'] as const;

/** The part of the framework that is read here. Its provider has the credentials that it deploys with. */
type Serverless = {
  service: { custom?: Partial<Record<string, unknown>> };
  getProvider(name: 'aws'): { getAwsSdkV3Config(): Promise<object> };
};

/** Switches on the deletion protection of `tables`, where it is off. Repeating it changes nothing. */
export async function protectTables(client: DynamoDBClient, tables: readonly string[]): Promise<void> {
  for (const TABLE_NAME of tables) {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: TABLE_NAME }));
    if (table?.DeletionProtectionEnabled === true) continue;
    await client.send(new UpdateTableCommand({ TableName: TABLE_NAME, DeletionProtectionEnabled: true }));
  }
}

/** The variables that name the tables which functions use. */
const NAMED = ['eventsTable', 'grantsTable', 'checkpointsTable', 'claimsTable'] as const;

/** An error for each table in use whose name does not begin with the stack's prefix: the permissions boundary denies granted roles
 *  the tables of that name, and no others. */
export const foreignTables = (custom: Partial<Record<string, unknown>>): string[] =>
  NAMED.filter((name) => !String(custom[name]).startsWith(`${custom.prefix}-`)).map(
    (name) =>
      `--param ${name}=${custom[name]}: the name must begin with ${custom.prefix}-, or granted roles could reach the table. Restore it under such a name.`,
  );

/** The plugin of `serverless.yml` that refuses tables in use that it could not keep from granted roles, and protects the tables once the stack is stable. The template does not say it: a table that
 *  is protected from the start cannot be deleted when CloudFormation undoes a first deployment that failed, and would block
 *  every later one. A later deployment leaves it as it is, because the template does not name it. */
export default class TableProtection {
  readonly hooks: Record<string, () => Promise<void> | void>;

  constructor(serverless: Serverless) {
    this.hooks = {
      'before:package:initialize': () => {
        const errors = foreignTables(serverless.service.custom ?? {});
        if (errors.length > 0) throw new StartFailure(errors);
      },
      'after:deploy:deploy': async () => {
        const client = new DynamoDBClient(await serverless.getProvider('aws').getAwsSdkV3Config());
        const { custom = {} } = serverless.service;
        await protectTables(
          client,
          PROTECTED.map((name) => String(custom[name])),
        );
        client.destroy();
      },
    };
  }
}
