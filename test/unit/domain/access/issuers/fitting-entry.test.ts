import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fitsEntry,
  misfitsOf,
  overlappingEntries,
} from '../../../../../domain/access/issuers/fitting-entry.ts';
import { trustedIssuerSchema } from '../../../../../domain/access/issuers/trusted-issuer.ts';
import { runs } from '../../../../support/domain/arbitraries.ts';

const ISSUER = 'https://login.acme.example';
const entryOf = (over: Record<string, unknown> = {}) =>
  trustedIssuerSchema.parse({
    issuer: ISSUER,
    kind: 'service',
    audience: 'rolewright',
    keys: `${ISSUER}/keys`,
    algorithms: ['RS256'],
    ...over,
  });
const byClient = { audience: undefined, clientId: '6jk' };
const claims = { iss: ISSUER, aud: 'rolewright' };

describe('a token fits an entry', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, boolean]>([
    ['of its issuer and audience', {}, {}, true],
    ['with its audience among others', {}, { aud: ['x', 'rolewright'] }, true],
    ['of another issuer', {}, { iss: `${ISSUER}/` }, false],
    ['of another audience', {}, { aud: 'rolewright2' }, false],
    ['without an audience', {}, { aud: undefined }, false],
    ['of the application, without an audience', byClient, { aud: undefined, client_id: '6jk' }, true],
    ['of the application, with an audience', byClient, { client_id: '6jk' }, false],
    ['of another application', byClient, { aud: undefined, client_id: '6j' }, false],
    ['of no application', byClient, { aud: undefined }, false],
    ['with the value of match', { match: { tid: 'a' } }, { tid: 'a' }, true],
    ['with one of the values', { match: { tid: ['a', 'b'] } }, { tid: 'b' }, true],
    ['with a part of the value', { match: { tid: 'a' } }, { tid: 'ab' }, false],
    ['with the value in other case', { match: { tid: 'a' } }, { tid: 'A' }, false],
    ['with the value in a list', { match: { tid: 'a' } }, { tid: ['a'] }, false],
    ['with the value of another type', { match: { tid: 1 } }, { tid: '1' }, false],
    ['without the claim', { match: { tid: 'a' } }, {}, false],
    ['by path', { match: { 'org.id': 7 } }, { org: { id: 7 } }, true],
    ['with one of two claims', { match: { tid: 'a', org: 'b' } }, { tid: 'a' }, false],
  ])('%s: %j', (_, entry, over, fits) => {
    expect(fitsEntry(entryOf(entry), { ...claims, ...over })).toBe(fits);
  });
});

describe('why a token does not fit', () => {
  test('is said for each difference, with the claim and what is wanted', () => {
    const entry = entryOf({ match: { tid: ['a', 'b'], 'org.id': 7 } });
    expect(misfitsOf(entry, { iss: `${ISSUER}/`, aud: ['x'], tid: ['a'], org: { id: 7 } })).toEqual([
      `iss is "${ISSUER}/", not "${ISSUER}"`,
      'aud is ["x"], and holds no "rolewright"',
      'tid is ["a"], not ["a","b"] (match)',
    ]);
    expect(misfitsOf(entryOf(byClient), { iss: ISSUER, aud: 'x', client_id: 1 })).toEqual([
      'the token has an aud, and the entry takes tokens without one, by clientId',
      'client_id is 1, not "6jk"',
    ]);
    expect(misfitsOf(entryOf({ match: { tid: 'a' } }), { iss: ISSUER })).toEqual([
      'aud is absent, and holds no "rolewright"',
      'tid is absent, not "a" (match)',
    ]);
  });

  test('is cut where a claim is long', () => {
    const [misfit = ''] = misfitsOf(entryOf(), { ...claims, iss: 'x'.repeat(5000) });
    expect(misfit.length).toBeLessThan(300);
    const shown = (length: number) => misfitsOf(entryOf(), { ...claims, iss: 'x'.repeat(length - 2) })[0];
    expect(shown(200)).not.toContain('…');
    expect(shown(201)).toContain('…');
  });
});

