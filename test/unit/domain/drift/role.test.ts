import { describe, expect, test } from '@jest/globals';
import {
  type AppliedRole,
  closedByBoth,
  type FoundRole,
  judgeClosedRole,
  judgeRole,
  sortPolicies,
} from '../../../../domain/drift/role.ts';
import type { Difference } from '../../../../domain/grants/drift.ts';

const policy = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: string) => ({ Effect: 'Allow', Action, Resource: '*' });
const DENY = { Effect: 'Deny', Action: '*', Resource: '*' };
const trust = {
  Effect: 'Allow',
  Principal: { Federated: 'provider' },
  Action: 'sts:AssumeRoleWithWebIdentity',
};
const condition = (sub: string) => ({ Condition: { StringLike: { 'p:sub': sub } } });

const APPLIED: AppliedRole = {
  id: 'AROA1',
  path: '/rolewright/',
  trustPolicy: policy({ ...trust, ...condition('{r}:*') }),
  permissionsPolicy: policy(allow('s3:GetObject')),
  boundaryArn: 'boundary',
  denyAllArn: 'AWSDenyAll',
  maxSessionDuration: 3600,
  tags: { 'rolewright:grant': 'gr_1', 'rolewright:stage': 'prod' },
};

const FOUND: FoundRole = {
  id: 'AROA1',
  path: '/rolewright/',
  trustPolicy: APPLIED.trustPolicy,
  permissionsPolicy: APPLIED.permissionsPolicy,
  foreignPolicies: [],
  boundaryArn: 'boundary',
  maxSessionDuration: 3600,
  tags: APPLIED.tags,
};

const foreign = (document: unknown, isAttached = true) => ({ name: 'other', isAttached, document });
const words = (differences: readonly Difference[]) =>
  differences.map(({ kind, direction }) => `${kind} ${direction}`);
const BY_HAND = 'CLOSED_BY_HAND closed';

/** What somebody does to the role by hand, and the differences that it makes. */
const single: [string, Partial<FoundRole>, string[]][] = [
  [
    'the trust admits others',
    { trustPolicy: policy({ ...trust, ...condition('*') }) },
    ['TRUST_CHANGED opened'],
  ],
  ['the trust denies', { trustPolicy: policy({ ...trust, Effect: 'Deny' }) }, ['TRUST_CHANGED closed']],
  ['the policy allows more', { permissionsPolicy: policy(allow('s3:*')) }, ['PERMISSIONS_CHANGED opened']],
  ['the policy is taken away', { permissionsPolicy: undefined }, ['PERMISSIONS_CHANGED closed']],
  [
    'the policy denies',
    { permissionsPolicy: policy(allow('s3:GetObject'), DENY) },
    ['PERMISSIONS_CHANGED closed'],
  ],
  [
    'a policy is attached that allows',
    { foreignPolicies: [foreign(policy(allow('*')))] },
    ['POLICY_ATTACHED opened'],
  ],
  ['AWSDenyAll is attached', { foreignPolicies: [foreign(policy(DENY))] }, ['POLICY_ATTACHED closed']],
  [
    'sessions are revoked with AWS’s own policy',
    {
      foreignPolicies: [
        foreign(policy({ ...DENY, Condition: { DateLessThan: { 'aws:TokenIssueTime': 'x' } } }), false),
      ],
    },
    ['POLICY_ATTACHED closed'],
  ],
  [
    'a policy is attached that cannot be read',
    { foreignPolicies: [foreign(undefined)] },
    ['POLICY_ATTACHED opened', 'POLICY_ATTACHED closed'],
  ],
  ['the boundary is taken away', { boundaryArn: undefined }, ['BOUNDARY_CHANGED opened']],
  ['the boundary is AWSDenyAll', { boundaryArn: 'AWSDenyAll' }, ['BOUNDARY_CHANGED closed']],
  [
    'the boundary allows everything',
    { boundaryArn: 'admin', boundaryDocument: policy(allow('*')) },
    ['BOUNDARY_CHANGED opened'],
  ],
  [
    'the boundary denies something',
    { boundaryArn: 'quarantine', boundaryDocument: policy(allow('*'), DENY) },
    ['BOUNDARY_CHANGED opened', 'BOUNDARY_CHANGED closed'],
  ],
  [
    'the boundary allows less than the policy',
    { boundaryArn: 'little', boundaryDocument: policy(allow('sqs:SendMessage')) },
    ['BOUNDARY_CHANGED opened', 'BOUNDARY_CHANGED closed'],
  ],
  [
    'the boundary cannot be read',
    { boundaryArn: 'x' },
    ['BOUNDARY_CHANGED opened', 'BOUNDARY_CHANGED closed'],
  ],
  [
    'a tag has another value',
    { tags: { ...APPLIED.tags, 'rolewright:stage': 'x' } },
    ['TAGS_CHANGED neutral'],
  ],
  ['a tag is taken away', { tags: { 'rolewright:grant': 'gr_1' } }, ['TAGS_CHANGED neutral']],
  ['sessions are longer', { maxSessionDuration: 7200 }, ['SESSION_DURATION_CHANGED opened']],
];

