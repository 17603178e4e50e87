import { describe, expect, test } from '@jest/globals';
import { explanationText } from '../../cli/explain/explain-text.ts';
import { claimsFrom } from '../../cli/explain/read-claims.ts';
import type { Diagnosis } from '../../domain/explanation/diagnosis.ts';
import { explainBody } from '../../scripts/explain.ts';

const explanation: Diagnosis = {
  admitted: false,
  code: 'CUSTOM_AUDIENCES',
  verified: true,
  conditions: [
    { key: 'issuer:aud', operator: 'StringEquals', expected: 'own', actual: ['own', 'other'], holds: false },
    { key: 'issuer:sub', operator: 'StringLike', expected: '{a}:*', actual: null, holds: false },
  ],
  advice: 'Write oidc: true.',
  snippet: '- step:\n    oidc: true\n',
};

describe('an explanation in a shell', () => {
  test('says the verdict, each condition with both sides, the advice and the YAML', () => {
    expect(explanationText(explanation)).toBe(
      [
        'refused  CUSTOM_AUDIENCES',
        '',
        '  ✗ aud  StringEquals',
        '      wanted  own',
        '      token   own, other',
        '  ✗ sub  StringLike',
        '      wanted  {a}:*',
        '      token   nothing',
        '',
        'Write oidc: true.',
        '',
        '  - step:',
        '      oidc: true',
      ].join('\n'),
    );
  });

  test('says that a signature was not checked, except where the code says what is the matter with it', () => {
    const unchecked = { ...explanation, verified: false };
    expect(explanationText(unchecked)).toContain('signature not checked');
    for (const code of ['NO_TOKEN', 'TOKEN_UNREADABLE', 'SIGNATURE_INVALID'] as const) {
      expect(explanationText({ ...unchecked, code })).not.toContain('signature not checked');
    }
  });

  test('lets no claim drive the terminal', () => {
    const conditions = explanation.conditions.map((one) => ({
      ...one,
      actual: '\u001b]0;x\u0007\n\u009b2J',
    }));
    const text = explanationText({ ...explanation, conditions, advice: 'a\u001b[2Jb', snippet: '\u001b[1m' });
    const controls = [...text].filter((sign) => sign !== '\n' && /\p{Cc}/u.test(sign));
    expect(controls).toEqual([]);
    expect(text).toContain('token   \\u{1b}]0;x\\u{7}');
  });
});

describe('what the command sends', () => {
  const claims = { sub: '{a}:{b}', note: 'ü?>' };
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');

  test.each([
    ['JSON', `${JSON.stringify(claims, null, 2)}\n`],
    ["a token's middle part", `${payload}\n`],
    ['a whole token, whose signature stays here', `e30.${payload}.c2ln`],
  ])('with --claims is the claims, from %s', (_, input) => {
    expect(explainBody(['gr_a', '--claims'], input)).toEqual({ grantId: 'gr_a', claims });
  });

  test('is the token otherwise, and the identity of the step where it is given', () => {
    const identity = 'arn:aws:iam::111122223333:user/old';
    expect(explainBody(['gr_a', '--identity', identity], ' a.b.c\n')).toEqual({
      grantId: 'gr_a',
      token: 'a.b.c',
      identity,
    });
  });

  test.each([[[]], [['gr_a', 'eyJhbGciOi']], [['gr_a', '--token', 'eyJhbGciOi']], [['gr_a', '--identity']]])(
    'is nothing for the arguments %j, which are not repeated',
    (args: string[]) => {
      expect(() => explainBody(args, 'x')).toThrow(/^Usage: /);
      expect(() => explainBody(args, 'x')).not.toThrow(/eyJhbGciOi/);
    },
  );

  test.each(['', '[]', 'null', '7', '{', 'a.b', 'eyJh.eyJh'])('is nothing for %j as claims', (input) => {
    expect(() => claimsFrom(input)).toThrow(/^Standard input holds no claims\./);
  });
});