describe('entries that could both fit one token', () => {
  const positions = (...over: Record<string, unknown>[]) =>
    overlappingEntries(over.map(entryOf)).map((error) =>
      Number(/^\/issuers\/(\d+): could fit/.exec(error)?.[1]),
    );

  test.each<[string, Record<string, unknown>, Record<string, unknown>, boolean]>([
    ['are the same', {}, {}, true],
    [
      'differ in kind, keys and claims only',
      {},
      { kind: 'person', idClaim: 'email', keys: `${ISSUER}/k` },
      true,
    ],
    ['differ in require', { require: { idtyp: 'app' } }, { require: { idtyp: 'user' } }, true],
    ['differ in audience', {}, { audience: 'other' }, false],
    ['are for an audience and an application', {}, byClient, false],
    ['are for two applications', byClient, { ...byClient, clientId: 'x' }, false],
    ['are for one application', byClient, byClient, true],
    ['are of two issuers', {}, { issuer: 'https://other.example' }, false],
    ['match different values of one claim', { match: { idtyp: 'app' } }, { match: { idtyp: 'user' } }, false],
    ['share a value', { match: { tid: ['a', 'b'] } }, { match: { tid: ['b', 'c'] } }, true],
    ['match different claims', { match: { idtyp: 'app' } }, { match: { tid: 'a' } }, true],
    ['match in one of them only', {}, { match: { tid: 'a' } }, true],
    ['match values of different types', { match: { n: 1 } }, { match: { n: '1' } }, false],
  ])('%s', (_, one, other, overlap) => {
    expect(positions(one, other)).toEqual(overlap ? [1] : []);
    expect(positions(other, one)).toEqual(overlap ? [1] : []);
  });

  test('are named with what they share', () => {
    const [byAudience, byApplication] = [
      [entryOf(), entryOf()],
      [entryOf(byClient), entryOf(byClient)],
    ].map((entries) => overlappingEntries(entries)[0]);
    expect(byAudience).toContain(' and one audience.');
    expect(byApplication).toContain(' and one clientId.');
  });

  test('are not looked for in an entry with errors of its own', () => {
    expect(overlappingEntries([undefined, entryOf(), undefined])).toEqual([]);
  });

  test('are reported all at once', () => {
    expect(positions({}, { audience: 'x' }, {}, { audience: 'x' })).toEqual([2, 3]);
  });

  test('are found whenever a token fits both: no order of entries ever decides', () => {
    const value = fc.constantFrom('a', 'b', 1, true);
    const rules = fc.dictionary(
      fc.constantFrom('x', 'y', 'x.z'),
      fc.oneof(value, fc.uniqueArray(value, { minLength: 1, maxLength: 2 })),
      { maxKeys: 2 },
    );
    const entry = fc.tuple(fc.constantFrom({}, { audience: 'other' }, byClient), rules);
    const token = fc.record({
      iss: fc.constant(ISSUER),
      aud: fc.constantFrom('rolewright', undefined),
      client_id: fc.constantFrom('6jk', undefined),
      x: fc.oneof(value, fc.array(value), fc.record({ z: value })),
      y: fc.oneof(value, fc.array(value)),
      'x.z': fc.option(value, { nil: undefined }),
    });
    fc.assert(
      fc.property(entry, entry, token, ([one, match], [other, otherMatch], found) => {
        const entries = [entryOf({ ...one, match }), entryOf({ ...other, match: otherMatch })];
        const fitsBoth = entries.every((each) => fitsEntry(each, found));
        expect(fitsBoth && overlappingEntries(entries).length === 0).toBe(false);
      }),
      runs(2000),
    );
  });
});

describe('an entry', () => {
  test.each([
    'email',
    'preferred_username',
    'user_metadata.tier',
    'cognito:username',
    'custom:role',
    'nonce',
    'upn',
  ])('matches no %s, which the subject chooses', (path) => {
    expect(() => entryOf({ match: { [path]: 'x' } })).toThrow(/issuer controls/);
  });

  test('names its audience, or the application for tokens without one', () => {
    expect(() => entryOf({ audience: undefined })).toThrow(/or clientId is needed/);
    expect(() => entryOf({ clientId: '6jk' })).toThrow(/not both/);
    expect(entryOf(byClient).clientId).toBe('6jk');
  });
});

