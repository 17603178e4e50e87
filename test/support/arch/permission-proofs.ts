import {
  conditionsHold,
  coversAction,
  coversResource,
  verdictOf,
} from '../../../sandbox/aws/policy/evaluation.ts';
import { parsePolicy } from '../../../sandbox/aws/policy/grammar.ts';
import type { Context } from '../../../sandbox/aws/policy/pattern.ts';
import { evaluate, type Json } from '../aws/reference-evaluator.ts';
import { type AdapterCall, callsByFunction } from './adapter-calls.ts';
import { HERE, type Statement } from './packaged-template.ts';

/** One request to IAM: an action on an ARN, with condition keys. */
export type Question = { action: string; resource: string; keys: Record<string, string> };

const STAGE = 'rolewright-test';
const { account, region } = HERE;

/** The ARN of a resource as the table of calls names it. */
function arnOf(name: string): string {
  const [kind = '', ...rest] = name.split('/');
  const named = rest.join('/');
  const at = `${region}:${account}`;
  switch (kind) {
    case '*':
      return '*';
    case 'table':
      return `arn:aws:dynamodb:${at}:table/${STAGE}-${named}`;
    case 'log':
      return `arn:aws:logs:${at}:log-group:/aws/lambda/${STAGE}-${named}:log-stream:2026/01/01/[$LATEST]0`;
    case 'function':
      return `arn:aws:lambda:${at}:function:${STAGE}-${named}`;
    case 'parameter':
      return `arn:aws:ssm:${at}:parameter/rolewright/test/${named}`;
    case 'queue':
      return `arn:aws:sqs:${at}:${STAGE}-${named}`;
    case 'policy':
      return `arn:aws:iam::${account}:policy/${named}`;
    case 'aws':
      return `arn:aws:iam::aws:${named}`;
    case 'role':
      return `arn:aws:iam::${account}:role/rolewright/test/${named}`;
    case 'root-role':
      return `arn:aws:iam::${account}:role/${named}`;
    case 'provider':
      return `arn:aws:iam::${account}:oidc-provider/api.bitbucket.org/2.0/workspaces/${named}/pipelines-config/identity/oidc`;
    case 'spoke':
      return 'arn:aws:iam::444455556666:role/rolewright-spoke';
    case 'spoke-reader':
      return 'arn:aws:iam::444455556666:role/rolewright-spoke-reader';
    default:
      // A whole ARN.
      return name;
  }
}

const question = ([action, resource, keys = {}]: AdapterCall): Question => ({
  action,
  resource: arnOf(resource),
  keys: Object.fromEntries(
    Object.entries(keys).map(([name, value]) => [name, name.startsWith('iam:') ? arnOf(value) : value]),
  ),
});

const text = ({ action, resource, keys }: Question) =>
  `${action} on ${resource}${Object.keys(keys).length > 0 ? ` with ${JSON.stringify(keys)}` : ''}`;

const policyOf = (statements: readonly Statement[]) => ({ Version: '2012-10-17', Statement: statements });

/** Whether statements allow a request, by the sandbox's evaluator and by the second one, which must agree. */
function judgeOf(statements: readonly Statement[]): (question: Question) => boolean {
  if (statements.length === 0) return () => false;
  const policy = policyOf(statements);
  const parsed = parsePolicy(JSON.stringify(policy), 'identity');
  return ({ action, resource, keys }) => {
    const listed = Object.fromEntries(
      Object.entries(keys).map(([name, value]) => [name.toLowerCase(), [value]]),
    );
    const context: Context = new Map(Object.entries(listed));
    const first = verdictOf(
      parsed,
      (statement) =>
        coversAction(statement, action) &&
        coversResource(statement, resource, context) &&
        conditionsHold(statement, context),
    );
    const asked = { action, resource, keys: listed };
    const second = evaluate([policy as unknown as { [name: string]: Json }], asked);
    if (first !== second)
      throw new Error(`the evaluators differ: ${first}, ${second}: ${action} ${resource}`);
    return first === 'allow';
  };
}

