import { describe, expect, test } from '@jest/globals';
import { comparePermissions } from '../../../../domain/policy/difference.ts';
import { patternCovers } from '../../../../domain/shared/patterns.ts';

const policy = (...statements: Record<string, unknown>[]) => ({
  Version: '2012-10-17',
  Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
});
const put = (...resources: string[]) => ({ Action: ['s3:PutObject'], Resource: resources });
const inAccount = { Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } } };

/** What is gained and lost, in short. */
function difference(before: unknown, after: unknown): string {
  const { gained, lost } = comparePermissions(before, after);
  const shown = (sign: string, list: typeof gained) => list.map((p) => `${sign}${p.action} ${p.resource}`);
  return [...shown('+', gained), ...shown('-', lost)].join(', ');
}

describe('two policies differ', () => {
  test.each<[string, unknown, unknown, string]>([
    [
      'in all of it where nothing was allowed',
      undefined,
      policy(put('a', 'b')),
      '+s3:PutObject a, +s3:PutObject b',
    ],
    ['in nothing where they are equal', policy(put('a')), policy(put('a')), ''],
    ['in nothing by order and cut of statements', policy(put('a', 'b')), policy(put('b'), put('a')), ''],
    ['in nothing by statement ids', policy({ Sid: 'A', ...put('a') }), policy({ Sid: 'B', ...put('a') }), ''],
    ['in nothing by text or list', policy({ Action: 's3:PutObject', Resource: 'a' }), policy(put('a')), ''],
    [
      'in nothing by the case of an action',
      policy({ ...put('a'), Action: 's3:putobject' }),
      policy(put('a')),
      '',
    ],
    ['in nothing by an empty condition', policy({ ...put('a'), Condition: {} }), policy(put('a')), ''],
    [
      'in nothing by one of two actions that covers',
      policy({ Action: ['s3:GetObject', 's3:Put*'], Resource: 'a' }),
      policy(put('a')),
      '-s3:GetObject a, -s3:Put* a',
    ],
    ['by a resource', policy(put('a')), policy(put('b')), '+s3:PutObject b, -s3:PutObject a'],
    ['by what a wildcard gains', policy(put('a/b')), policy(put('a/*')), '+s3:PutObject a/*'],
    ['by what a wildcard loses', policy(put('a/*')), policy(put('a/b')), '-s3:PutObject a/*'],
    [
      'by a condition that is gone',
      policy({ ...put('a'), ...inAccount }),
      policy(put('a')),
      '+s3:PutObject a',
    ],
    [
      'by a condition that is new',
      policy(put('a')),
      policy({ ...put('a'), ...inAccount }),
      '-s3:PutObject a',
    ],
    [
      'both ways by a condition that is another',
      policy({ ...put('a'), Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      policy({ ...put('a'), ...inAccount }),
      '+s3:PutObject a, -s3:PutObject a',
    ],
  ])('%s', (_, before, after, expected) => {
    expect(difference(before, after)).toBe(expected);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['text', '{}'],
    ['another version', { ...policy(put('a')), Version: '2008-10-17' }],
    ['a refusal', policy({ ...put('a'), Effect: 'Deny' })],
    ['all but an action', policy({ NotAction: ['iam:*'], Resource: ['*'] })],
    ['all but a resource', policy({ Action: ['s3:GetObject'], NotResource: ['a'] })],
    ['a principal', policy({ ...put('a'), Principal: '*' })],
    ['a number as resource', policy({ Action: ['s3:GetObject'], Resource: [1] })],
    ['a list of texts and a number as resource', policy({ Action: ['s3:GetObject'], Resource: ['a', 1] })],
    ['a condition that is text', policy({ ...put('a'), Condition: 'x' })],
    ['no statement', { Version: '2012-10-17' }],
  ])('in all of it where the policy before is not understood: %s', (_, before) => {
    const { gained, isUnderstood } = comparePermissions(before, policy(put('a')));
    expect([gained.length, isUnderstood]).toEqual([1, false]);
  });
});

test('a policy to be that cannot be read is a bug', () => {
  expect(() => comparePermissions(undefined, null)).toThrow('must be one that can be read');
});

describe('a pattern covers', () => {
  test.each([
    ['*', 'a'],
    ['*', ''],
    ['*', 'a*b?'],
    ['a*', 'a'],
    ['a*', 'ab*'],
    ['a*c', 'abc*c'],
    ['a?c', 'abc'],
    ['a?', 'a?'],
    ['a**', 'a*'],
    ['a${aws:username}', 'a${aws:username}'],
  ])('%j covers %j', (wider, glob) => {
    expect(patternCovers(wider, glob)).toBe(true);
  });

  test.each([
    ['a', '*'],
    ['a?', 'a*'],
    ['a?c', 'a*c'],
    ['a*c', 'ab*'],
    ['ab', 'a'],
    ['a', 'ab'],
    ['A', 'a'],
    ['', 'a'],
    // What stands for an IAM variable is not known, and `${*}` is a literal asterisk.
    ['a${*}b', 'a${x}b'],
    ['a?????b', 'a${x}b'],
    ['*', 'a${x}'],
  ])('%j is not known to cover %j', (wider, glob) => {
    expect(patternCovers(wider, glob)).toBe(false);
  });
});

test('two policies of the largest size, with nothing in common, are compared without comparing all pairs with all', () => {
  const large = (which: string) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: Array.from({ length: 150 }, (_, n) => `s3:Get${which}${n}`),
        Resource: Array.from({ length: 150 }, (_, n) => `arn:aws:s3:::shop-${which}-${n}/*`),
      },
    ],
  });
  const { gained, lost } = comparePermissions(large('A'), large('B'));
  expect([gained.length, lost.length]).toEqual([22_500, 22_500]);
});
