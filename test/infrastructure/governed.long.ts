import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT, verdict } from '../support/arch/infrastructure.ts';
import { PACKAGED_WITHIN_MS, packageTemplate } from '../support/arch/package-template.ts';
import { type PackagedTemplate, resolved, statementsByFunction } from '../support/arch/packaged-template.ts';
import { permissionProblems } from '../support/arch/permission-proofs.ts';

const AT = 'eu-central-1:111122223333';
const KEY = `arn:aws:kms:${AT}:key/5a8b2c1d-0000-4000-8000-000000000001`;
const COMPANY = 'arn:aws:iam::111122223333:policy/company-boundary';
const TAGS = [
  { Key: 'team', Value: 'platform' },
  { Key: 'cost-center', Value: '7' },
];

/** The stack's tables, by the ends of their names. */
const TABLES = ['events', 'grants', 'checkpoints', 'claims'];

let dir: string;
let governed: PackagedTemplate;
let other: PackagedTemplate;
let restored: PackagedTemplate;

/** The repository in a folder of its own, with another name of the service. */
function checkoutOf(service: string): string {
  const root = join(dir, service);
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter(Boolean)) {
    if (!/^(?:test|bench)\//.test(file)) cpSync(join(ROOT, file), join(root, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const path = join(root, 'serverless.yml');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^service: rolewright$/m, `service: ${service}`));
  return root;
}

/** The local stack's settings with tags of granted roles. */
function taggedConfiguration(): string {
  const path = join(dir, 'tagged.yaml');
  const text = readFileSync(join(ROOT, 'sandbox/config.yaml'), 'utf8');
  writeFileSync(path, `${text}\nroleTags: { data-class: internal }\n`);
  return path;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rolewright-governed-'));
  governed = await packageTemplate({
    configuration: taggedConfiguration(),
    args: [
      ...['--param', `functionRoleBoundary=${COMPANY}`, '--param', 'functionRolePath=/platform/'],
      ...['--param', 'functionRolePrefix=acme-', '--param', 'functionRoleTags=team=platform,cost-center=7'],
      ...['--param', `encryptionKey=${KEY}`],
    ],
  });
  other = await packageTemplate({ root: checkoutOf('gatekeeper'), stage: 'dev' });
  restored = await packageTemplate({
    args: TABLES.flatMap((table) => ['--param', `${table}Table=rolewright-test-${table}-restored`]),
  });
}, PACKAGED_WITHIN_MS);

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const ofType = (template: PackagedTemplate, type: string) =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type === type);

const boundaryOf = (template: PackagedTemplate) =>
  resolved(template, template.Resources.Boundary?.Properties.PolicyDocument) as object;

