import { afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { TokenVerifier } from '../../../adapters/tokens/verifier.ts';
import { everythingIn, rejectionOf } from '../../support/adapters/failures.ts';
import {
  ACME,
  type KeyServer,
  type Keys,
  newKeys,
  PERSONS,
  personClaims,
  sign,
  startKeyServer,
  stepClaims,
} from '../../support/adapters/issuers.ts';

let server: KeyServer;
let verifier: TokenVerifier;
let person: Keys;
let acme: Keys;

beforeAll(async () => {
  person = await newKeys('RS256', 'person-key');
  acme = await newKeys('ES256', 'acme-key');
});

beforeEach(async () => {
  server = await startKeyServer();
  server.published = new Map([
    [PERSONS, [person.jwk]],
    [ACME, [acme.jwk]],
  ]);
  verifier = server.verifier();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

const isAccepted = async (token: string) => (await verifier.verify(token)).ok;

test('nothing is fetched before there is a token to verify', () => {
  expect(server.fetches).toEqual([]);
});

test('the keys of an issuer are fetched once for many tokens, also when they come together', async () => {
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, n) => sign({ ...personClaims, jti: `${n}` }, person)),
  );
  expect(await Promise.all(tokens.map(isAccepted))).toEqual(tokens.map(() => true));
  expect(await isAccepted(await sign(stepClaims, acme))).toBe(true);
  for (const token of tokens) await isAccepted(token);
  expect(server.fetches).toEqual([PERSONS, ACME]);
});

test("a token of one issuer never fetches another's keys", async () => {
  await isAccepted(await sign(stepClaims, acme));
  expect(server.fetches).toEqual([ACME]);
});

test('a new key is found when it is needed, but unknown key ids fetch at most every 30 seconds', async () => {
  const now = jest.spyOn(Date, 'now').mockReturnValue(1_000_000_000_000);
  const next = await newKeys('RS256', 'next-key');
  const token = await sign(personClaims, next);
  expect(await isAccepted(await sign(personClaims, person))).toBe(true);
  server.published.set(PERSONS, [person.jwk, next.jwk]);
  now.mockReturnValue(1_000_000_029_000);
  for (let n = 0; n < 10; n += 1) expect(await isAccepted(token)).toBe(false);
  expect(server.fetches).toHaveLength(1);
  now.mockReturnValue(1_000_000_031_000);
  expect(await isAccepted(token)).toBe(true);
  expect(server.fetches).toHaveLength(2);
});

test('a key that the issuer took back is refused after 10 minutes at the latest', async () => {
  const now = jest.spyOn(Date, 'now').mockReturnValue(1_000_000_000_000);
  const token = await sign(personClaims, person);
  expect(await isAccepted(token)).toBe(true);
  server.published.set(PERSONS, [acme.jwk]);
  now.mockReturnValue(1_000_000_601_000);
  expect(await isAccepted(token)).toBe(false);
});

test('an outage of the issuer does not touch tokens whose keys are known', async () => {
  const token = await sign(personClaims, person);
  expect(await isAccepted(token)).toBe(true);
  server.fault = { status: 503, body: '' };
  expect(await isAccepted(token)).toBe(true);
});

test('keys that cannot be fetched are a failure of the issuer, not of the token, which it does not show', async () => {
  const faults: NonNullable<KeyServer['fault']>[] = [
    { status: 500, body: '' },
    { status: 404, body: '{}' },
    { status: 200, body: '<html></html>' },
    { status: 200, body: '{"keys":' },
    { status: 200, body: '{}' },
    { status: 200, body: '{"keys":"none"}' },
    { status: 302, body: '', headers: { location: `${server.url}/${encodeURIComponent(PERSONS)}` } },
    'stall',
  ];
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => timeout(milliseconds / 50));
  const token = await sign(personClaims, person);
  for (const fault of faults) {
    server.fault = fault;
    verifier = server.verifier();
    const error = await rejectionOf(verifier.verify(token));
    expect([fault, error]).toMatchObject([
      fault,
      { name: 'PortError', system: 'identity provider', code: 'UNAVAILABLE', retryAfter: 5 },
    ]);
    for (const part of token.split('.')) expect(everythingIn(error)).not.toContain(part);
  }
});

test('an issuer that nobody answers for is a failure, and works again when it is back', async () => {
  const token = await sign(personClaims, person);
  server.fault = { status: 500, body: '' };
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  server.fault = undefined;
  server.laterMs = 5000;
  expect(await isAccepted(token)).toBe(true);
});

test('an issuer whose keys cannot be fetched is asked once in five seconds, whatever is sent', async () => {
  server.fault = { status: 500, body: '' };
  const failures = async () => {
    for (let n = 0; n < 5; n += 1) {
      const token = await sign({ ...personClaims, jti: `${n}` }, person, { kid: `unknown-${n}` });
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
  };
  await failures();
  expect(server.fetches).toHaveLength(1);
  server.laterMs = 5000;
  await failures();
  expect(server.fetches).toHaveLength(2);
});

test('a stranger’s unknown key id during an outage stops no token whose key is known', async () => {
  const now = jest.spyOn(Date, 'now').mockReturnValue(1_000_000_000_000);
  const token = await sign(personClaims, person);
  expect(await isAccepted(token)).toBe(true);
  server.fault = { status: 500, body: '' };
  now.mockReturnValue(1_000_000_031_000);
  const unknown = await sign(personClaims, person, { kid: 'unknown' });
  await expect(verifier.verify(unknown)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await isAccepted(token)).toBe(true);
});