describe('the role of an active grant', () => {
  test('as it was applied has no difference, and tags that others added are none: a repair takes none away', () => {
    expect(judgeRole(APPLIED, FOUND)).toEqual({ differences: [], isOurs: true });
    for (const added of ['costCentre', 'aws:cloudformation:stack', 'Rolewright:x']) {
      const tagged = { ...FOUND, tags: { ...FOUND.tags, [added]: '7' } };
      expect(judgeRole(APPLIED, tagged)).toEqual({ differences: [], isOurs: true });
    }
  });

  test.each(single)('%s', (_, change, expected) => {
    const { differences, isOurs } = judgeRole(APPLIED, { ...FOUND, ...change });
    const isClosed = expected.some((one) => one.endsWith('closed'));
    expect(words(differences)).toEqual([...expected, ...(isClosed ? [BY_HAND] : [])]);
    expect(isOurs).toBe(true);
  });

  test('a shorter session is a difference, and nobody’s containment', () => {
    const longer = { ...APPLIED, maxSessionDuration: 7200 };
    expect(words(judgeRole(longer, FOUND).differences)).toEqual(['SESSION_DURATION_CHANGED closed']);
  });

  test('any two differences together are both found', () => {
    for (const [one, first, expected] of single) {
      for (const [other, second, further] of single) {
        const clash = Object.keys(first).some((key) => key in second);
        if (clash) continue;
        const found = words(judgeRole(APPLIED, { ...FOUND, ...first, ...second }).differences);
        const isClosed = [...expected, ...further].some((word) => word.endsWith('closed'));
        const all = [...expected, ...further, ...(isClosed ? [BY_HAND] : [])];
        expect([one, other, [...found].sort()]).toEqual([one, other, [...all].sort()]);
      }
    }
  });

  test('that is gone was closed by hand', () => {
    const { differences, isOurs } = judgeRole(APPLIED, undefined);
    expect(words(differences)).toEqual(['ROLE_DELETED closed', BY_HAND]);
    expect(isOurs).toBe(false);
  });

  test('with another RoleId is foreign, whatever else it is', () => {
    const { differences, isOurs } = judgeRole(APPLIED, { ...FOUND, id: 'AROA2' });
    expect(words(differences)).toEqual(['ROLE_REPLACED neutral']);
    expect(isOurs).toBe(false);
  });

  test('without the grant’s tag, or with another’s, is no longer ours', () => {
    for (const tags of [{ 'rolewright:stage': 'prod' }, { ...APPLIED.tags, 'rolewright:grant': 'gr_2' }]) {
      const { differences, isOurs } = judgeRole(APPLIED, { ...FOUND, tags });
      expect(words(differences)).toEqual(['TAGS_CHANGED neutral']);
      expect(isOurs).toBe(false);
    }
  });
});