describe('a stack of a governed account', () => {
  test('has the boundary, path, prefix and tags on every role of a function, and on no other', () => {
    const roles = ofType(governed, 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThanOrEqual(10);
    for (const [id, { Properties }] of roles) {
      expect([id, Properties]).toEqual([
        id,
        expect.objectContaining({
          PermissionsBoundary: COMPANY,
          Path: '/platform/',
          RoleName: `acme-rolewright-test-${id.replace(/Role$/, '').toLowerCase()}`,
          Tags: TAGS,
        }),
      ]);
    }
  });

  test('encrypts every table, queue and log by the key', () => {
    const tables = ofType(governed, 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(4);
    for (const [, { Properties }] of tables) {
      expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY });
    }
    const logs = ofType(governed, 'AWS::Logs::LogGroup');
    expect(logs.length).toBeGreaterThanOrEqual(11);
    for (const [, { Properties }] of logs) expect(Properties.KmsKeyId).toBe(KEY);
    for (const [, { Properties }] of ofType(governed, 'AWS::SQS::Queue')) {
      expect(Properties.KmsMasterKeyId).toBe(KEY);
      expect(Properties).not.toHaveProperty('SqsManagedSseEnabled');
    }
  });

  test('lets each function use the key through what it calls, and in no other way', () => {
    const used = Object.entries(statementsByFunction(governed)).map(([name, statements]) => {
      const policy = { Version: '2012-10-17', Statement: statements };
      const may = (action: string, service?: string, key = KEY) =>
        verdict(
          policy,
          action,
          key,
          service ? { 'kms:ViaService': `${service}.eu-central-1.amazonaws.com` } : {},
        ) === 'allow';
      expect([
        name,
        may('kms:Decrypt'),
        may('kms:Decrypt', 's3'),
        may('kms:CreateGrant', 'dynamodb'),
      ]).toEqual([name, false, false, false]);
      expect(may('kms:Decrypt', 'dynamodb', KEY.replace(/1$/, '2'))).toBe(false);
      const services = ['dynamodb', 'ssm', 'sqs'].filter((service) => may('kms:Decrypt', service));
      return [name, [...services, ...(may('kms:GenerateDataKey', 'sqs') ? ['sqs data key'] : [])]];
    });
    expect(Object.fromEntries(used)).toEqual({
      canary: ['dynamodb', 'ssm'],
      grants: ['dynamodb', 'ssm'],
      revocations: ['dynamodb', 'ssm'],
      audit: ['dynamodb', 'ssm'],
      catalogue: [],
      explain: ['dynamodb', 'ssm'],
      fallback: [],
      webhooks: ['ssm'],
      slack: ['dynamodb', 'ssm'],
      worker: ['dynamodb', 'ssm', 'sqs', 'sqs data key'],
      reconciler: ['dynamodb', 'ssm'],
      provisioner: ['dynamodb', 'ssm'],
    });
  });

  test('has the permissions that functions need and no other beside the key, and may set the configured tag', () => {
    const statements = statementsByFunction(governed);
    const withoutKey = Object.fromEntries(
      Object.entries(statements).map(([name, own]) => [
        name,
        own.filter(({ Sid }) => Sid !== 'DecryptByTheKey' && Sid !== 'SendByTheKey'),
      ]),
    );
    expect([...permissionProblems(withoutKey)]).toEqual([]);
    const provisioner = { Version: '2012-10-17', Statement: statements.provisioner };
    const role = 'arn:aws:iam::111122223333:role/rolewright/test/rw-a-b-c';
    const tag = (key: string) => verdict(provisioner, 'iam:TagRole', role, { 'aws:TagKeys': key });
    expect([tag('data-class'), tag('rolewright:grant'), tag('Data-Class'), tag('team')]).toEqual([
      'allow',
      'allow',
      'deny',
      'deny',
    ]);
  });

  test('closes the key and its functions’ roles to granted roles', () => {
    const boundary = boundaryOf(governed);
    for (const [action, resource] of [
      ['kms:Decrypt', KEY],
      ['sts:AssumeRole', 'arn:aws:iam::111122223333:role/platform/acme-rolewright-test-provisioner'],
      ['iam:PassRole', 'arn:aws:iam::111122223333:role/platform/acme-rolewright-test-grants'],
    ] as const) {
      expect([action, verdict(boundary, action, resource)]).toEqual([action, 'deny']);
    }
    expect(verdict(boundary, 'kms:Decrypt', KEY.replace(/1$/, '2'))).toBe('allow');
    expect(JSON.stringify(boundary).length).toBeLessThanOrEqual(6144);
  });

  test('tells an operator what a spoke needs to know', () => {
    const value = (name: string) => governed.Outputs[name]?.Value;
    expect(value('HubRoles')).toBe('platform/acme-rolewright-');
    expect(value('ProvisionerRoleArn')).toEqual({ 'Fn::GetAtt': ['ProvisionerRole', 'Arn'] });
    expect(value('BoundaryArn')).toEqual({ Ref: 'Boundary' });
  });
});

/** An action on each thing that an installation has, which the boundary leaves open on others. */
const ownThings = (service: string, stage: string): [action: string, resource: string, other: string][] => {
  const named = `${service}-${stage}`;
  const shop = (resource: string) => resource.replaceAll(named, 'shop');
  const things: [string, string][] = [
    ...['events', 'grants', 'claims', 'checkpoints'].map((table): [string, string] => [
      'dynamodb:GetItem',
      `arn:aws:dynamodb:${AT}:table/${named}-${table}`,
    ]),
    ...['provisioner', 'worker', 'reconciler', 'grants'].flatMap((name): [string, string][] => [
      ['lambda:InvokeFunction', `arn:aws:lambda:${AT}:function:${named}-${name}`],
      ['lambda:UpdateFunctionCode', `arn:aws:lambda:${AT}:function:${named}-${name}`],
      ['logs:GetLogEvents', `arn:aws:logs:${AT}:log-group:/aws/lambda/${named}-${name}:log-stream:x`],
    ]),
    ['logs:GetLogEvents', `arn:aws:logs:${AT}:log-group:/aws/http-api/${named}:log-stream:x`],
    ['sqs:ReceiveMessage', `arn:aws:sqs:${AT}:${named}-failed-messages`],
    ['cloudformation:DeleteStack', `arn:aws:cloudformation:${AT}:stack/${named}/1`],
    ['s3:PutObject', `arn:aws:s3:::${named}-serverlessdeploymentbucket-1/serverless/grants.zip`],
    ['events:DescribeRule', `arn:aws:events:${AT}:rule/${named}-ReconcilerRule`],
  ];
  return [
    ...things.map(([action, resource]): [string, string, string] => [action, resource, shop(resource)]),
    [
      'ssm:GetParameter',
      `arn:aws:ssm:${AT}:parameter/rolewright/${stage}/bitbucket/acme`,
      `arn:aws:ssm:${AT}:parameter/shop/${stage}`,
    ],
  ];
};