/** The calls of a function. */
export const ownCalls = (name: string): Question[] => (callsByFunction[name] ?? []).map(question);

const OTHER_TABLES = ['table/rolewright-prod-events', 'table/rolewright-prod-grants', 'table/orders'].map(
  (name) => `arn:aws:dynamodb:${region}:${account}:${name}`,
);

/** Calls that no function may make. */
const forbidden: AdapterCall[] = [
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete', 'Scan'].map(
    (action): AdapterCall => [`dynamodb:${action}`, 'table/events'],
  ),
  ...['DeleteTable', 'UpdateTable', 'Scan', 'ExportTableToPointInTime', 'PutResourcePolicy'].flatMap(
    (action) =>
      ['events', 'grants', 'claims', 'checkpoints'].map(
        (table): AdapterCall => [`dynamodb:${action}`, `table/${table}`],
      ),
  ),
  ...['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'PartiQLInsert', 'BatchGetItem'].flatMap(
    (action) => OTHER_TABLES.map((table): AdapterCall => [`dynamodb:${action}`, table]),
  ),
  ['dynamodb:PutItem', 'table/grants'],
  ['dynamodb:DeleteItem', 'table/grants', { 'dynamodb:LeadingKeys': 'gr_a' }],
  ['dynamodb:Query', 'table/claims'],
  ['dynamodb:UpdateItem', 'table/checkpoints'],
  ['dynamodb:DeleteItem', 'table/checkpoints'],
  ['ssm:GetParameter', `arn:aws:ssm:${region}:${account}:parameter/rolewright/prod/bitbucket/acme`],
  ['ssm:GetParameter', `arn:aws:ssm:${region}:${account}:parameter/elsewhere`],
  ['ssm:PutParameter', 'parameter/cursor-keys'],
  ['ssm:GetParametersByPath', 'parameter/bitbucket'],
  ['ssm:DeleteParameter', 'parameter/bitbucket/acme'],
  ['ssm:DeleteParameter', 'parameter/frozen'],
  ['lambda:InvokeFunction', `arn:aws:lambda:${region}:${account}:function:rolewright-prod-provisioner`],
  ['lambda:InvokeFunction', `arn:aws:lambda:${region}:${account}:function:other`],
  ...['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'AddPermission', 'DeleteFunction'].flatMap(
    (action) =>
      ['provisioner', 'worker', 'grants'].map(
        (name): AdapterCall => [`lambda:${action}`, `function/${name}`],
      ),
  ),
  ['sqs:ReceiveMessage', 'queue/failed-messages'],
  ['sqs:DeleteMessage', 'queue/failed-messages'],
  ['sqs:SendMessage', `arn:aws:sqs:${region}:${account}:other`],
  ...['DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy', 'GetLogEvents'].map(
    (action): AdapterCall => [`logs:${action}`, 'log/grants'],
  ),
  ['logs:PutLogEvents', `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/other:log-stream:x`],
  ...[
    'AttachRolePolicy',
    'DeleteRolePermissionsBoundary',
    'PassRole',
    'UpdateRoleDescription',
    'UntagRole',
  ].map(
    (action): AdapterCall => [
      `iam:${action}`,
      'role/rw-shop',
      { 'iam:PermissionsBoundary': 'policy/rolewright-boundary' },
    ],
  ),
  ...[
    'CreateRole',
    'PutRolePermissionsBoundary',
    'PutRolePolicy',
    'UpdateAssumeRolePolicy',
    'DeleteRolePolicy',
    'DetachRolePolicy',
    'UpdateRole',
    'DeleteRole',
  ].flatMap((action): AdapterCall[] => [
    [`iam:${action}`, 'role/rw-shop'],
    [`iam:${action}`, 'role/rw-shop', { 'iam:PermissionsBoundary': 'aws/policy/AdministratorAccess' }],
    [`iam:${action}`, 'role/admin', { 'iam:PermissionsBoundary': 'policy/rolewright-boundary' }],
    [`iam:${action}`, 'root-role/rw-shop', { 'iam:PermissionsBoundary': 'policy/rolewright-boundary' }],
    [
      `iam:${action}`,
      'root-role/rolewright-test-grants',
      { 'iam:PermissionsBoundary': 'policy/rolewright-boundary' },
    ],
  ]),
  ['iam:CreateRole', 'role/rw-shop', { 'iam:PermissionsBoundary': 'aws/policy/AWSDenyAll' }],
  ...['DeleteRole', 'TagRole', 'UpdateRole', 'GetRole', 'GetRolePolicy'].flatMap((action): AdapterCall[] => [
    [`iam:${action}`, 'root-role/admin'],
    [`iam:${action}`, `arn:aws:iam::${account}:role/rolewright/prod/admin`],
  ]),
  ...['ListRolePolicies', 'ListAttachedRolePolicies'].map(
    (action): AdapterCall => [`iam:${action}`, 'root-role/admin'],
  ),
  ...['CreateUser', 'CreateAccessKey', 'AttachUserPolicy'].map(
    (action): AdapterCall => [`iam:${action}`, `arn:aws:iam::${account}:user/eve`],
  ),
  ...['CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicy'].map(
    (action): AdapterCall => [`iam:${action}`, 'policy/rolewright-boundary'],
  ),
  ...[
    'GetOpenIDConnectProvider',
    'CreateOpenIDConnectProvider',
    'TagOpenIDConnectProvider',
    'DeleteOpenIDConnectProvider',
  ].map(
    (action): AdapterCall => [
      `iam:${action}`,
      `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
    ],
  ),
  ['iam:GetPolicy', 'arn:aws:iam::999999999999:policy/other'],
  ['iam:GetPolicyVersion', 'arn:aws:iam::999999999999:policy/other'],
  ['iam:DeleteOpenIDConnectProvider', 'provider/acme'],
  ['iam:AddClientIDToOpenIDConnectProvider', 'provider/acme'],
  ['iam:CreateOpenIDConnectProvider', 'provider/elsewhere'],
  // Tags that are not Rolewright's own.
  [
    'iam:CreateRole',
    'role/rw-shop',
    { 'iam:PermissionsBoundary': 'policy/rolewright-boundary', 'aws:TagKeys': 'team' },
  ],
  ['iam:TagRole', 'role/rw-shop', { 'aws:TagKeys': 'team' }],
  ['iam:CreateOpenIDConnectProvider', 'provider/acme', { 'aws:TagKeys': 'team' }],
  ['iam:TagOpenIDConnectProvider', 'provider/acme', { 'aws:TagKeys': 'team' }],
  ['iam:GetAccountAuthorizationDetails', '*'],
  ['sts:AssumeRole', `arn:aws:iam::${account}:role/admin`],
  ['sts:AssumeRole', 'arn:aws:iam::999999999999:role/rolewright-spoke'],
  ['sts:GetFederationToken', '*'],
  ['organizations:LeaveOrganization', '*'],
  ['s3:GetObject', 'arn:aws:s3:::anything/secret'],
  ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${region}:${account}:secret:other`],
  ['kms:Decrypt', `arn:aws:kms:${region}:${account}:key/1`],
];

