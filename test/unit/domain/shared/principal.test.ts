import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  comparePersons,
  foldAscii,
  identifiersOf,
  isPrincipalId,
  type KnownIdentifiers,
  mayBeSame,
  type Principal,
  principalSchema,
} from '../../../../domain/shared/principal.ts';

const person = (known: KnownIdentifiers, id = 'ada'): Principal => {
  const identifiers = identifiersOf(known);
  return { kind: 'person', id, ...(identifiers.length > 0 ? { identifiers } : {}) };
};
const ISSUER = 'https://login.acme.example';
const sub = (subject: string, issuer = ISSUER): KnownIdentifiers => ({ sub: [issuer, subject] });

describe('two persons', () => {
  test.each<[string, KnownIdentifiers, KnownIdentifiers, ReturnType<typeof comparePersons>]>([
    ['share their only identifier', sub('1'), sub('1'), 'same'],
    ['differ in every shared kind', sub('1'), sub('2'), 'different'],
    [
      'share one kind and differ in another',
      { ...sub('1'), emails: ['a@x.example'] },
      { ...sub('2'), emails: ['a@x.example'] },
      'same',
    ],
    [
      'have the same subject at two issuers, and no other kind',
      sub('1'),
      sub('1', 'https://other.example'),
      'different',
    ],
    ['share no kind', sub('1'), { slack: ['T1', 'U1'] }, 'unknown'],
    ['are one user in two Slack teams', { slack: ['T1', 'U1'] }, { slack: ['T2', 'U1'] }, 'different'],
    ['have nothing verified', {}, {}, 'unknown'],
    ['of whom one has nothing verified', sub('1'), {}, 'unknown'],
    [
      'have one of several emails in common',
      { emails: ['a@x.example', 'b@x.example'] },
      { emails: ['b@x.example'] },
      'same',
    ],
  ])('who %s', (_, left, right, expected) => {
    const [a, b] = [person(left), person(right, 'grace')];
    expect([comparePersons(a, b), comparePersons(b, a)]).toEqual([expected, expected]);
    expect(mayBeSame(a, b)).toBe(expected !== 'different');
  });

  test('are never told apart by how an id is written', () => {
    const known = sub('1');
    for (const id of ['ada@acme.example', 'ADA@acme.example', 'ada+x@acme.example', '\u212Aada'])
      expect(mayBeSame(person(known), person(known, id))).toBe(true);
  });

  test('are different only where a shared kind of identifier proves it', () => {
    const emails = fc.array(fc.constantFrom('a@x', 'b@x', 'c@x'), { maxLength: 2 });
    const known = fc.record({
      sub: fc.option(fc.tuple(fc.constantFrom('i', 'j'), fc.constantFrom('1', '2')), { nil: undefined }),
      emails,
      bitbucket: fc.option(fc.constantFrom('{a}', '{b}'), { nil: undefined }),
    });
    fc.assert(
      fc.property(known, known, (left, right) => {
        const kinds: [unknown[], unknown[]][] = [
          [left.sub ? [left.sub.join()] : [], right.sub ? [right.sub.join()] : []],
          [left.emails, right.emails],
          [left.bitbucket ? [left.bitbucket] : [], right.bitbucket ? [right.bitbucket] : []],
        ];
        const shared = kinds.filter(([a, b]) => a.length > 0 && b.length > 0);
        const isProven = shared.length > 0 && shared.every(([a, b]) => !a.some((one) => b.includes(one)));
        expect(comparePersons(person(left), person(right)) === 'different').toBe(isProven);
      }),
    );
  });
});

describe('a principal', () => {
  test.each([
    '',
    ' ',
    'a b',
    'a\u00A0b',
    'a\u200Bb',
    'a\u202Eb',
    'a\nb',
    '\u0000',
    'a\uD800',
    'x'.repeat(257),
    'a\u00AD',
    '\uFEFFa',
    'a\u2060b',
    'a\u034Fb',
    'a\u3164b',
    'a\u115Fb',
    'a\uFFA0',
    'a\u2800b',
    'a\uFE0F',
    'a\u{E0001}',
    'a\u{E0100}',
    'a\u180Eb',
    'a\u2066b',
    'a\u3000b',
    'a\u0085b',
    'a\u0378',
    'a\uE000',
    'a\u0301',
    '\u212Aate',
    '\u212Bda',
    '\u2126',
    'e\u0301',
  ])('has no id such as %j', (id) => {
    expect(principalSchema.safeParse({ kind: 'person', id }).success).toBe(false);
  });

  test.each([
    'ada@acme.example',
    '\u00E9va',
    '\u6F22',
    '\uC544',
    'f:5e1a/ada#1',
    'arn:aws:iam::111122223333:role/x',
    'x'.repeat(256),
  ])('has an id such as %j', (id) => {
    expect(principalSchema.parse({ kind: 'person', id })).toEqual({ kind: 'person', id });
    expect(isPrincipalId(id)).toBe(true);
  });

  test('has no id that a normal form or an invisible character would make look like another', () => {
    const pieces = fc.constantFrom(
      'a',
      'e',
      '\u0301',
      '\u00E9',
      '\u200D',
      '\u2061',
      '\u{1D173}',
      ' ',
      '\u00A0',
      '\u3164',
    );
    const invisible = /[\u200D\u2061\u{1D173} \u00A0\u3164]/u;
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 6 }), (parts) => {
        const id = parts.join('');
        expect(isPrincipalId(id)).toBe(!invisible.test(id) && id.normalize('NFC') === id);
      }),
    );
  });

  test('has its identifiers sorted, each once, as hashes', () => {
    const identifiers = identifiersOf({
      ...sub('1'),
      emails: ['a@x', 'a@x'],
      slack: ['T', 'U'],
      bitbucket: '{b}',
    });
    expect(identifiers).toEqual([...new Set(identifiers)].sort());
    expect(identifiers.map((one) => one.split(':')[0])).toEqual(['bitbucket', 'email', 'slack', 'sub']);
    const of = (list: string[]) =>
      principalSchema.safeParse({ kind: 'person', id: 'a', identifiers: list }).success;
    expect([of(identifiers), of([...identifiers].reverse()), of([]), of(['email:a@x'])]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('is folded in ASCII letters only, so that no other letter becomes one', () => {
    expect(foldAscii('AdaZ')).toBe('adaz');
    for (const text of ['\u212A', '\u0130', '\u00C4', '\uFF21']) expect(foldAscii(text)).toBe(text);
  });
});
