import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exportSPKI, SignJWT } from 'jose';
import {
  ACME,
  GLOBEX,
  globexUuid,
  NOW,
  newKeys,
  PERSONS,
  personClaims,
  serviceClaims,
  sign,
  stepClaims,
} from '../../support/adapters/issuers.ts';
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

describe('a token is refused', () => {
  const encode = (part: object | string) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

  test('without a signature, whatever it calls that', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      for (const signature of ['', 'e30']) {
        await expectRefused(
          world,
          `${encode({ alg, kid: world.person.kid })}.${encode(personClaims)}.${signature}`,
        );
      }
    }
    const [header, payload] = (await sign(personClaims, world.person)).split('.');
    await expectRefused(world, `${header}.${payload}.`);
  });

  test('signed with the public key as if it were a shared secret', async () => {
    const secret = new TextEncoder().encode(await exportSPKI(world.person.publicKey));
    const header = { alg: 'HS256', kid: world.person.kid };
    await expectRefused(world, await new SignJWT(personClaims).setProtectedHeader(header).sign(secret));
  });

  test('signed with an algorithm that its issuer does not use', async () => {
    const other = await newKeys('ES256', 'other-algorithm');
    world.server.published.set(PERSONS, [world.person.jwk, other.jwk]);
    await expectRefused(world, await sign(personClaims, other));
  });

  test('signed with a foreign key, under a foreign or a known key id', async () => {
    for (const kid of ['nobody', world.person.kid]) {
      await expectRefused(world, await sign(personClaims, { ...world.acme, kid }));
      await expectRefused(world, await sign(stepClaims, { ...world.person, kid }));
    }
  });

  test("signed with another issuer's own key, which speaks only for that issuer", async () => {
    await expectRefused(world, await sign({ ...serviceClaims, iss: PERSONS }, world.service));
    await expectRefused(world, await sign({ ...stepClaims, iss: GLOBEX }, world.globex));
    await expectRefused(world, await sign(stepClaims, world.globex));
    await expectRefused(world, await sign({ ...stepClaims, workspaceUuid: globexUuid }, world.acme));
  });

  test('of an issuer that nobody configured, or of none', async () => {
    for (const iss of [
      `${PERSONS}/`,
      `${ACME}/`,
      PERSONS.toUpperCase(),
      'https://evil.example',
      '',
      undefined,
    ]) {
      await expectRefused(world, await sign({ ...personClaims, iss }, world.person));
    }
    expect(await verified(world, await sign(personClaims, world.person))).toMatchObject({
      groups: ['platform'],
    });
  });

  test('altered in any part', async () => {
    const parts = (await sign(personClaims, world.person)).split('.');
    const [header = '', payload = '', signature = ''] = parts;
    const other = encode({ ...personClaims, email: 'mallory@acme.example' });
    await expectRefused(world, [header, other, signature].join('.'));
    await expectRefused(world, [header, payload, signature.slice(0, -8)].join('.'));
    await expectRefused(world, [encode({ alg: 'RS256' }), payload, signature].join('.'));
  });

  test('meant for somebody else', async () => {
    for (const aud of ['other', ['other'], 'Rolewright', 'rolewright ', [], '', undefined]) {
      await expectRefused(world, await sign({ ...personClaims, aud }, world.person));
      await expectRefused(world, await sign({ ...serviceClaims, aud }, world.service));
    }
  });

  test('that has expired, with 30 seconds for clocks that differ', async () => {
    for (const [claims, keys] of [
      [personClaims, world.person],
      [stepClaims, world.acme],
    ] as const) {
      await expectRefused(world, await sign({ ...claims, exp: NOW - 30 }, keys));
      expect(await verified(world, await sign({ ...claims, exp: NOW - 29 }, keys))).toHaveProperty(
        'principal',
      );
    }
  });

  test('that is not yet valid, with 30 seconds for clocks that differ', async () => {
    await expectRefused(world, await sign({ ...personClaims, nbf: NOW + 31 }, world.person));
    expect(
      await verified(world, await sign({ ...personClaims, nbf: NOW + 30 }, world.person)),
    ).toHaveProperty('principal');
  });

  test('that never expires, or whose times are no numbers', async () => {
    for (const exp of [undefined, null, '2026-12-01', `${NOW + 60}`]) {
      await expectRefused(world, await sign({ ...personClaims, exp }, world.person));
      await expectRefused(world, await sign({ ...stepClaims, exp }, world.acme));
    }
  });

  test('that is huge, before anything is fetched for it', async () => {
    const huge = await sign({ ...personClaims, filler: 'x'.repeat(8192) }, world.person);
    world.server.fetches.length = 0;
    await expectRefused(world, huge);
    expect(world.server.fetches).toEqual([]);
  });

  test('that is garbage, before anything is fetched for it', async () => {
    const good = await sign(personClaims, world.person);
    const [header = '', payload = '', signature = ''] = good.split('.');
    world.server.fetches.length = 0;
    for (const token of [
      '',
      '.',
      '..',
      '...',
      'a.b.c',
      `${good}.${signature}`,
      `${good}.`,
      `${header}.${payload}`,
      `${header}.${encode('[]')}.${signature}`,
      `${header}.${encode('null')}.${signature}`,
      `${header}.${encode('{"iss":')}.${signature}`,
      `Bearer ${'x'.repeat(100)}`,
      '\u0000\uffff💥',
      'x'.repeat(8192),
    ]) {
      await expectRefused(world, token);
    }
    expect(world.server.fetches).toEqual([]);
  });

  test('that asks for rules of its own', async () => {
    for (const header of [
      { crit: ['exp'], exp: 1 },
      { b64: false, crit: ['b64'] },
    ]) {
      const [, payload, signature] = (await sign(personClaims, world.person)).split('.');
      const forged = encode({ alg: 'RS256', kid: world.person.kid, ...header });
      await expectRefused(world, `${forged}.${payload}.${signature}`);
    }
  });

  test('of a person whose email nobody verified, or who has none', async () => {
    for (const claims of [
      { email_verified: false },
      { email_verified: 'true' },
      { email_verified: undefined },
      { email: undefined },
      { email: '' },
      { email: ['ada@acme.example'] },
      { email: `${'a'.repeat(260)}@acme.example` },
    ]) {
      await expectRefused(world, await sign({ ...personClaims, ...claims }, world.person));
    }
  });

  test('whose groups are no list of names', async () => {
    for (const groups of ['platform', { platform: true }, [1], [['platform']], 7, ['platform', '\ud800']]) {
      await expectRefused(world, await sign({ ...personClaims, groups }, world.person));
    }
  });

  test('that is signed for another purpose than access or sign-in', async () => {
    for (const typ of ['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'application/dpop+jwt', 'x', '', 'JWT ']) {
      await expectRefused(world, await sign(personClaims, world.person, { typ }));
    }
    for (const typ of [undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt', 'AT+JWT']) {
      const token = await sign(personClaims, world.person, typ ? { typ } : {});
      expect(await verified(world, token)).toHaveProperty('principal');
    }
  });

  test('that says so in its claims only', async () => {
    const logout = { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } };
    for (const claims of [
      logout,
      { events: null },
      { typ: 'Refresh' },
      { typ: 'offline' },
      { typ: 'Logout' },
    ]) {
      for (const header of [{}, { typ: 'JWT' }])
        await expectRefused(world, await sign({ ...personClaims, ...claims }, world.person, header));
    }
    for (const typ of ['Bearer', 'ID', 'JWT'])
      expect(await verified(world, await sign({ ...personClaims, typ }, world.person))).toHaveProperty(
        'principal',
      );
  });

  test('that is issued in the future beyond half a minute, also a step’s', async () => {
    for (const [claims, keys] of [
      [personClaims, world.person],
      [serviceClaims, world.service],
      [stepClaims, world.acme],
    ] as const) {
      await expectRefused(world, await sign({ ...claims, iat: NOW + 31 }, keys));
      expect(await verified(world, await sign({ ...claims, iat: NOW + 29 }, keys))).toHaveProperty(
        'principal',
      );
    }
  });

  test('that lives longer than its issuer’s tokens may', async () => {
    const day = { exp: NOW + 86_400 };
    expect(await verified(world, await sign({ ...personClaims, ...day }, world.person))).toHaveProperty(
      'principal',
    );
    await expectRefused(world, await sign({ ...personClaims, exp: NOW + 86_401 }, world.person));
    await expectRefused(world, await sign({ ...serviceClaims, exp: NOW + 86_401 }, world.service));
  });
});

