import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { operationsByFunction } from '../../../handlers/http/contract/operations.ts';
import { stageSettings } from '../../../scripts/build/stage-settings.ts';
import {
  CLOUD,
  functions,
  ROOT,
  resourcesOf,
  rolePolicies,
  serverless,
  textOf,
  verdict,
} from '../../support/arch/infrastructure.ts';

const ACCOUNT = '111122223333';
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/rolewright-boundary`;
const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/rolewright/rw-shop`;
/** Kept by every operation but the one that creates it. Source: CloudFormation User Guide, DeletionPolicy attribute. */
const KEPT = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc`;
const all = functions();
const policies = rolePolicies();
const statements = Object.entries(policies).flatMap(([role, { Statement }]) =>
  Statement.map((statement) => ({ role, ...statement })),
);
const granted = (role: string) =>
  policies[role]?.Statement.flatMap(({ Action, Effect }) => (Effect === 'Allow' ? Action : [])) ?? [];

const SHIPPED = { service: 'rolewright', path: '/', prefix: '', domain: {} };

describe('the routes', () => {
  const expected = Object.entries(operationsByFunction).flatMap(([name, own]) =>
    Object.values(own).map(({ method, path }) => `${name}: ${method} ${path}`),
  );
  const known = expected.map((route) => route.replace(/^\w+: /, ''));
  const heads = expected
    .filter((route) => route.includes(': GET '))
    .map((route) => route.replace(': GET ', ': HEAD '));

  test('of each function are those of its operations with HEAD for each read, and one more for all that is none', () => {
    const deployed = Object.entries(all).flatMap(([name, { events = [] }]) =>
      events.flatMap((event) =>
        typeof event === 'object' && 'httpApi' in event ? [`${name}: ${String(event.httpApi)}`] : [],
      ),
    );
    expect(heads.length).toBeGreaterThan(8);
    expect(deployed.sort()).toEqual([...expected, ...heads, 'fallback: *'].sort());
  });

  test('stand in the README, all of them and no other', () => {
    const rows = [...textOf('README.md').matchAll(/^\| *`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`/gm)];
    expect(rows.map(([, route]) => route).sort()).toEqual([...known].sort());
  });
});

describe('each function', () => {
  test.each(Object.entries(all))('%s has a handler, a role of its own and a time limit', (name, one) => {
    const file = one.handler.replace(/\.handler$/, '.ts');
    expect(existsSync(`${ROOT}${file}`)).toBe(true);
    expect(textOf(file)).toMatch(/^export (async function|const) handler\b/m);
    const users = Object.entries(all).filter(([, { role }]) => role === one.role);
    expect(users.map(([user]) => user)).toEqual([name]);
    expect(Object.keys(policies)).toContain(one.role);
    expect(one.timeout).toBeGreaterThan(0);
    const isHttp = one.events?.some((event) => typeof event === 'object' && 'httpApi' in event) ?? false;
    // API Gateway ends a request after 30 seconds.
    expect(isHttp ? one.timeout : 0).toBeLessThan(30);
  });

  test('has a role, and each role a function; the framework’s shared role is gone', () => {
    expect(Object.values(all).map(({ role }) => role)).toEqual(expect.arrayContaining(Object.keys(policies)));
    expect(serverless.provider).not.toHaveProperty('iam');
    expect(serverless.provider).not.toHaveProperty('role');
  });

  test('runs as a role outside /rolewright/ that only Lambda assumes and that nothing else is attached to', () => {
    for (const { Properties } of Object.values(resourcesOf('roles.yml'))) {
      expect(Properties.Path ?? '/').toBe('/');
      expect(Properties.ManagedPolicyArns ?? []).toEqual([]);
      expect(JSON.stringify(Properties.AssumeRolePolicyDocument)).toBe(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
      );
    }
  });
});

/** The roles that may invoke a function; whoever may invoke, may do so on exactly one. */
function invokersOf(name: string): string[] {
  const invoking = statements.filter(({ Action }) => Action.some((action) => action.startsWith('lambda:')));
  for (const { Action } of invoking) expect(Action).toEqual(['lambda:InvokeFunction']);
  const arn = `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:${all[name]?.name}`;
  return invoking
    .filter(({ Resource }) => Resource === arn)
    .map(({ role }) => role)
    .sort();
}

describe('the worker', () => {
  test('is reached by Invoke only, from the endpoints that hand on', () => {
    expect(all.worker?.events ?? []).toEqual([]);
    expect(invokersOf('worker')).toEqual([
      'GrantsRole',
      'ProvisionerRole',
      'ReconcilerRole',
      'RevocationsRole',
      'SlackRole',
      'WebhooksRole',
      'WorkerRole',
    ]);
  });

  test('is retried twice, and what failed at every attempt is kept', () => {
    expect(all.worker).toMatchObject({
      maximumRetryAttempts: 2,
      destinations: { onFailure: { type: 'sqs', arn: CLOUD['FailedMessages.Arn'] } },
    });
    expect(resourcesOf('queues.yml').FailedMessages?.Properties).toMatchObject({
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    });
    const keeping = statements.filter(({ Action }) => Action.some((action) => action.startsWith('sqs:')));
    expect(keeping).toMatchObject([
      { role: 'WorkerRole', Action: ['sqs:SendMessage'], Resource: CLOUD['FailedMessages.Arn'] },
    ]);
  });
});

describe('the freeze of the installation', () => {
  const frozen = `arn:aws:ssm:eu-central-1:${ACCOUNT}:parameter/rolewright/test/frozen`;
  const mayDo = (action: string) =>
    Object.keys(policies)
      .filter((role) => verdict(policies[role] ?? {}, action, frozen) === 'allow')
      .sort();

  test('is read by what decides and by the provisioner, created by two, and deleted by none', () => {
    expect(mayDo('ssm:GetParameter')).toEqual([
      'CanaryRole',
      'GrantsRole',
      'ProvisionerRole',
      'ReconcilerRole',
      'RevocationsRole',
      'WorkerRole',
    ]);
    expect(mayDo('ssm:PutParameter')).toEqual(['ReconcilerRole', 'RevocationsRole']);
    for (const action of ['ssm:DeleteParameter', 'ssm:DeleteParameters', 'ssm:LabelParameterVersion']) {
      expect(mayDo(action)).toEqual([]);
    }
  });
});

describe('the webhook endpoint', () => {
  test('may write its own log, read webhook secrets and hand on to the worker, and nothing else', () => {
    expect(granted('WebhooksRole').sort()).toEqual([
      'lambda:InvokeFunction',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'ssm:GetParameter',
    ]);
    const secrets = `arn:aws:ssm:eu-central-1:${ACCOUNT}:parameter/rolewright/test`;
    const may = (name: string) =>
      verdict(policies.WebhooksRole ?? {}, 'ssm:GetParameter', `${secrets}/${name}`);
    expect([may('webhook-secret/acme'), may('bitbucket/acme')]).toEqual(['allow', 'none']);
  });
});

const iamActions = (role: string) =>
  granted(role)
    .filter((action) => action.startsWith('iam:'))
    .sort();

/** The actions of IAM that an adapter calls. */
const calledBy = (adapter: string) =>
  [...new Set([...textOf(adapter).matchAll(/new (\w+)Command\(/g)].map(([, name]) => `iam:${name}`))].sort();

describe('the provisioner', () => {
  test('is reached by Invoke only, from the functions that need it', () => {
    expect(all.provisioner?.events ?? []).toEqual([]);
    for (const one of Object.values(all)) expect(one).not.toHaveProperty('url');
    expect(invokersOf('provisioner')).toEqual([
      'GrantsRole',
      'ReconcilerRole',
      'RevocationsRole',
      'WorkerRole',
    ]);
  });

  test('is the only one that may write in IAM; the reconciler and the canary may look, and nobody else may do anything there', () => {
    const users = statements.filter(({ Action }) => Action.some((action) => /^(iam|sts):/.test(action)));
    expect(new Set(users.map(({ role }) => role))).toEqual(
      new Set(['CanaryRole', 'ProvisionerRole', 'ReconcilerRole']),
    );
    expect(iamActions('CanaryRole')).toEqual(['iam:GetOpenIDConnectProvider', 'iam:GetRole']);
    const looks = iamActions('ReconcilerRole');
    expect(looks.filter((action) => !/^iam:(?:Get|List)/.test(action))).toEqual([]);
    expect(looks).toEqual(calledBy('adapters/aws/role-inventory.ts'));
  });

  test('may do in IAM what its adapter calls, tags included, and nothing else', () => {
    const tagging = ['iam:TagRole', 'iam:TagOpenIDConnectProvider'];
    const called = [...new Set([...calledBy('adapters/aws/iam.ts'), ...tagging])];
    expect(iamActions('ProvisionerRole')).toEqual(called.sort());
  });

  const boundary = { 'iam:PermissionsBoundary': BOUNDARY };
  const denyAll = { 'iam:PermissionsBoundary': DENY_ALL };
  const other = { 'iam:PermissionsBoundary': `arn:aws:iam::aws:policy/AdministratorAccess` };
  const elsewhere = `arn:aws:iam::${ACCOUNT}:role/rw-shop`;
  const changes = [
    'PutRolePolicy',
    'UpdateAssumeRolePolicy',
    'DeleteRolePolicy',
    'DetachRolePolicy',
    'UpdateRole',
    'DeleteRole',
  ];
  test.each<[string, string, Record<string, string>, 'allow' | 'none']>([
    ['CreateRole', ROLE, boundary, 'allow'],
    ['CreateRole', ROLE, {}, 'none'],
    ['CreateRole', ROLE, other, 'none'],
    ['CreateRole', ROLE, denyAll, 'none'],
    ['CreateRole', elsewhere, boundary, 'none'],
    ['PutRolePermissionsBoundary', ROLE, boundary, 'allow'],
    ['PutRolePermissionsBoundary', ROLE, denyAll, 'allow'],
    ['PutRolePermissionsBoundary', ROLE, other, 'none'],
    ['PutRolePermissionsBoundary', elsewhere, boundary, 'none'],
    ...changes.flatMap((action): [string, string, Record<string, string>, 'allow' | 'none'][] => [
      [action, ROLE, boundary, 'allow'],
      [action, ROLE, denyAll, 'allow'],
      [action, ROLE, {}, 'none'],
      [action, ROLE, other, 'none'],
      [action, elsewhere, boundary, 'none'],
    ]),
    ['TagRole', ROLE, { 'aws:TagKeys': 'rolewright:grant' }, 'allow'],
    ['TagRole', elsewhere, { 'aws:TagKeys': 'rolewright:grant' }, 'none'],
    ['DeleteRolePermissionsBoundary', ROLE, boundary, 'none'],
    ['AttachRolePolicy', ROLE, boundary, 'none'],
    ['PassRole', ROLE, boundary, 'none'],
    ['CreateUser', `arn:aws:iam::${ACCOUNT}:user/eve`, boundary, 'none'],
  ])('%s on %s under %j: %s', (action, resource, keys, expected) => {
    expect(verdict(policies.ProvisionerRole ?? {}, `iam:${action}`, resource, keys)).toBe(expected);
  });

  test.each(['CreateRole', 'TagRole', 'CreateOpenIDConnectProvider', 'TagOpenIDConnectProvider'])(
    '%s sets no tag but Rolewright’s own',
    (action) => {
      const keys = { ...boundary, 'aws:TagKeys': 'team' };
      for (const resource of [ROLE, PROVIDER]) {
        expect(verdict(policies.ProvisionerRole ?? {}, `iam:${action}`, resource, keys)).toBe('deny');
      }
    },
  );

  test('creates identity providers of the configured workspaces only', () => {
    const create = (arn: string) =>
      verdict(policies.ProvisionerRole ?? {}, 'iam:CreateOpenIDConnectProvider', arn);
    expect(create(PROVIDER)).toBe('allow');
    expect(create(PROVIDER.replace('/acme/', '/other/'))).toBe('none');
    expect(create(`arn:aws:iam::${ACCOUNT}:oidc-provider/evil.example`)).toBe('none');
    expect(stageSettings('sandbox', SHIPPED).providers.map((one) => one['Fn::Sub'])).toEqual(
      ['acme', 'globex'].map(
        (slug) =>
          `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/api.bitbucket.org/2.0/workspaces/${slug}/pipelines-config/identity/oidc`,
      ),
    );
  });
});

describe('a spoke', () => {
  test('is reached through its roles: the provisioner alone may assume the one that writes, the reconciler the one that reads', () => {
    const spoke = 'arn:aws:iam::444455556666:role/rolewright-spoke';
    const may = (role: string, arn: string) => verdict(policies[role] ?? {}, 'sts:AssumeRole', arn);
    const assuming = (arn: string) => Object.keys(policies).filter((role) => may(role, arn) === 'allow');
    expect(assuming(spoke)).toEqual(['ProvisionerRole']);
    expect(assuming(`${spoke}-reader`)).toEqual(['ReconcilerRole']);
    expect(may('ProvisionerRole', 'arn:aws:iam::444455556666:role/other')).toBe('none');
    expect(may('ProvisionerRole', 'arn:aws:iam::999999999999:role/rolewright-spoke')).toBe('none');
  });

  test('trusts the roles of the provisioner and the reconciler by names that stay', () => {
    const roles = resourcesOf('roles.yml');
    const named = Object.keys(roles).filter((role) => roles[role]?.Properties.RoleName !== undefined);
    expect(named.sort()).toEqual(['ProvisionerRole', 'ReconcilerRole']);
    for (const role of named) {
      expect(roles[role]).toMatchObject(KEPT);
    }
    expect(roles.ProvisionerRole?.Properties.RoleName).toBe('rolewright-test-provisioner');
    expect(roles.ReconcilerRole?.Properties.RoleName).toBe('rolewright-test-reconciler');
  });

  test('is named by the stage’s configuration, and by a role that does not exist where there is none', () => {
    expect(serverless.custom.stageSettings).toBe('${file(./scripts/build/stage-settings.cjs)}');
    for (const name of ['spokeRoles', 'readingRoles', 'rolePath', 'boundary']) {
      expect(serverless.custom[name]).toBe(`\${self:custom.stageSettings.${name}}`);
    }
    expect(stageSettings('sandbox', SHIPPED)).toMatchObject({
      spokeRoles: ['arn:aws:iam::444455556666:role/rolewright-spoke'],
      readingRoles: ['arn:aws:iam::444455556666:role/rolewright-spoke-reader'],
      rolePath: '/rolewright/',
      roleTagKeys: ['rolewright:*'],
      own: { names: '*rolewright-', roles: '/*rolewright-*' },
      apiUrl: '',
      hubRoles: 'rolewright-',
      boundary: 'rolewright-boundary',
      region: 'eu-central-1',
      alarmActions: [],
      cors: false,
    });
    expect(stageSettings('prod', SHIPPED).spokeRoles).toEqual([
      { 'Fn::Sub': expect.stringMatching(/:role\/none-is-a-spoke$/) },
    ]);
  });
});

describe('the log', () => {
  test('is append-only by IAM: its writers may insert and read, and nobody may do anything else', () => {
    const onEvents = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('-events'));
    expect([...new Set(onEvents.map(({ role }) => role))].sort()).toEqual([
      'AuditRole',
      'CanaryRole',
      'ExplainRole',
      'GrantsRole',
      'ProvisionerRole',
      'ReconcilerRole',
      'RevocationsRole',
      'WorkerRole',
    ]);
    const appending = ['dynamodb:PartiQLInsert', 'dynamodb:Query', 'dynamodb:GetItem'];
    const readers: Record<string, string[]> = {
      AuditRole: ['dynamodb:BatchGetItem', 'dynamodb:Query'],
      ExplainRole: ['dynamodb:Query'],
      CanaryRole: ['dynamodb:Query'],
    };
    for (const role of new Set(onEvents.map((one) => one.role))) {
      const actions = onEvents.filter((one) => one.role === role).flatMap(({ Action }) => Action);
      expect([role, actions.sort()]).toEqual([role, readers[role] ?? appending.sort()]);
    }
  });

  test('and everything else is out of the canary’s reach: each of its permissions reads, its own log aside', () => {
    const writing = granted('CanaryRole').filter((action) => !/:(Get|Query)/.test(action));
    expect(writing.sort()).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
  });

  test('and the read model are out of reach of Slack’s endpoint, which only claims requests and hands on', () => {
    expect(granted('SlackRole').sort()).toEqual([
      'dynamodb:PutItem',
      'lambda:InvokeFunction',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'ssm:GetParameter',
    ]);
    const claims = `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/rolewright-test-claims`;
    const mayPut = (key: string) =>
      verdict(policies.SlackRole ?? {}, 'dynamodb:PutItem', claims, { 'dynamodb:LeadingKeys': key });
    expect(mayPut('slack-request#0a1b')).toBe('allow');
    // Groups that a claim says of a requester decide; a message that it says is sent is not sent.
    for (const key of ['requester#gr_a#sha256:0#person:x', 'notification#gr_a#1#C1', 'reminder#gr_a#1'])
      expect(mayPut(key)).not.toBe('allow');
  });

  test('and the read model can be looked through by every function whose use cases list or count grants', () => {
    const grants = `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/rolewright-test-grants`;
    const mayQuery = (index: string) =>
      Object.keys(policies).filter(
        (role) => verdict(policies[role] ?? {}, 'dynamodb:Query', `${grants}/index/${index}`) === 'allow',
      );
    const readers = ['GrantsRole', 'WorkerRole'];
    expect(mayQuery('byRepository').sort()).toEqual(readers);
    expect(mayQuery('byChange').sort()).toEqual(readers);
    // Who counts a repository's grants, or follows what becomes of it, reads their rows and rests on no index.
    const mayRead = (action: string, context = {}) =>
      Object.keys(policies)
        .filter((role) => verdict(policies[role] ?? {}, action, grants, context) === 'allow')
        .sort();
    const rowReaders = ['GrantsRole', 'ProvisionerRole', 'RevocationsRole', 'WorkerRole'];
    // The reconciler reads the row of a grant whose events cannot be read.
    expect(mayRead('dynamodb:BatchGetItem')).toEqual([...rowReaders, 'ReconcilerRole'].sort());
    // The audit log finds repositories by their names, and reads no row.
    const keyed = (key: string) => ({ 'dynamodb:LeadingKeys': key });
    expect(mayRead('dynamodb:GetItem', keyed('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa'))).toEqual(rowReaders);
    expect(mayRead('dynamodb:GetItem', keyed('name#repository#acme/shop'))).toEqual(
      ['AuditRole', ...rowReaders].sort(),
    );
    expect(mayQuery('byDue').sort()).toEqual([...readers, 'CanaryRole', 'ReconcilerRole'].sort());
  });

  test('and the read model lose no row of a grant: only the worker deletes there, and only what was postponed or owed', () => {
    const grants = `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/rolewright-test-grants`;
    const mayDelete = (key: string) =>
      Object.keys(policies).filter((role) => {
        const context = { 'dynamodb:LeadingKeys': key };
        return verdict(policies[role] ?? {}, 'dynamodb:DeleteItem', grants, context) === 'allow';
      });
    for (const key of ['delivery#{"source":"bitbucket"}', 'notify#gr_a#1', 'remind#gr_a#1'])
      expect(mayDelete(key)).toEqual(['WorkerRole']);
    for (const key of ['gr_aaaaaaaaaaaaaaaaaaaaaaaaaa', 'name#repository#acme/shop', 'holds#x']) {
      expect(mayDelete(key)).toEqual([]);
    }
  });

  test('has checkpoints that the provisioner alone may write', () => {
    const table = `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/rolewright-test-checkpoints`;
    const mayDo = (action: string) =>
      Object.keys(policies).filter((role) => verdict(policies[role] ?? {}, action, table) === 'allow');
    expect(mayDo('dynamodb:GetItem').sort()).toEqual([
      'CanaryRole',
      'ExplainRole',
      'GrantsRole',
      'ProvisionerRole',
      'ReconcilerRole',
      'RevocationsRole',
      'WorkerRole',
    ]);
    expect(mayDo('dynamodb:PutItem')).toEqual(['ProvisionerRole']);
    for (const action of [
      'UpdateItem',
      'DeleteItem',
      'BatchWriteItem',
      'PartiQLInsert',
      'PartiQLUpdate',
      'PartiQLDelete',
      'TransactWriteItems',
    ]) {
      expect(mayDo(`dynamodb:${action}`)).toEqual([]);
    }
  });

  test('cannot be changed by any wildcard: no function’s action or table holds one', () => {
    for (const { Action, Resource, Effect } of statements) {
      expect(Action.filter((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))).toEqual([]);
      const wide = [Resource].flat().filter((resource) => resource === '*');
      if (Effect === 'Deny') continue;
      const isList = Action.some((action) => ['iam:GetAccountSummary', 'iam:ListRoles'].includes(action));
      expect(wide).toEqual(isList ? ['*'] : []);
      if (JSON.stringify(Resource).includes(':dynamodb:')) {
        expect(JSON.stringify(Resource)).toMatch(
          /table\/rolewright-test-(events|checkpoints|grants|claims)(\/index\/[\w*]+)?"/,
        );
      }
    }
  });
});

describe('the tables', () => {
  const kept = Object.entries(resourcesOf('tables.yml')).filter(
    ([name]) => name !== 'CheckpointsTable' && name !== 'ClaimsTable',
  );

  test.each(kept)('%s survives mistakes', (_name, table) => {
    expect(table).toMatchObject({
      ...KEPT,
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      },
    });
  });

  test('are the log, by grant and seq, the read model, by grant, checkpoints, by grant, and what was delivered', () => {
    const keys = Object.values(resourcesOf('tables.yml')).map(({ Properties }) =>
      (Properties.KeySchema as { AttributeName: string }[]).map(({ AttributeName }) => AttributeName),
    );
    expect(keys).toEqual([['grantId', 'seq'], ['grantId'], ['grantId'], ['id']]);
  });
});

describe('the permissions boundary', () => {
  const document = resourcesOf('boundary.yml').Boundary?.Properties.PolicyDocument as object;
  const own = 'rolewright-test';

  test.each([
    ['iam:CreateUser', `arn:aws:iam::${ACCOUNT}:user/eve`],
    ['iam:GetRole', ROLE],
    ['iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/anything`],
    ['iam:PassRole', '*'],
    ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/anything`],
    ['sts:AssumeRole', 'arn:aws:iam::999999999999:role/anything'],
    ['sts:GetFederationToken', '*'],
    ['organizations:LeaveOrganization', '*'],
    ['organizations:DescribeOrganization', '*'],
    ['account:CloseAccount', '*'],
    ['billing:UpdateBillingPreferences', '*'],
    ['cloudtrail:StopLogging', `arn:aws:cloudtrail:eu-central-1:${ACCOUNT}:trail/audit`],
    ['cloudtrail:DeleteTrail', `arn:aws:cloudtrail:eu-central-1:${ACCOUNT}:trail/audit`],
    ['logs:DeleteLogGroup', `arn:aws:logs:eu-central-1:${ACCOUNT}:log-group:/any`],
    ['dynamodb:PutItem', `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/${own}-events`],
    ['dynamodb:GetItem', `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/${own}-grants`],
    ['dynamodb:Query', `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/${own}-events/index/byTime`],
    ['lambda:InvokeFunction', `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:${own}-provisioner`],
    ['lambda:UpdateFunctionCode', `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:${own}-grants`],
    ['ssm:GetParameter', `arn:aws:ssm:eu-central-1:${ACCOUNT}:parameter/rolewright/test/bitbucket/acme`],
    ['ssm:GetParameter', `arn:aws:ssm:eu-central-1:${ACCOUNT}:parameter/rolewright/test/webhook-secret/acme`],
    ['sqs:ReceiveMessage', `arn:aws:sqs:eu-central-1:${ACCOUNT}:${own}-failed-messages`],
    ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:rolewright-x`],
    ['cloudformation:UpdateStack', `arn:aws:cloudformation:eu-central-1:${ACCOUNT}:stack/${own}/1`],
  ])('denies %s on %s', (action, resource) => {
    expect(verdict(document, action, resource)).toBe('deny');
  });

  test.each([
    ['s3:PutObject', 'arn:aws:s3:::shop-site/index.html'],
    ['cloudfront:CreateInvalidation', `arn:aws:cloudfront::${ACCOUNT}:distribution/E2SHOPSITE0001`],
    ['ecr:GetAuthorizationToken', '*'],
    ['ecr:PutImage', `arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/shop-images`],
    ['lambda:UpdateFunctionCode', `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:shop-checkout`],
    ['dynamodb:PutItem', `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/shop-orders`],
    ['sts:GetCallerIdentity', '*'],
    ['iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/none-is-passable`],
  ])('leaves %s on %s to the role’s own policy', (action, resource) => {
    expect(verdict(document, action, resource)).toBe('allow');
  });

  test('leaves nothing but passing and assuming on the roles that may be passed and assumed', () => {
    for (const role of ['none-is-passable', 'none-is-assumable']) {
      const arn = `arn:aws:iam::${ACCOUNT}:role/${role}`;
      expect(verdict(document, 'iam:PutRolePolicy', arn)).toBe('deny');
      expect(verdict(document, 'iam:UpdateAssumeRolePolicy', arn)).toBe('deny');
    }
  });

  test('is kept, here and in a spoke: roles that it bounds work on when the stack is deleted', () => {
    for (const file of ['boundary.yml', 'spoke.yml']) {
      expect(resourcesOf(file).Boundary).toMatchObject(KEPT);
    }
    expect(serverless.provider.deletionProtection).toEqual({ stages: ['prod'] });
  });

  test('fits into a managed policy and has the name that the configuration uses', () => {
    expect(JSON.stringify(document).length).toBeLessThanOrEqual(6144);
    const { Properties } = resourcesOf('boundary.yml').Boundary ?? {};
    expect(textOf('config/rolewright.yaml')).toContain(`boundaryPolicy: ${Properties?.ManagedPolicyName}`);
  });
});
