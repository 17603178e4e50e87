import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, ListPoliciesCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clean } from '../../../../scripts/operations/aws-check/clean.ts';
import { makeRole, type Probe, trustOfAccount } from '../../../../scripts/operations/aws-check/probe.ts';
import { type Report, reportText } from '../../../../scripts/operations/aws-check/report.ts';
import { check, otherConfigurations, refusal, steps } from '../../../../scripts/operations/aws-check.ts';
import { textOf } from '../../../support/arch/infrastructure.ts';
import { WalkClock } from '../../../support/crash/world/clock.ts';
import { startWalkStandIns, type WalkStandIns } from '../../../support/crash/world/stand-ins.ts';

const ACCOUNT = '111122223333';

const clock = new WalkClock();
let standIns: WalkStandIns;
let probe: Probe;
let found: Pick<Report, 'steps' | 'left'>;
let lines: string[];
const outcomeOf = (name: string) => found.steps.find((step) => step.name === name)?.outcome;

/** The probe over the stand-ins. There is none for CloudFormation. */
function localProbe(): Probe {
  const region = 'eu-central-1';
  const to = (endpoint: string, accessKeyId: string, secretAccessKey = 'secret', sessionToken?: string) => ({
    endpoint,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
  });
  const { awsUrl, dynamodbUrl } = standIns;
  return {
    account: ACCOUNT,
    region,
    partition: 'aws',
    iam: new IAMClient(to(awsUrl, ACCOUNT)),
    sts: new STSClient(to(awsUrl, ACCOUNT)),
    ssm: new SSMClient(to(awsUrl, ACCOUNT)),
    dynamodb: new DynamoDBClient(to(dynamodbUrl, ACCOUNT)),
    cloudformation: new CloudFormationClient(to('http://127.0.0.1:9', ACCOUNT)),
    workspace: 'acme',
    as: ({ AccessKeyId = '', SecretAccessKey, SessionToken }) => ({
      iam: new IAMClient(to(awsUrl, AccessKeyId, SecretAccessKey, SessionToken)),
      dynamodb: new DynamoDBClient(to(dynamodbUrl, AccessKeyId, SecretAccessKey, SessionToken)),
    }),
    now: () => clock.now(),
    sleep: (milliseconds) => clock.sleep(milliseconds),
  };
}

const madeNow = async () => {
  const [roles, policies, tables] = await Promise.all([
    probe.iam.send(new ListRolesCommand({ PathPrefix: '/rolewright-probe/' })),
    probe.iam
      .send(new ListPoliciesCommand({ PathPrefix: '/rolewright-probe/', Scope: 'Local' }))
      .catch(() => ({ Policies: [] })),
    probe.dynamodb.send(new ListTablesCommand({})),
  ]);
  return [
    ...(roles.Roles ?? []).map(({ RoleName }) => RoleName),
    ...(policies.Policies ?? []).map(({ PolicyName }) => PolicyName),
    ...(tables.TableNames ?? []).filter((name) => name.startsWith('rolewright-Probe')),
  ];
};

beforeAll(async () => {
  standIns = await startWalkStandIns(clock);
  probe = localProbe();
  lines = [];
  found = await check(probe, (line) => lines.push(line));
});
afterAll(() => standIns.close());

test('has sixteen steps, which the checklist names in their order with what is expected', () => {
  const page = textOf('docs/aws-checklist.md');
  expect(steps).toHaveLength(16);
  const rows = [...page.matchAll(/^\| (\d+) \| `([\w-]+)` \| (.*?) \|/gm)].map(([, n, name, expects]) => [
    n,
    name,
    expects,
  ]);
  expect(rows).toEqual(steps.map(({ name, expects }, n) => [String(n + 1), name, expects]));
});