describe('of the origin of a token, whatever it is,', () => {
  const known = [PERSONS, 'https://services.acme.example', ACME, GLOBEX];
  const originOf = (token: string) => world.verifier.originOf(token);

  test('the log gets its issuer and those that are known, and no other claim', async () => {
    const issuer = `${PERSONS}/`;
    const token = await sign({ ...personClaims, iss: issuer, email: 'ada@acme.example' }, world.person);
    expect(originOf(token)).toEqual({ issuer, known });
    expect(await verified(world, token)).toMatch(/not come from a trusted issuer.*"instance"/);
  });

  test.each<[string, unknown]>([
    ['absent', undefined],
    ['a list', [PERSONS]],
    ['an object', { iss: PERSONS }],
    ['a number', 7],
  ])('an issuer that is %s is none', async (_, iss) => {
    expect(originOf(await sign({ ...personClaims, iss }, world.person)).issuer).toBe(undefined);
  });

  test('an issuer is shown on one line, and cut', async () => {
    const iss = `https://x\n\u202e${'y'.repeat(500)}`;
    const { issuer = '' } = originOf(await sign({ ...personClaims, iss }, world.person));
    expect(issuer).toMatch(/^https:\/\/x\\u\{a\}\\u\{202e\}y+$/);
    expect(issuer.length).toBe(200);
  });

  test.each(['', 'x', 'a.b.c', 'x'.repeat(9000)])('text that is no token has none: %#', (text) => {
    expect(originOf(text)).toEqual({ issuer: undefined, known });
  });

  test('a token that is too long is refused with what makes it so', async () => {
    const groups = Array.from({ length: 200 }, (_, n) => `2f1a6b3c-0b0e-4d5f-9a57-0c7d1c1f${1000 + n}`);
    const token = await sign({ ...personClaims, groups }, world.person);
    expect(token.length).toBeGreaterThan(8192);
    expect(await verified(world, token)).toMatch(/longer than 8192 characters.*groups/);
  });
});
