import { describe, expect, test } from '@jest/globals';
import { addedBy, allowsNothing, compareDocuments } from '../../../../domain/drift/compare-documents.ts';

const PUT = {
  Sid: 'Publish',
  Effect: 'Allow',
  Action: ['s3:PutObject', 's3:GetObject'],
  Resource: ['arn:aws:s3:::shop-site/*'],
  Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
};
const policy = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });
const APPLIED = policy(PUT);
const DENY = { Effect: 'Deny', Action: '*', Resource: '*' };

const PROVIDER = 'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/x';
const TRUST = {
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { 'p:aud': 'audience' }, StringLike: { 'p:sub': '{repository}:*' } },
};
const TRUSTED = policy(TRUST);

describe('equal meaning is no difference', () => {
  const equal: [string, unknown][] = [
    ['the same document', APPLIED],
    ['another order of actions', policy({ ...PUT, Action: ['s3:GetObject', 's3:PutObject'] })],
    ['one value in place of a list', policy({ ...PUT, Resource: 'arn:aws:s3:::shop-site/*' })],
    ['a statement that is no list', { Version: '2012-10-17', Statement: PUT }],
    ['another case of actions', policy({ ...PUT, Action: ['S3:putobject', 's3:GETOBJECT'] })],
    ['no statement id', policy({ ...PUT, Sid: undefined })],
    ['another statement id', policy({ ...PUT, Sid: '' })],
    [
      'another case of the condition’s operator and key, and a list',
      policy({ ...PUT, Condition: { stringequals: { 'AWS:resourceaccount': ['111122223333'] } } }),
    ],
    [
      'statements that are cut in another way',
      policy({ ...PUT, Action: 's3:PutObject' }, { ...PUT, Action: 's3:GetObject' }),
    ],
    ['a permission that is repeated', policy(PUT, { ...PUT, Action: 's3:GetObject' })],
    ['the older version without variables', { Version: '2008-10-17', Statement: [PUT] }],
  ];
  test.each(equal)('%s', (_, found) => {
    expect(compareDocuments(APPLIED, found)).toEqual([]);
  });

  test('an empty condition block is none', () => {
    const bare = { ...PUT, Condition: undefined };
    expect(compareDocuments(policy(bare), policy({ ...bare, Condition: {} }))).toEqual([]);
  });

  const equalTrust: [string, unknown][] = [
    ['an empty statement id, as the console adds it', policy({ Sid: '', ...TRUST })],
    ['lists of one', policy({ ...TRUST, Principal: { Federated: [PROVIDER] }, Action: [TRUST.Action] })],
    [
      'a pattern without a wildcard in place of its text',
      policy({
        ...TRUST,
        Condition: { StringLike: { 'p:aud': 'audience', 'p:sub': '{repository}:*' } },
      }),
    ],
  ];
  test.each(equalTrust)('of a trust policy: %s', (_, found) => {
    expect(compareDocuments(TRUSTED, found)).toEqual([]);
  });
});

