import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  ExecuteChangeSetCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackImportComplete,
} from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { stackState } from '../recover/adopt.ts';
import { PROBE_PREFIX, type Probe } from './probe.ts';
import { endOf, NotAsExpected, Skipped, type Step } from './step.ts';

const STACK = `${PROBE_PREFIX}stack`;
const TABLE = `${PROBE_PREFIX}kept`;
/** The longest wait, in seconds, and the time between two looks. Our choice. */
const WAIT = 300;
const POLL_MS = 5000;

/** A stack with one table as `infrastructure/tables.yml` has it, and with a resource that cannot be made where it shall fail. */
const template = (fails: boolean): string =>
  JSON.stringify({
    Resources: {
      Kept: {
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          TableName: TABLE,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'grantId', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'grantId', KeyType: 'HASH' }],
        },
      },
      ...(fails
        ? { Fails: { Type: 'AWS::SQS::Queue', DependsOn: 'Kept', Properties: { QueueName: 'not a name' } } }
        : {}),
    },
  });

const tableState = async ({ dynamodb }: Probe): Promise<string> => {
  const end = await endOf(dynamodb.send(new DescribeTableCommand({ TableName: TABLE })));
  return end === 'allowed' ? 'there' : end;
};

/** Waits until the creation of the stack has failed and is undone. The SDK has a waiter for an update that is undone, and none for a
 *  creation. Throws where the stack ends in another state. */
async function waitUntilCreationUndone({ cloudformation, now, sleep }: Probe): Promise<void> {
  const end = now() + WAIT * 1000;
  for (;;) {
    const state = await stackState(cloudformation, STACK);
    if (state === 'ROLLBACK_COMPLETE') return;
    if (!state?.endsWith('_IN_PROGRESS') || now() > end) throw new Error(`the stack is ${state}`);
    await sleep(POLL_MS);
  }
}

/** What a first deployment that fails, a removal and a recovery rest on, and what throttles. */
export const stackSteps: readonly Step[] = [
  {
    name: 'first-deployment-fails',
    expects:
      'A table with RetainExceptOnCreate goes with a first deployment that fails, and stays when a stack is deleted.',
    async run(probe) {
      const { cloudformation: client } = probe;
      const wait = { client, maxWaitTime: WAIT };
      await client.send(new CreateStackCommand({ StackName: STACK, TemplateBody: template(true) }));
      await waitUntilCreationUndone(probe);
      const failed = await tableState(probe);
      await client.send(new DeleteStackCommand({ StackName: STACK }));
      await waitUntilStackDeleteComplete(wait, { StackName: STACK });
      await client.send(new CreateStackCommand({ StackName: STACK, TemplateBody: template(false) }));
      await waitUntilStackCreateComplete(wait, { StackName: STACK });
      await client.send(new DeleteStackCommand({ StackName: STACK }));
      await waitUntilStackDeleteComplete(wait, { StackName: STACK });
      const removed = await tableState(probe);
      const text = `after the failure: ${failed}; after the removal: ${removed}`;
      if (failed !== 'ResourceNotFoundException' || removed !== 'there') throw new NotAsExpected(text);
      return text;
    },
  },
  {
    name: 'import',
    expects: 'A stack adopts the table that a removed one has left.',
    async run(probe) {
      const { cloudformation: client } = probe;
      if ((await tableState(probe)) !== 'there') throw new Skipped('no table was left to import');
      const names = { StackName: STACK, ChangeSetName: 'import' };
      await client.send(
        new CreateChangeSetCommand({
          ...names,
          ChangeSetType: 'IMPORT',
          TemplateBody: template(false),
          ResourcesToImport: [
            {
              ResourceType: 'AWS::DynamoDB::Table',
              LogicalResourceId: 'Kept',
              ResourceIdentifier: { TableName: TABLE },
            },
          ],
        }),
      );
      const wait = { client, maxWaitTime: WAIT };
      await waitUntilChangeSetCreateComplete(wait, names);
      await client.send(new ExecuteChangeSetCommand(names));
      await waitUntilStackImportComplete(wait, { StackName: STACK });
      return 'adopted';
    },
  },
  {
    name: 'throttling',
    expects:
      'A route is throttled by its own limit: 200 requests at once to a limited route meet 429, and another route still answers.',
    async run({ url }) {
      if (!url) throw new Skipped('give --url of a deployed probe installation');
      const statusOf = async (path: string, method: string) =>
        (await fetch(`${url}${path}`, { method, redirect: 'manual' })).status;
      const flood = await Promise.all(
        Array.from({ length: 200 }, () => statusOf('/slack/commands', 'POST').catch(() => 0)),
      );
      const other = await statusOf('/healthz', 'GET');
      const throttled = flood.filter((status) => status === 429).length;
      const text = `${throttled} of ${flood.length} were 429; the other route answered ${other}`;
      if (throttled === 0 || other !== 200) throw new NotAsExpected(text);
      return text;
    },
  },
];