describe('an entry for callers on AWS', () => {
  const aws = { issuer: 'https://0f8f.tokens.sts.global.api.aws' };
  const role = 'arn:aws:iam::111122223333:role/ci/release';

  test.each<[string, Record<string, unknown>, boolean]>([
    ['lists its callers', { match: { sub: [role, 'arn:aws:iam::111122223333:user/ci'] } }, true],
    ['lists them in require', { require: { sub: role } }, true],
    ['of another partition', { match: { sub: 'arn:aws-us-gov:iam::111122223333:role/r' } }, true],
    ['lists none', {}, false],
    ['takes every role', { match: { sub: 'arn:aws:iam::111122223333:role/*' } }, false],
    ['takes every caller', { match: { sub: ['*'] } }, false],
    ['takes every role beside one', { match: { sub: [role, 'arn:aws:iam::111122223333:role/*'] } }, false],
    ['names what only holds an ARN', { match: { sub: `x${role}` } }, false],
    ['names a session', { match: { sub: 'arn:aws:sts::111122223333:assumed-role/release/s' } }, false],
    ['is of people', { match: { sub: role }, kind: 'person', require: { x: 1 } }, false],
    ['takes ids from elsewhere', { match: { sub: role }, idClaim: 'jti' }, false],
    ['reads another claim', { match: { aws_account: '111122223333' } }, false],
  ])('%s', (_, over, isTaken) => {
    const made = () => entryOf({ ...aws, ...over });
    if (isTaken) expect(made()).toMatchObject(aws);
    else expect(made).toThrow(/lists the callers/);
  });
});

describe('an entry for Google, which signs for everybody', () => {
  const google = { issuer: 'https://accounts.google.com' };
  test.each<[string, Record<string, unknown>, boolean]>([
    [
      'names the Workspace of its people',
      { kind: 'person', idClaim: 'email', require: { hd: 'acme.example' } },
      true,
    ],
    ['matches it', { kind: 'person', idClaim: 'email', match: { hd: ['acme.example', 'acme.dev'] } }, true],
    ['names no Workspace', { kind: 'person', idClaim: 'email' }, false],
    ['refuses one', { kind: 'person', idClaim: 'email', refuse: { hd: 'evil.example' } }, false],
    ['names people by sub', { kind: 'person', require: { sub: '107' } }, false],
    ['lists its service accounts', { match: { sub: ['113'] } }, true],
    ['lists none', {}, false],
    ['names the Workspace of its services', { require: { hd: 'acme.example' } }, false],
  ])('%s', (_, over, isTaken) => {
    const made = () => entryOf({ ...google, ...over });
    if (isTaken) expect(made()).toMatchObject(google);
    else expect(made).toThrow(/Google signs for everybody|an application of this issuer/);
  });
});

test.each<[string, Record<string, unknown>, boolean]>([
  ['ID tokens', { token_use: 'id' }, true],
  ['access tokens, which applications have too', { token_use: 'access' }, false],
  ['both', { token_use: ['id', 'access'] }, false],
  ['scopes, which applications have too', { scope: 'ask' }, false],
  ['a group that only users have', { 'cognito:groups': ['platform'] }, true],
])('an entry of people is told from applications by %s', (_, require, isTold) => {
  const made = () => entryOf({ kind: 'person', require });
  if (isTold) expect(made()).toMatchObject({ require });
  else expect(made).toThrow(/application of this issuer could sign in/);
});

test.each<[string, Record<string, unknown>, boolean]>([
  ['an issuer without https', { issuer: 'http://login.acme.example' }, false],
  ['an issuer with a user', { issuer: 'https://ada@login.acme.example' }, false],
  ['an issuer with a fragment', { issuer: 'https://login.acme.example#a' }, false],
  ['an issuer that is no URL', { issuer: 'login.acme.example' }, false],
  ['keys without https', { keys: 'http://login.acme.example/keys' }, false],
  ['tokens of 30 days', { maxTokenLifetime: 'P30D' }, true],
  ['tokens of an hour more', { maxTokenLifetime: 'PT721H' }, false],
])('an entry with %s is taken: %j %j', (_, over, isTaken) => {
  const made = () => entryOf(over);
  if (isTaken) expect(made()).toMatchObject(over);
  else expect(made).toThrow(/https URL|30 days or less/);
});