describe('a permissions policy', () => {
  const cases: [string, unknown, string[]][] = [
    ['one action more', policy({ ...PUT, Action: [...PUT.Action, 's3:DeleteObject'] }), ['opened']],
    ['a wildcard for an action', policy({ ...PUT, Action: 's3:*' }), ['opened']],
    ['a wider resource', policy({ ...PUT, Resource: 'arn:aws:s3:::shop-*' }), ['opened']],
    ['any resource', policy({ ...PUT, Resource: '*' }), ['opened']],
    ['no condition', policy({ ...PUT, Condition: undefined }), ['opened']],
    [
      'a further value of the condition',
      policy({ ...PUT, Condition: { StringEquals: { 'aws:ResourceAccount': ['111122223333', '2'] } } }),
      ['opened'],
    ],
    ['a further statement', policy(PUT, { Effect: 'Allow', Action: 'sqs:*', Resource: '*' }), ['opened']],
    ['one action less', policy({ ...PUT, Action: 's3:GetObject' }), ['closed']],
    ['a narrower resource', policy({ ...PUT, Resource: 'arn:aws:s3:::shop-site/public/*' }), ['closed']],
    [
      'a further condition',
      policy({ ...PUT, Condition: { ...PUT.Condition, Bool: { 'aws:SecureTransport': true } } }),
      ['closed'],
    ],
    ['a Deny beside it', policy(PUT, DENY), ['closed']],
    ['a Deny in its place', policy(DENY), ['closed']],
    ['a Deny and a wider Allow', policy({ ...PUT, Resource: '*' }, DENY), ['opened', 'closed']],
    ['another action', policy({ ...PUT, Action: 's3:DeleteObject' }), ['opened', 'closed']],
    [
      'another value of the condition',
      policy({ ...PUT, Condition: { StringEquals: { 'aws:ResourceAccount': '2' } } }),
      ['opened', 'closed'],
    ],
    [
      'an operator that also holds for a missing key',
      policy({ ...PUT, Condition: { StringEqualsIfExists: PUT.Condition.StringEquals } }),
      ['opened', 'closed'],
    ],
    ['NotAction', policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }), ['opened', 'closed']],
    [
      'a further statement with NotAction',
      policy(PUT, { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }),
      ['opened'],
    ],
    ['a statement that holds an unknown element', policy({ ...PUT, Extra: 1 }), ['opened', 'closed']],
    ['a condition that is a text', policy({ ...PUT, Condition: 'text' }), ['opened', 'closed']],
    ['a condition that is null', policy({ ...PUT, Condition: null }), ['opened', 'closed']],
    ['a condition that is a list', policy({ ...PUT, Condition: [] }), ['opened', 'closed']],
    [
      'a condition whose operator has no keys',
      policy({ ...PUT, Condition: { ...PUT.Condition, Bool: 'true' } }),
      ['opened', 'closed'],
    ],
    [
      'a condition without a value',
      policy({ ...PUT, Condition: { StringEquals: { 'aws:ResourceAccount': [] } } }),
      ['opened', 'closed'],
    ],
    [
      'a condition one of whose values is none',
      policy({ ...PUT, Condition: { StringEquals: { 'aws:ResourceAccount': ['111122223333', null] } } }),
      ['opened', 'closed'],
    ],
    [
      'the same value of another key',
      policy({ ...PUT, Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } }),
      ['opened', 'closed'],
    ],
    ['no action', policy({ ...PUT, Action: [] }), ['opened', 'closed']],
    ['an action that is no text', policy({ ...PUT, Action: ['s3:GetObject', 1] }), ['opened', 'closed']],
    ['a resource that is no text', policy({ ...PUT, Resource: 1 }), ['opened', 'closed']],
    ['a principal that is no text', policy({ ...PUT, Principal: 1 }), ['opened', 'closed']],
    ['a further statement that is none', policy(PUT, null), ['opened']],
    ['something that is no document', 'text', ['opened', 'closed']],
    ['nothing', null, ['opened', 'closed']],
  ];
  test.each(cases)('%s', (_, found, directions) => {
    expect(compareDocuments(APPLIED, found)).toEqual(directions);
  });

  test('a wildcard crosses no segment of an ARN: another account is not covered', () => {
    const logs = { ...PUT, Resource: 'arn:aws:logs:*:111122223333:log-group:x' };
    const foreign = { ...PUT, Resource: 'arn:aws:logs:eu-west-1:222233334444:a:111122223333:log-group:x' };
    expect(compareDocuments(policy(logs), policy(logs, foreign))).toEqual(['opened']);
  });

  test('what follows the fifth colon of an ARN is one segment', () => {
    const wide = { ...PUT, Resource: 'arn:aws:logs:eu-west-1:111122223333:log-*:end' };
    const narrow = { ...PUT, Resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:x:end' };
    expect(compareDocuments(policy(wide), policy(narrow))).toEqual(['closed']);
  });

  test('what is no ARN is compared as it is', () => {
    const [wide, narrow] = ['shop-*', 'shop-x'].map((Resource) => ({ ...PUT, Resource }));
    expect(compareDocuments(policy(wide), policy(narrow))).toEqual(['opened', 'closed']);
  });

  const withCondition = (Condition: unknown) => policy({ ...PUT, Condition });

  test('values of other operators than those of texts are equal or different, all of them', () => {
    const from = (...ranges: string[]) => withCondition({ IpAddress: { 'aws:SourceIp': ranges } });
    const applied = from('10.0.0.0/8', '12.0.0.0/8');
    expect(compareDocuments(applied, from('12.0.0.0/8', '10.0.0.0/8'))).toEqual([]);
    expect(compareDocuments(applied, from('10.0.0.0/8', '11.0.0.0/8'))).toEqual(['opened', 'closed']);
  });

  test.each([
    ['a text that the pattern fits', 'home/*', 'home/ada', ['closed']],
    ['a text that the pattern does not fit', 'home/*', 'root/ada', ['opened', 'closed']],
    ['a variable, which may become any text', 'home/*', 'home/${aws:username}', ['opened', 'closed']],
    ['the variable of the pattern', 'home/${aws:username}', 'home/${aws:username}', ['closed']],
  ])('a condition on %s', (_, pattern, value, directions) => {
    const applied = withCondition({ StringLike: { 's3:prefix': pattern } });
    const found = withCondition({ StringEquals: { 's3:prefix': value } });
    expect(compareDocuments(applied, found)).toEqual(directions);
  });

  test('variables of IAM are compared as they are', () => {
    const mine = { ...PUT, Resource: 'arn:aws:s3:::home/${aws:username}/*' };
    expect(compareDocuments(policy(mine), policy(mine))).toEqual([]);
    const wide = { ...PUT, Resource: 'arn:aws:s3:::home/*' };
    expect(compareDocuments(policy(mine), policy(wide))).toEqual(['opened', 'closed']);
    expect(compareDocuments(policy(mine), { Version: '2008-10-17', Statement: [mine] })).toContain('opened');
  });
});

