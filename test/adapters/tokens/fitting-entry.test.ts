import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CompactSign } from 'jose';
import { type Claims, NOW, PERSONS, personClaims, sign } from '../../support/adapters/issuers.ts';
import {
  expectRefused,
  startTokenWorld,
  type TokenWorld,
  verified,
} from '../../support/adapters/token-world.ts';

let world: TokenWorld;

beforeAll(async () => {
  world = await startTokenWorld();
});

beforeEach(() => world.reset());

afterAll(() => world.server.close());

const entry = { issuer: PERSONS, keys: `${PERSONS}/keys.json`, algorithms: ['RS256'] };
const people = { ...entry, kind: 'person', audience: 'rolewright', require: { use: 'login' } };
const bots = { ...entry, kind: 'service', audience: 'rolewright' };
const claims: Claims = { iss: PERSONS, aud: 'rolewright', sub: 's-1', use: 'login', iat: NOW, exp: NOW + 60 };
const using = (...issuers: object[]) => {
  world.verifier = world.server.verifier(issuers);
};
const callerOf = async (over: Claims) => verified(world, await sign({ ...claims, ...over }, world.person));

describe('a token fits exactly one entry', () => {
  test('by what the issuer says, in whatever order the entries are', async () => {
    const entries = [
      { ...people, match: { idtyp: 'user' } },
      { ...bots, match: { idtyp: ['app', 'job'] } },
    ];
    for (const order of [entries, entries.toReversed()]) {
      using(...order);
      expect(await callerOf({ idtyp: 'user' })).toMatchObject({ principal: { kind: 'person', id: 's-1' } });
      expect(await callerOf({ idtyp: 'job' })).toMatchObject({ principal: { kind: 'service', id: 's-1' } });
    }
  });

  test.each<[string, Claims]>([
    ['without the claim', {}],
    ['with another value', { idtyp: 'device' }],
    ['with both values', { idtyp: ['user', 'app'] }],
    ['with the value in a list', { idtyp: ['user'] }],
    ['with the value in other case', { idtyp: 'User' }],
  ])('and is refused where it fits none: %s', async (_, over) => {
    using({ ...people, match: { idtyp: 'user' } }, { ...bots, match: { idtyp: 'app' } });
    await expectRefused(world, await sign({ ...claims, ...over }, world.person));
    expect(await callerOf(over)).toMatch(/fits no entry of issuers/);
    using({ ...people, match: { idtyp: 'user' } });
    await expectRefused(world, await sign({ ...claims, ...over }, world.person));
  });

  test('and is refused where it fits several, by its audiences', async () => {
    for (const order of [0, 1]) {
      const entries = [people, { ...bots, audience: 'rolewright-jobs' }];
      using(...(order ? entries.toReversed() : entries));
      expect(await callerOf({ aud: ['rolewright', 'rolewright-jobs'] })).toMatch(/more than one entry/);
      expect(await callerOf({ aud: ['rolewright-jobs', 'x'] })).toMatchObject({
        principal: { kind: 'service' },
      });
    }
  });

  test('and an entry that refuses it hands it on to no other', async () => {
    using({ ...people, match: { idtyp: 'user' } }, { ...bots, match: { idtyp: 'app' } });
    expect(await callerOf({ idtyp: 'user', use: 'other' })).toMatch(/use is not what/);
    expect(await callerOf({ idtyp: 'user', gty: 'client-credentials' })).toMatch(/application/);
  });

  test('which may be found by the application, where tokens have no audience', async () => {
    using({ ...bots, audience: undefined, clientId: '6jk' }, people);
    const byClient = { aud: undefined, client_id: '6jk' };
    expect(await callerOf(byClient)).toMatchObject({ principal: { kind: 'service' } });
    for (const over of [{ client_id: '6j' }, { client_id: undefined }, { client_id: ['6jk'] }, { aud: 'x' }])
      expect(await callerOf({ ...byClient, ...over })).toMatch(/fits no entry/);
    expect(await callerOf({ client_id: '6jk' })).toMatchObject({ principal: { kind: 'person' } });
  });

  test('and its keys are fetched once for all entries of one location', async () => {
    using({ ...people, match: { idtyp: 'user' } }, { ...bots, match: { idtyp: 'app' } });
    await callerOf({ idtyp: 'user' });
    await callerOf({ idtyp: 'app' });
    await callerOf({ idtyp: 'none' });
    expect(world.server.fetches).toEqual([PERSONS]);
  });
});

describe('a token that names a claim twice is refused', () => {
  const signed = (payload: string) =>
    new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: 'RS256', kid: world.person.kid })
      .sign(world.person.privateKey);
  const text = JSON.stringify(personClaims);

  test.each<[string, string]>([
    ['groups', `{"groups":["approvers"],${text.slice(1)}`],
    ['the same value', `${text.slice(0, -1)},"iss":"${PERSONS}"}`],
    ['in other letters', `{"gr\\u006fups":["approvers"],${text.slice(1)}`],
    ['inside of another claim', `{"a":[{"b":{"c":1 , "c" :2}}],${text.slice(1)}`],
  ])('%s', async (_, payload) => {
    await expectRefused(world, await signed(payload));
    expect(await verified(world, await signed(payload))).toMatch(/more than once/);
  });

  test.each(['{"a":{"b":1},"b":[{"b":1},{"b":"b"}],"c":"\\"a\\":{","d":["a","a"],', '{"":1,'])(
    'and not one whose text only looks so: %s',
    async (start) => {
      expect(await verified(world, await signed(`${start}${text.slice(1)}`))).toHaveProperty('principal');
    },
  );
});

test.each([7, true, [], ['JWT'], {}, null])('a token of type %j is refused', async (typ) => {
  await expectRefused(world, await sign(personClaims, world.person, { typ }));
});
