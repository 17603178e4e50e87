/** A call of AWS that a function makes: the action that IAM judges, the resource below the stack's own, and condition keys. */
export type AdapterCall = readonly [
  action: string,
  resource: string,
  keys?: Readonly<Record<string, string>>,
];

const ROLE = 'role/rw-shop-s3-static-site-aaaaaaaaaaaa';
const BOUNDED = { 'iam:PermissionsBoundary': 'policy/rolewright-boundary' };
const CLOSED = { 'iam:PermissionsBoundary': 'aws/policy/AWSDenyAll' };
const key = (value: string) => ({ 'dynamodb:LeadingKeys': value });

/** Lambda writes a function's log with the function's role. */
const logging = (name: string): AdapterCall[] => [
  ['logs:CreateLogStream', `log/${name}`],
  ['logs:PutLogEvents', `log/${name}`],
];

const appending: AdapterCall[] = [
  ['dynamodb:PartiQLInsert', 'table/events'],
  ['dynamodb:GetItem', 'table/events'],
  ['dynamodb:Query', 'table/events'],
  ['dynamodb:GetItem', 'table/checkpoints'],
  ['dynamodb:UpdateItem', 'table/grants'],
];

/** Lists may read any index: one that is added later must not wait for a deployment of roles. */
const listing: AdapterCall[] = [
  'byChange',
  'byRepository',
  'byTarget',
  'byEnvironment',
  'byProject',
  'byState',
  'byTemplate',
  'byAccount',
  'byRequester',
  'byWaiting',
  'byWaitingInProject',
  'byExpiry',
  'byDrift',
  'byHold',
  'byDue',
].map((index) => ['dynamodb:Query', `table/grants/index/${index}`]);

const rows: AdapterCall[] = [
  ['dynamodb:GetItem', 'table/grants'],
  ['dynamodb:BatchGetItem', 'table/grants'],
];

const credentials: AdapterCall[] = [
  ['ssm:GetParameter', 'parameter/bitbucket/acme'],
  ['ssm:GetParameter', 'parameter/bitbucket-admin/acme'],
];

/** The switch that freezes the installation, which who may create it may not delete. */
const FROZEN = 'parameter/frozen';

const invoking = (...names: string[]): AdapterCall[] =>
  names.map((name) => ['lambda:InvokeFunction', `function/${name}`]);

/** Every call that each function can make. A test holds it to the commands in `adapters/` and in the function's bundle, and to
 *  what the function's role allows. */