/** Each thing that a granted role may reach although it is an installation's own, or may not although it is another's. */
const reached = (template: PackagedTemplate, service: string, stage: string) =>
  ownThings(service, stage).flatMap(([action, own, foreign]) => [
    ...(verdict(boundaryOf(template), action, own) === 'deny' ? [] : [`${action} on ${own}`]),
    ...(verdict(boundaryOf(template), action, foreign) === 'allow' ? [] : [`not ${action} on ${foreign}`]),
  ]);

describe('a granted role reaches', () => {
  test.each(['test', 'prod', 'dev'])('nothing of stage %s of the same service', (stage) => {
    expect(reached(governed, 'rolewright', stage)).toEqual([]);
  });

  test('nothing of an installation whose service is called acme-rolewright', () => {
    expect(reached(governed, 'acme-rolewright', 'prod')).toEqual([]);
  });

  test.each(['dev', 'prod', 'test'])('nothing of stage %s of a service that is called otherwise', (stage) => {
    expect(reached(other, 'gatekeeper', stage)).toEqual([]);
  });

  test('no role of that service', () => {
    const { Statement } = boundaryOf(other) as { Statement: { Sid: string; Resource: string[] }[] };
    const own = Statement.find(({ Sid }) => Sid === 'NothingOfRolewright')?.Resource;
    expect(own).toContain('arn:aws:iam::*:role/gatekeeper-*');
  });
});

test('a service that is called otherwise has its own names throughout', () => {
  const names = Object.values(other.Resources).flatMap(({ Properties = {} }) =>
    ['TableName', 'FunctionName', 'QueueName', 'AlarmName', 'RoleName', 'DashboardName'].flatMap((key) =>
      typeof Properties[key] === 'string' ? [Properties[key]] : [],
    ),
  );
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !/^gatekeeper-dev(?:-|$)/.test(name))).toEqual([]);
});

describe('a stack that uses restored tables', () => {
  test('has every function use them and reach no others', () => {
    const statements = statementsByFunction(restored);
    for (const [name, own] of Object.entries(statements)) {
      const tables = own
        .flatMap(({ Resource }) => Resource)
        .flatMap((arn) => arn.match(/(?<=:table\/)[^/]+/) ?? []);
      expect([name, tables.filter((table) => !table.endsWith('-restored'))]).toEqual([name, []]);
    }
    for (const [, { Properties }] of ofType(restored, 'AWS::Lambda::Function')) {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, string> };
      for (const table of TABLES) {
        const used = Variables[`${table.toUpperCase()}_TABLE`];
        expect(used).toBe(`rolewright-test-${table}-restored`);
      }
    }
    const asBefore = JSON.parse(JSON.stringify(statements).replaceAll('-restored', ''));
    expect([...permissionProblems(asBefore)]).toEqual([]);
  });

  test('tells an operator which tables to back up, and keeps its own', () => {
    const value = (name: string) => resolved(restored, restored.Outputs[name]?.Value);
    expect(value('EventsTableArn')).toBe(`arn:aws:dynamodb:${AT}:table/rolewright-test-events-restored`);
    expect(value('GrantsTableArn')).toBe(`arn:aws:dynamodb:${AT}:table/rolewright-test-grants-restored`);
    const own = ofType(restored, 'AWS::DynamoDB::Table').map(([, { Properties }]) => Properties.TableName);
    expect(own.sort()).toEqual(TABLES.map((table) => `rolewright-test-${table}`).sort());
  });
});