/** An action of each service that no function may do on any resource, so that none is allowed whole. */
const NEVER: Record<string, string> = {
  dynamodb: 'dynamodb:TagResource',
  iam: 'iam:UntagRole',
  lambda: 'lambda:AddPermission',
  logs: 'logs:DeleteLogStream',
  sqs: 'sqs:PurgeQueue',
  ssm: 'ssm:LabelParameterVersion',
  sts: 'sts:TagSession',
};

/** What a function must be denied: what no function may do, and what only others do. */
export function deniedCalls(name: string): Question[] {
  const made = deniedByFunction.get(name) ?? deniedCallsOf(name);
  deniedByFunction.set(name, made);
  return made;
}

const deniedByFunction = new Map<string, Question[]>();

function deniedCallsOf(name: string): Question[] {
  const own = new Set(ownCalls(name).map(text));
  const others = Object.keys(callsByFunction).flatMap(ownCalls);
  // A call without the keys of a condition is another than the function's own.
  const openedUp = ownCalls(name)
    .filter(({ keys }) => Object.keys(keys).length > 0)
    .map((one) => ({ ...one, keys: { 'dynamodb:LeadingKeys': 'other#1' } }));
  const further = ownCalls(name).map((one) => ({
    ...one,
    action: NEVER[one.action.split(':')[0] ?? ''] ?? one.action,
  }));
  const all = [...forbidden.map(question), ...others, ...further, ...(OPEN_CLAIMS.has(name) ? [] : openedUp)];
  const unlike = all.filter((one) => !own.has(text(one)) && !isWithin(name, one));
  return [...new Map(unlike.map((one) => [text(one), one])).values()];
}

