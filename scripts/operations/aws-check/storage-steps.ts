import {
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  ExecuteStatementCommand,
  PutItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { PROBE_PARAMETERS, PROBE_PREFIX, type Probe, sessionWith } from './probe.ts';
import { expectEnds, type Step } from './step.ts';

const TABLE = `${PROBE_PREFIX}log`;

const tableArn = ({ partition, region, account }: Probe): string =>
  `arn:${partition}:dynamodb:${region}:${account}:table/${TABLE}`;

/** An append as the log makes it. */
const insert = (client: DynamoDBClient, id: string) => () =>
  client.send(
    new ExecuteStatementCommand({
      Statement: `INSERT INTO "${TABLE}" VALUE {'grantId': ?}`,
      Parameters: [{ S: id }],
    }),
  );

/** What the log and the switch rest on. */
export const storageSteps: readonly Step[] = [
  {
    name: 'create-only-parameter',
    expects: 'A parameter that is there is not replaced without Overwrite.',
    async run({ ssm }) {
      const put = (value: string) => () =>
        ssm.send(
          new PutParameterCommand({
            Name: `${PROBE_PARAMETERS}frozen`,
            Value: value,
            Type: 'String',
            Overwrite: false,
          }),
        );
      return expectEnds([
        ['first', 'allowed', put('1')],
        ['second', 'ParameterAlreadyExists', put('2')],
      ]);
    },
  },
  {
    name: 'append',
    expects: 'Who may PartiQLInsert alone appends, and an event that is there is not replaced.',
    async run(probe) {
      const { dynamodb } = probe;
      await dynamodb.send(
        new CreateTableCommand({
          TableName: TABLE,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'grantId', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'grantId', KeyType: 'HASH' }],
        }),
      );
      await waitUntilTableExists({ client: dynamodb, maxWaitTime: 120 }, { TableName: TABLE });
      const may = { Effect: 'Allow', Action: 'dynamodb:PartiQLInsert', Resource: tableArn(probe) };
      const own = probe.as(await sessionWith(probe, `${PROBE_PREFIX}appends`, [may])).dynamodb;
      return expectEnds([
        ['first', 'allowed', insert(own, 'gr_1')],
        ['again', 'DuplicateItem|DuplicateItemException', insert(own, 'gr_1')],
        [
          'PutItem over it',
          'denied',
          () => own.send(new PutItemCommand({ TableName: TABLE, Item: { grantId: { S: 'gr_1' } } })),
        ],
      ]);
    },
  },
  {
    name: 'no-update',
    expects: 'Who may PartiQLInsert alone can neither update nor delete by PartiQL.',
    async run(probe) {
      const may = { Effect: 'Allow', Action: 'dynamodb:PartiQLInsert', Resource: tableArn(probe) };
      const own = probe.as(await sessionWith(probe, `${PROBE_PREFIX}alters`, [may])).dynamodb;
      const run = (statement: string) => () =>
        own.send(new ExecuteStatementCommand({ Statement: statement }));
      return expectEnds([
        ['UPDATE', 'denied', run(`UPDATE "${TABLE}" SET x='1' WHERE grantId='gr_1'`)],
        ['DELETE', 'denied', run(`DELETE FROM "${TABLE}" WHERE grantId='gr_1'`)],
      ]);
    },
  },
  {
    name: 'leading-keys',
    expects: 'Who may delete items of some keys alone deletes no others.',
    async run(probe) {
      const may = {
        Effect: 'Allow',
        Action: 'dynamodb:DeleteItem',
        Resource: tableArn(probe),
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['notify#*'] } },
      };
      const own = probe.as(await sessionWith(probe, `${PROBE_PREFIX}deletes`, [may])).dynamodb;
      const remove = (id: string) => () =>
        own.send(new DeleteItemCommand({ TableName: TABLE, Key: { grantId: { S: id } } }));
      return expectEnds([
        ['notify#1', 'allowed', remove('notify#1')],
        ['gr_1', 'denied', remove('gr_1')],
      ]);
    },
  },
];
