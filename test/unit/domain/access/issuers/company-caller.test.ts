import { describe, expect, test } from '@jest/globals';
import { companyCaller } from '../../../../../domain/access/issuers/company-caller.ts';
import { trustedIssuerSchema } from '../../../../../domain/access/issuers/trusted-issuer.ts';
import { identifiersOf, principalSchema } from '../../../../../domain/shared/principal.ts';

const ISSUER = 'https://login.acme.example';
const issuerOf = (over: Record<string, unknown> = {}) =>
  trustedIssuerSchema.parse({
    issuer: ISSUER,
    kind: 'person',
    audience: 'rolewright',
    keys: `${ISSUER}/keys`,
    algorithms: ['RS256'],
    idClaim: 'sub',
    require: { token_kind: 'user' },
    groupsClaim: 'groups',
    ...over,
  });
const claims = { sub: '00u1', iat: 1000, exp: 4600, token_kind: 'user', groups: ['approvers'] };
const nobodyListed = { people: [], emailDomains: [] };
const refusedOf = (issuer: Record<string, unknown>, over: Record<string, unknown>) => {
  const found = companyCaller(issuerOf(issuer), { ...claims, ...over }, nobodyListed);
  return 'refused' in found ? found.refused : 'taken';
};

describe('a token of an application is no person', () => {
  test.each<[string, Record<string, unknown>]>([
    ['Auth0 client credentials', { gty: 'client-credentials' }],
    ['the grant spelt as in OAuth', { gty: 'client_credentials' }],
    ['Auth0’s own subject of an application', { sub: 'abc@clients' }],
    ['Entra’s idtyp app', { idtyp: 'app' }],
    ['a subject that is the authorised party', { azp: '00u1' }],
    ['a subject that is the client of RFC 9068', { client_id: '00u1' }],
    ['a subject that is Entra’s application', { appid: '00u1' }],
    ['a subject that is Okta’s client', { cid: '00u1' }],
  ])('by %s', (_, over) => {
    expect(refusedOf({}, over)).toMatch(/application/);
    expect(refusedOf({ kind: 'service' }, over)).toBe('taken');
  });

  test('and a person’s token through an application is a person’s', () => {
    expect(refusedOf({}, { azp: 'web-app', client_id: 'web-app', gty: 'authorization_code' })).toBe('taken');
  });
});

describe('what an entry requires and refuses', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, boolean]>([
    ['a required claim that is there', {}, {}, true],
    ['a required claim that is absent', {}, { token_kind: undefined }, false],
    ['a required claim with another value', {}, { token_kind: 'users' }, false],
    ['a value in other case', {}, { token_kind: 'User' }, false],
    ['a required claim by path', { require: { 'a.b': [1, 2] } }, { a: { b: 2 } }, true],
    ['a path through a list', { require: { 'a.b': 1 } }, { a: [{ b: 1 }] }, false],
    ['a claim whose name holds a dot', { require: { 'a.b': 1 } }, { 'a.b': 1 }, true],
    ['a path into what every object has', { require: { 'constructor.name': 'Object' } }, {}, false],
    ['a list that holds the value', {}, { token_kind: ['guest', 'user'] }, true],
    ['a refused claim', { refuse: { amr: 'none' } }, { amr: ['none'] }, false],
  ])('%s', (_, issuer, over, isTaken) => {
    expect(refusedOf(issuer, over) === 'taken').toBe(isTaken);
  });

  test.each(['name', 'preferred_username', 'email', 'nickname', 'user_metadata.kind'])(
    'cannot rest on %s, which the subject chooses',
    (path) => {
      for (const field of ['require', 'refuse'])
        expect(() => issuerOf({ [field]: { [path]: 'x' } })).toThrow(/issuer controls/);
    },
  );

  test.each(['preferred_username', 'upn', 'nickname'])('does not make %s an id', (idClaim) => {
    expect(() => issuerOf({ require: { idtyp: 'user' }, idClaim })).toThrow(/issuer controls/);
  });

  test('is asked for where an entry of persons could admit machines', () => {
    expect(() => issuerOf({ require: {} })).toThrow(/people’s tokens/);
    expect(() => issuerOf({ require: undefined, idClaim: 'oid' })).toThrow(/people’s tokens/);
    expect(() => issuerOf({ require: { aud: 'rolewright', iss: 'x' } })).toThrow(/people’s tokens/);
    for (const path of [
      'appid',
      'cid',
      'azp',
      'client_id',
      'tid',
      'oid',
      'ver',
      'azpacr',
      'aud.length',
      'sub.0',
    ])
      for (const field of ['require', 'match'])
        expect(() => issuerOf({ require: {}, [field]: { [path]: 'x' } })).toThrow(/people’s tokens/);
    expect(issuerOf({ require: { tid: 'x', scp: 'access' } }).kind).toBe('person');
    expect(issuerOf({ require: {}, idClaim: 'email' }).kind).toBe('person');
    expect(issuerOf({ require: {}, kind: 'service' }).kind).toBe('service');
  });
});

describe('the life of a token', () => {
  test.each<[string, Record<string, unknown>, boolean]>([
    ['as long as the entry allows', { exp: 1000 + 86_400 }, true],
    ['a second longer', { exp: 1000 + 86_401 }, false],
    ['without a beginning', { iat: undefined }, false],
  ])('%s', (_, over, isTaken) => {
    expect(refusedOf({}, over) === 'taken').toBe(isTaken);
  });

  test('is as short as the entry says', () => {
    expect(refusedOf({ maxTokenLifetime: 'PT1H' }, { exp: 4601 })).toMatch(/maxTokenLifetime PT1H/);
  });
});