describe('a trust policy', () => {
  const sub = (pattern: string | string[]) => ({
    ...TRUST,
    Condition: { ...TRUST.Condition, StringLike: { 'p:sub': pattern } },
  });
  const cases: [string, unknown, string[]][] = [
    ['any repository', policy(sub('*')), ['opened']],
    ['another repository, too', policy(sub(['{repository}:*', '{other}:*'])), ['opened']],
    ['no audience', policy({ ...TRUST, Condition: { StringLike: TRUST.Condition.StringLike } }), ['opened']],
    ['no condition', policy({ ...TRUST, Condition: undefined }), ['opened']],
    [
      'another principal, too',
      policy(TRUST, { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }),
      ['opened'],
    ],
    ['everyone', policy({ ...TRUST, Principal: '*' }), ['opened']],
    ['everyone, as of AWS', policy({ ...TRUST, Principal: { AWS: '*' } }), ['opened']],
    ['every provider', policy({ ...TRUST, Principal: { Federated: '*' } }), ['opened']],
    ['another provider, too', policy({ ...TRUST, Principal: { Federated: [PROVIDER, 'x'] } }), ['opened']],
    ['a further action', policy({ ...TRUST, Action: [TRUST.Action, 'sts:TagSession'] }), ['opened']],
    ['one environment only', policy(sub('{repository}:{environment}:*')), ['closed']],
    ['a Deny in place of the Allow', policy({ ...TRUST, Effect: 'Deny' }), ['closed']],
    ['a Deny beside the Allow', policy(TRUST, { ...TRUST, Effect: 'Deny' }), ['closed']],
    ['another provider', policy({ ...TRUST, Principal: { Federated: 'x' } }), ['opened', 'closed']],
    ['a principal that is null', policy({ ...TRUST, Principal: null }), ['opened', 'closed']],
    [
      'a principal one of whose parts is no text',
      policy({ ...TRUST, Principal: { Federated: PROVIDER, AWS: 1 } }),
      ['opened', 'closed'],
    ],
    ['another repository', policy(sub('{other}:*')), ['opened', 'closed']],
    [
      'everyone but one',
      policy({ ...TRUST, Principal: undefined, NotPrincipal: { AWS: 'x' } }),
      ['opened', 'closed'],
    ],
  ];
  test.each(cases)('%s', (_, found, directions) => {
    expect(compareDocuments(TRUSTED, found)).toEqual(directions);
  });
});

describe('a policy that was not applied', () => {
  test.each([
    ['that allows', policy(PUT), ['opened']],
    ['that denies', policy(DENY), ['closed']],
    ['that allows and denies', policy(PUT, DENY), ['opened', 'closed']],
    ['that is not understood', policy({ Effect: 'Allow', NotAction: 'x:y', Resource: '*' }), ['opened']],
    [
      'with which AWS revokes older sessions',
      policy({ ...DENY, Condition: { DateLessThan: { 'aws:TokenIssueTime': '2027-01-15T08:00:00Z' } } }),
      ['closed'],
    ],
  ])('%s', (_, found, directions) => {
    expect(addedBy(found)).toEqual(directions);
  });
});

test('a document without an Allow admits nobody; one that is not understood may', () => {
  expect(allowsNothing(policy({ ...TRUST, Effect: 'Deny' }))).toBe(true);
  expect(allowsNothing(TRUSTED)).toBe(false);
  expect(allowsNothing(policy({ ...TRUST, Effect: 'Deny' }, TRUST))).toBe(false);
  expect(allowsNothing(policy({ ...TRUST, NotAction: 'x:y' }))).toBe(false);
});