describe('a role of either grant', () => {
  test.each<[string, Partial<FoundRole>, boolean]>([
    ['at its path and with its tag', {}, true],
    ['at another path', { path: '/' }, false],
    ['with the tag of another grant', { tags: { ...APPLIED.tags, 'rolewright:grant': 'gr_2' } }, false],
    ['without the tag', { tags: {} }, false],
  ])('%s: ours: %j', (_, change, isOurs) => {
    for (const judge of [judgeRole, judgeClosedRole])
      expect(judge(APPLIED, { ...FOUND, ...change }).isOurs).toBe(isOurs);
  });
});

describe('the role of a frozen grant', () => {
  const closed = { ...FOUND, trustPolicy: policy({ ...trust, Effect: 'Deny' }), boundaryArn: 'AWSDenyAll' };
  const cases: [string, FoundRole | undefined, string[]][] = [
    ['that is closed', closed, []],
    ['that is closed in other words', { ...closed, trustPolicy: policy(DENY) }, []],
    [
      'that has other policies and tags',
      { ...closed, permissionsPolicy: undefined, maxSessionDuration: 7200 },
      [],
    ],
    ['that admits somebody again', { ...closed, trustPolicy: policy(trust) }, ['TRUST_CHANGED opened']],
    ['that lets sessions act again', { ...closed, boundaryArn: 'boundary' }, ['BOUNDARY_CHANGED opened']],
    ['without a boundary', { ...closed, boundaryArn: undefined }, ['BOUNDARY_CHANGED opened']],
    ['that is as it was applied', FOUND, ['TRUST_CHANGED opened', 'BOUNDARY_CHANGED opened']],
    ['that is gone', undefined, []],
    ['that was replaced', { ...FOUND, id: 'AROA2' }, []],
  ];
  test.each(cases)('%s', (_, found, expected) => {
    expect(words(judgeClosedRole(APPLIED, found).differences)).toEqual(expected);
  });
});

test('the policy under the grant’s own name is its own, inline only; a document that cannot be parsed is there all the same', () => {
  const own = { name: 'permissions', document: {} };
  const other = { name: 'extra', document: {} };
  expect(sortPolicies([other, own], [own])).toEqual({
    permissionsPolicy: {},
    foreignPolicies: [
      { ...other, isAttached: false },
      { ...own, isAttached: true },
    ],
  });
  expect(sortPolicies([], [])).toEqual({ permissionsPolicy: undefined, foreignPolicies: [] });
  expect(sortPolicies([{ name: 'permissions', document: undefined }], []).permissionsPolicy).toBeNull();
});

describe('what was closed by either of two measures', () => {
  const TRUST: Difference = { kind: 'TRUST_CHANGED', direction: 'closed' };
  const OPENED: Difference = { kind: 'TRUST_CHANGED', direction: 'opened' };
  const PERMISSIONS: Difference = { kind: 'PERMISSIONS_CHANGED', direction: 'closed' };
  const DURATION: Difference = { kind: 'SESSION_DURATION_CHANGED', direction: 'closed' };
  const BY_HAND: Difference = { kind: 'CLOSED_BY_HAND', direction: 'closed' };

  test.each<[string, Difference[], Difference[], Difference[]]>([
    ['counts', [TRUST], [TRUST], [TRUST, BY_HAND]],
    ['counts beside what is open', [TRUST], [OPENED, TRUST], [TRUST, BY_HAND]],
    ['is said once', [TRUST, BY_HAND], [TRUST, BY_HAND], [TRUST, BY_HAND]],
    ['is nothing where the other opens', [TRUST], [OPENED], []],
    ['is nothing where the other closes something else', [TRUST], [PERMISSIONS], []],
    ['is nothing where only the other closes', [OPENED], [TRUST], []],
    ['is nothing where sessions are shorter', [DURATION], [DURATION], []],
    ['is nothing where nothing was', [], [], []],
  ])('%s', (_, one, other, closed) => {
    const judged = (differences: Difference[]) => ({ differences, isOurs: true });
    expect(closedByBoth(judged(one), judged(other))).toEqual(closed);
  });
});