describe('a check', () => {
  test.each([
    'role',
    'missing-role',
    'boundary-key-on-trust',
    'boundary-key-on-role',
    'create-role',
    'deny-all',
    'boundary-in-use',
    'provider',
    'create-only-parameter',
  ])('finds %s as expected where IAM is as the stand-in takes it to be', (name) => {
    expect([name, outcomeOf(name)]).toEqual([name, 'as expected']);
  });

  test('says what AWS did where it did something else', () => {
    // The stand-in of DynamoDB denies nothing.
    const append = found.steps.find(({ name }) => name === 'append');
    expect(append).toMatchObject({ outcome: 'otherwise' });
    expect(append?.saw).toBe('first: allowed; again: DuplicateItem; PutItem over it: allowed');
    expect(outcomeOf('leading-keys')).toBe('otherwise');
  });

  test('goes on after a step that failed, and skips what nothing was given for', () => {
    expect(outcomeOf('first-deployment-fails')).toBe('failed');
    expect(['audience-list', 'import', 'throttling'].map(outcomeOf)).toEqual([
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(found.steps.map(({ name }) => name)).toEqual(steps.map(({ name }) => name));
    expect(lines).toHaveLength(steps.length + 1);
  });

  test('removes what it made, and names what it could not remove', async () => {
    expect(found.left).toEqual(['the stack: Error']);
    expect(await madeNow()).toEqual([]);
  });

  test('removes after a death as well, and nothing of others', async () => {
    await makeRole(probe, 'rolewright-probe-dead');
    const other = { RoleName: 'rolewright-probe-of-others', AssumeRolePolicyDocument: trustOfAccount(probe) };
    await probe.iam.send(new CreateRoleCommand(other));
    await clean(probe);
    expect(await madeNow()).toEqual([]);
    const { Roles: roles = [] } = await probe.iam.send(new ListRolesCommand({ PathPrefix: '/' }));
    expect(roles.map(({ RoleName }) => RoleName)).toContain('rolewright-probe-of-others');
  });
});

describe('tables', () => {
  const make = (TableName: string) =>
    probe.dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'grantId', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'grantId', KeyType: 'HASH' }],
      }),
    );
  const names = async () => (await probe.dynamodb.send(new ListTablesCommand({}))).TableNames ?? [];

  test('of an installation whose stage is called probe are not removed', async () => {
    const own = ['rolewright-probe-events', 'rolewright-probe-kept-grants'];
    for (const name of own) await make(name);
    await clean(probe);
    expect(await names()).toEqual(expect.arrayContaining(own));
  });

  test('are removed also after one that cannot be', async () => {
    const [first, second] = ['rolewright-Probe-a', 'rolewright-Probe-b'];
    for (const name of [first, second]) await make(name);
    const send = probe.dynamodb.send.bind(probe.dynamodb);
    const refuses = Object.assign(Object.create(probe.dynamodb), {
      send: (command: DeleteTableCommand) =>
        command instanceof DeleteTableCommand && command.input.TableName === first
          ? Promise.reject(Object.assign(new Error('protected'), { name: 'ValidationException' }))
          : send(command),
    });
    expect(await clean({ ...probe, dynamodb: refuses })).toContain(`the table ${first}: ValidationException`);
    expect(await names()).toEqual(expect.arrayContaining([first]));
    expect(await names()).not.toContain(second);
  });
});

describe('a check is refused', () => {
  test.each([undefined, 'prod', 'dev', 'probes', 'my-probe'])('for stage %s', (stage) => {
    expect(refusal(stage, ACCOUNT, '')).toContain('Only a stage named probe');
  });

  test('in an account that the configuration names', () => {
    expect(refusal('probe', ACCOUNT, `accounts:\n  - id: "${ACCOUNT}"`)).toContain('The configuration names');
    expect(refusal('probe', ACCOUNT, 'accounts: []')).toBeUndefined();
    expect(refusal('probe-2', ACCOUNT, '')).toBeUndefined();
  });

  test('in an account that the configuration of another stage names, and not in that of the stage that is checked', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rolewright-check-'));
    writeFileSync(join(folder, 'prod.yaml'), 'accounts: [{ id: "222233334444" }]');
    writeFileSync(join(folder, 'probe.yaml'), `accounts: [{ id: "${ACCOUNT}" }]`);
    const text = otherConfigurations(folder, 'probe');
    rmSync(folder, { recursive: true });
    expect(refusal('probe', '222233334444', text)).toContain('The configuration names');
    expect(refusal('probe', ACCOUNT, text)).toBeUndefined();
  });
});

test('the report holds no account id, access key or token', () => {
  const saw = `arn:aws:iam::${ACCOUNT}:role/x AROAEXAMPLEEXAMPLE eyJhbGciOi.eyJzdWIiOiJ4In0.c2ln ASIAEXAMPLEEXAMPLE`;
  const report = {
    version: '0.1.0',
    at: '2026-11-29T00:00:00.000Z',
    region: 'eu-central-1',
    partition: 'aws',
    left: [],
  };
  const text = reportText({
    ...report,
    steps: [{ name: 'role', expects: 'x', outcome: 'failed', saw, seconds: 1 }],
  });
  expect(JSON.parse(text).steps[0].saw).toBe('arn:aws:iam::<account>:role/x <id> <token> <id>');
});