/** Functions that may use every claim, whatever its key. */
const OPEN_CLAIMS = new Set(['worker']);

/** Whether a call differs from one of the function's own in its key only, where the function is not held to keys; or has no key,
 *  where the function is held to one: DynamoDB always judges by the key. */
const isWithin = (name: string, { action, resource, keys }: Question): boolean =>
  ownCalls(name).some(
    (own) =>
      own.action === action &&
      own.resource === resource &&
      !('aws:TagKeys' in keys) &&
      (Object.keys(own.keys).length === 0 ||
        ('dynamodb:LeadingKeys' in own.keys && Object.keys(keys).length === 0) ||
        (OPEN_CLAIMS.has(name) && resource.endsWith('-claims'))),
  );

/** What is wrong with the permissions of the functions, one line each: a call that is denied, a call that must be denied and is
 *  allowed, a permission that no call uses. What is cheap to find comes first, for who asks only whether there is anything. */
export function* permissionProblems(
  byFunction: Readonly<Record<string, readonly Statement[]>>,
): Generator<string> {
  for (const [name, statements] of Object.entries(byFunction)) {
    const isAllowed = judgeOf(statements);
    for (const call of ownCalls(name)) if (!isAllowed(call)) yield `${name} is denied ${text(call)}`;
    for (const call of deniedCalls(name)) if (isAllowed(call)) yield `${name} may ${text(call)}`;
    for (const unused of unusedPermissions(name, statements)) yield `${name} never uses ${unused}`;
  }
}

/** Each action, resource and value of a condition in the statements without which every call would be allowed by its
 *  statement all the same; and each denying statement without which no more would be allowed. */
function unusedPermissions(name: string, statements: readonly Statement[]): string[] {
  const calls = ownCalls(name);
  return statements.flatMap((statement) => {
    const label = statement.Sid ?? 'a statement';
    if (statement.Effect === 'Deny') {
      const isAllowedWithout = judgeOf(statements.filter((one) => one !== statement));
      return deniedCalls(name).some(isAllowedWithout) ? [] : [`${label}, which denies nothing`];
    }
    const used = (narrowed: Statement) => calls.some(judgeOf([narrowed]));
    const values = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).flatMap(([key, listed]) =>
        [listed].flat().map((value) => ({ operator, key, value })),
      ),
    );
    return [
      ...statement.Action.flatMap((action) =>
        [statement.Resource]
          .flat()
          .filter((resource) => !used({ ...statement, Action: [action], Resource: resource }))
          .map((resource) => `${label}: ${action} on ${resource}`),
      ),
      ...values
        .filter(
          ({ operator, key, value }) => !used({ ...statement, Condition: { [operator]: { [key]: value } } }),
        )
        .map(({ key, value }) => `${label}: ${key} ${value}`),
    ];
  });
}