describe('who a person is', () => {
  const byEmail = { idClaim: 'email', require: {} };
  const found = (issuer: Record<string, unknown>, over: Record<string, unknown>, people: object[] = []) => {
    const caller = companyCaller(
      issuerOf(issuer),
      { ...claims, ...over },
      {
        people: people as never,
        emailDomains: [],
      },
    );
    return 'caller' in caller ? caller.caller.principal : caller.refused;
  };

  test('is the issuer and subject, and every other verified identifier that is known', () => {
    const entry = { id: '00u1', email: 'Ada@acme.example', slack: 'T0/U0', bitbucket: '{b}', groups: [] };
    expect(found({}, { email: 'ada.l@acme.example', email_verified: true }, [entry])).toEqual({
      kind: 'person',
      id: '00u1',
      identifiers: identifiersOf({
        sub: [ISSUER, '00u1'],
        emails: ['ada.l@acme.example', 'ada@acme.example'],
        slack: ['T0', 'U0'],
        bitbucket: '{b}',
      }),
    });
  });

  test('has no email that the issuer has not verified', () => {
    for (const email_verified of [undefined, false, 'true', 1]) {
      expect(found({}, { email: 'ada@acme.example', email_verified })).toMatchObject({
        identifiers: identifiersOf({ sub: [ISSUER, '00u1'] }),
      });
      expect(found(byEmail, { email: 'ada@acme.example', email_verified })).toMatch(/email is missing/);
    }
  });

  test.each([
    ['three letters that grow in lower case', `${'\u0130'.repeat(3)}${'a'.repeat(60)}@acme.example`],
    ['a Kelvin sign', '\u212Aate@acme.example'],
    ['a blank', 'ada @acme.example'],
    ['a zero-width character', 'ada\u200B@acme.example'],
    ['a direction override', 'ada\u202E@acme.example'],
    ['a letter of another script', '\u0430da@acme.example'],
    ['254 characters and more', `a@${'b'.repeat(260)}.example`],
  ])('is no email with %s', (_, email) => {
    expect(found(byEmail, { email, email_verified: true })).toMatch(/email is missing or cannot be an id/);
  });

  test.each(['', ' ', 'a b', 'a\u200Bb', 'x'.repeat(257), 7, null, ['a']])(
    'is no subject such as %j',
    (sub) => {
      expect(found({}, { sub })).toMatch(/sub is missing or cannot be an id/);
    },
  );

  test('is always something that an event can hold', () => {
    const email = `${'A'.repeat(64)}@${'b'.repeat(181)}.example`;
    expect(principalSchema.parse(found(byEmail, { email, email_verified: true }))).toHaveProperty(
      'id',
      email.toLowerCase(),
    );
  });
});

describe('the domain of a verified email gives groups', () => {
  const emailDomains = [
    { domain: 'acme.example', groups: ['developers', 'approvers'] },
    { domain: 'eu.acme.example', groups: ['europe'] },
  ];
  const groupsOf = (over: Record<string, unknown>, issuer: Record<string, unknown> = {}) => {
    const found = companyCaller(
      issuerOf(issuer),
      { ...claims, email: 'ada@acme.example', email_verified: true, ...over },
      { people: [], emailDomains },
    );
    return 'caller' in found ? found.caller.groups : found.refused;
  };

  test('beside those of the token, each once', () => {
    expect(groupsOf({})).toEqual(['approvers', 'developers']);
    expect(groupsOf({ groups: [] })).toEqual(['developers', 'approvers']);
    expect(groupsOf({ email: 'Ada@EU.Acme.Example', groups: [] })).toEqual(['europe']);
  });

  test.each<[string, Record<string, unknown>]>([
    ['that nobody verified', { email_verified: false }],
    ['that is not said to be verified', { email_verified: undefined }],
    ['verified as text', { email_verified: 'true' }],
    ['of a domain below', { email: 'ada@us.acme.example' }],
    ['of a domain above', { email: 'ada@example' }],
    ['of a domain with the same end', { email: 'ada@evilacme.example' }],
    ['of a domain with the same beginning', { email: 'ada@acme.example.evil.example' }],
    ['with a dot at its end', { email: 'ada@acme.example.' }],
    ['with two at signs', { email: 'ada@acme.example@evil.example' }],
    ['with letters that look alike', { email: 'ada@acme.ex\u0430mple' }],
    ['that is a list', { email: ['ada@acme.example'] }],
    ['that is absent', { email: undefined }],
  ])('and an email %s gives none', (_, over) => {
    expect(groupsOf({ groups: ['own'], ...over })).toEqual(['own']);
  });

  test('and a service has none of it', () => {
    expect(groupsOf({ groups: [] }, { kind: 'service' })).toEqual([]);
  });
});

test.each<[string, Record<string, unknown>]>([
  ['person', {}],
  ['service', { kind: 'service' }],
])('a %s whose groups are missing is refused, not without groups', (_, issuer) => {
  expect(refusedOf(issuer, { groups: undefined })).toMatch(/has no groups/);
});

test.each([undefined, '', 'a b', 7, ['x']])(
  'a person by email needs a sub as well, and %j is none',
  (sub) => {
    const over = { sub, email: 'ada@acme.example', email_verified: true };
    expect(refusedOf({ idClaim: 'email' }, over)).toMatch(/sub is missing/);
  },
);