export const callsByFunction: Readonly<Record<string, readonly AdapterCall[]>> = {
  grants: [
    ...logging('grants'),
    ...appending,
    ...rows,
    ...listing,
    ...credentials,
    ...invoking('provisioner', 'worker', 'reconciler'),
    ['dynamodb:PutItem', 'table/claims', key('requester#gr_a')],
    ['dynamodb:GetItem', 'table/claims', key('requester#gr_a')],
    ['dynamodb:DeleteItem', 'table/claims', key('requester#gr_a')],
    ['ssm:GetParameter', FROZEN],
    ['ssm:GetParameter', 'parameter/cursor-keys'],
  ],
  revocations: [
    ...logging('revocations'),
    ...appending,
    ...rows,
    ...credentials,
    ...invoking('provisioner', 'worker'),
    ['dynamodb:DeleteItem', 'table/claims', key('requester#gr_a')],
    ['ssm:GetParameter', FROZEN],
    ['ssm:PutParameter', FROZEN],
  ],
  audit: [
    ...logging('audit'),
    ['dynamodb:Query', 'table/events'],
    ['dynamodb:Query', 'table/events/index/byTime'],
    ['dynamodb:Query', 'table/events/index/byRepository'],
    ['dynamodb:Query', 'table/events/index/byPrincipal'],
    ['dynamodb:Query', 'table/events/index/byType'],
    ['dynamodb:BatchGetItem', 'table/events'],
    ['dynamodb:GetItem', 'table/grants', key('name#repository#acme/shop')],
    ['dynamodb:Query', 'table/grants/index/byProject'],
    ['ssm:GetParameter', 'parameter/cursor-keys'],
  ],
  catalogue: logging('catalogue'),
  explain: [
    ...logging('explain'),
    ['dynamodb:Query', 'table/events'],
    ['dynamodb:GetItem', 'table/checkpoints'],
    ...credentials,
  ],
  fallback: logging('fallback'),
  webhooks: [
    ...logging('webhooks'),
    ['ssm:GetParameter', 'parameter/webhook-secret/acme'],
    ...invoking('worker'),
  ],
  slack: [
    ...logging('slack'),
    ['ssm:GetParameter', 'parameter/slack-signing-secret'],
    ['ssm:GetParameter', 'parameter/slack-bot-token'],
    ['dynamodb:PutItem', 'table/claims', key('slack-request#0a1b')],
    ...invoking('worker'),
  ],
  worker: [
    ...logging('worker'),
    ...appending,
    ...rows,
    ...listing,
    ...['delivery#acme', 'notify#gr_a#1', 'remind#gr_a#1', 'sweep#acme'].map(
      (row): AdapterCall => ['dynamodb:DeleteItem', 'table/grants', key(row)],
    ),
    ...credentials,
    ['ssm:GetParameter', FROZEN],
    ...invoking('provisioner', 'worker'),
    ['dynamodb:PutItem', 'table/claims', key('notification#gr_a')],
    ['dynamodb:GetItem', 'table/claims', key('notification#gr_a')],
    ['dynamodb:UpdateItem', 'table/claims', key('notification#gr_a')],
    ['dynamodb:DeleteItem', 'table/claims', key('notification#gr_a')],
    ['ssm:GetParameter', 'parameter/slack-bot-token'],
    // By Lambda itself, for messages that failed at every attempt.
    ['sqs:SendMessage', 'queue/failed-messages'],
  ],
  reconciler: [
    ...logging('reconciler'),
    ['ssm:GetParameter', FROZEN],
    ['ssm:PutParameter', FROZEN],
    ...appending,
    ['dynamodb:BatchGetItem', 'table/grants'],
    ['dynamodb:Query', 'table/grants/index/byDue'],
    ['dynamodb:Query', 'table/grants/index/byAccount'],
    ...invoking('provisioner', 'worker'),
    ['iam:GetAccountAuthorizationDetails', '*'],
    ['iam:ListRoles', '*'],
    ['iam:ListOpenIDConnectProviders', '*'],
    ['iam:GetOpenIDConnectProvider', 'provider/acme'],
    ['iam:GetOpenIDConnectProvider', 'provider/globex'],
    ['sts:AssumeRole', 'spoke-reader'],
  ],
  canary: [
    ...logging('canary'),
    ['dynamodb:Query', 'table/events'],
    ['dynamodb:GetItem', 'table/checkpoints'],
    ['dynamodb:Query', 'table/grants/index/byDue'],
    ['dynamodb:Query', 'table/grants/index/byAccount'],
    ['ssm:GetParameter', FROZEN],
    ['ssm:GetParameter', 'parameter/bitbucket/acme'],
    ['iam:GetRole', ROLE],
    // A role that does not exist is judged without its path.
    ['iam:GetRole', `root-${ROLE}`],
    ...['acme', 'globex'].map(
      (workspace): AdapterCall => ['iam:GetOpenIDConnectProvider', `provider/${workspace}`],
    ),
  ],
  provisioner: [
    ...logging('provisioner'),
    ...appending,
    ['dynamodb:PutItem', 'table/checkpoints'],
    ...rows,
    ['ssm:GetParameter', 'parameter/bitbucket/acme'],
    ['ssm:GetParameter', FROZEN],
    ...invoking('worker'),
    ...['GetRole', 'GetRolePolicy', 'ListRolePolicies', 'ListAttachedRolePolicies'].flatMap(
      (action): AdapterCall[] => [
        [`iam:${action}`, ROLE],
        // A role that does not exist is judged without its path.
        [`iam:${action}`, `root-${ROLE}`],
      ],
    ),
    ['iam:CreateRole', ROLE, BOUNDED],
    ['iam:PutRolePermissionsBoundary', ROLE, BOUNDED],
    ['iam:PutRolePermissionsBoundary', ROLE, CLOSED],
    ...[
      'PutRolePolicy',
      'UpdateAssumeRolePolicy',
      'DeleteRolePolicy',
      'DetachRolePolicy',
      'UpdateRole',
      'DeleteRole',
    ].flatMap((action): AdapterCall[] => [
      [`iam:${action}`, ROLE, BOUNDED],
      [`iam:${action}`, ROLE, CLOSED],
    ]),
    ['iam:TagRole', ROLE],
    ...['acme', 'globex'].flatMap((workspace): AdapterCall[] => [
      ['iam:GetOpenIDConnectProvider', `provider/${workspace}`],
      ['iam:CreateOpenIDConnectProvider', `provider/${workspace}`],
      ['iam:TagOpenIDConnectProvider', `provider/${workspace}`],
    ]),
    ['iam:GetAccountSummary', '*'],
    ...['GetPolicy', 'GetPolicyVersion'].flatMap((action): AdapterCall[] => [
      [`iam:${action}`, 'policy/company'],
      [`iam:${action}`, 'aws/policy/ReadOnlyAccess'],
    ]),
    ['sts:AssumeRole', 'spoke'],
  ],
};

const LIBRARY = 'of the library that reads parameters';
const parameters = { GetParameters: LIBRARY, PutParameter: LIBRARY };
const APPENDS = 'it has the log, and reads it only';
const WRITES_ROWS = 'it has the read model, and reads it only';

/** Commands that a function's bundle holds and the function never sends, with the reason. */
export const unreachedCommands: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  grants: { ...parameters, PutParameter: 'it reads the switch of the freeze; revocations creates it' },
  revocations: {
    GetParameters: LIBRARY,
    PutItem: 'it forgets the groups of requesters, and keeps none',
  },
  audit: {
    ...parameters,
    ExecuteStatement: APPENDS,
    UpdateItem: WRITES_ROWS,
    DeleteItem: WRITES_ROWS,
    PutItem: 'it has checkpoints, and reads none',
  },
  explain: {
    ...parameters,
    ExecuteStatement: APPENDS,
    UpdateItem: WRITES_ROWS,
    DeleteItem: WRITES_ROWS,
    BatchGetItem: WRITES_ROWS,
    PutItem: 'it has checkpoints, and reads them only',
  },
  webhooks: parameters,
  slack: {
    ...parameters,
    GetItem: 'it claims, and asks of no claim',
    UpdateItem: 'it claims once, and renews no claim',
    DeleteItem: 'it gives no claim back',
  },
  worker: parameters,
  reconciler: {
    PutItem: 'it has checkpoints, and reads them only',
    DeleteItem: 'postponed deliveries are removed by the worker',
  },
  canary: {
    ...parameters,
    ExecuteStatement: APPENDS,
    UpdateItem: WRITES_ROWS,
    DeleteItem: WRITES_ROWS,
    BatchGetItem: 'it takes grants from the log',
    PutItem: 'it has checkpoints, and reads them only',
  },
  provisioner: {
    ...parameters,
    DeleteItem: 'postponed deliveries are removed by the worker',
  },
};
