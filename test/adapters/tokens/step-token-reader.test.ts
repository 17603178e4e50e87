import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { stepTokenReader } from '../../../adapters/tokens/step-token-reader.ts';
import { issuerOf } from '../../../domain/bitbucket/oidc.ts';
import {
  ACME,
  acmeAudience,
  acmeUuid,
  NOW,
  PERSONS,
  personClaims,
  sign,
  stepClaims,
} from '../../support/adapters/issuers.ts';
import { startTokenWorld, type TokenWorld } from '../../support/adapters/token-world.ts';
import { asEpoch, asWorkspaceUuid } from '../../support/identifiers.ts';

let world: TokenWorld;
beforeAll(async () => {
  world = await startTokenWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.server.close());

const reader = () =>
  stepTokenReader(
    { workspaces: [{ slug: 'acme', uuid: asWorkspaceUuid(acmeUuid) }] },
    (slug) => `${world.server.url}/${encodeURIComponent(issuerOf(slug))}`,
    { now: () => asEpoch(NOW * 1000) },
  );
const claims = { ...stepClaims, aud: acmeAudience };

describe('a step token', () => {
  test('for AWS is read and its signature checked, whatever its audience and times', async () => {
    for (const change of [{}, { aud: ['a', 'b'] }, { exp: 1 }, { sub: undefined }]) {
      const token = await sign({ ...claims, ...change }, world.acme);
      expect(await reader().read(token)).toMatchObject({ kind: 'token', signature: 'valid' });
    }
    expect(await reader().read(await sign(claims, world.acme))).toMatchObject({ claims });
  });

  test.each<[string, () => Promise<string>]>([
    ['by somebody else', () => sign(claims, { ...world.globex, kid: world.acme.kid, algorithm: 'ES256' })],
    ['with a key that is not published', () => sign(claims, world.acme, { kid: 'other' })],
    ['by nobody', async () => `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims))}.`],
    [
      'and then altered',
      async () => {
        const [header, , signature] = (await sign(claims, world.acme)).split('.');
        return [header, btoa(JSON.stringify({ ...claims, sub: 'x' })).replaceAll('=', ''), signature].join(
          '.',
        );
      },
    ],
  ])('signed %s has an invalid signature', async (_how, token) => {
    expect(await reader().read(await token())).toMatchObject({ kind: 'token', signature: 'invalid' });
  });

  test('of an issuer that is not configured is read unchecked, and nothing is fetched', async () => {
    const foreign = { ...claims, iss: issuerOf('initech') };
    for (const token of [await sign(foreign, world.acme), await sign(personClaims, world.person)]) {
      expect(await reader().read(token)).toMatchObject({ kind: 'token', signature: 'unchecked' });
    }
    expect(personClaims.iss).toBe(PERSONS);
    expect(world.server.fetches).toEqual([]);
  });

  test('is read unchecked while the keys cannot be fetched', async () => {
    const token = await sign(claims, world.acme);
    for (const fault of [
      { status: 503, body: '' },
      { status: 200, body: 'not JSON' },
      { status: 200, body: '{"keys":7}' },
    ]) {
      world.server.fault = fault;
      expect(await reader().read(token)).toMatchObject({ kind: 'token', signature: 'unchecked' });
    }
    expect(world.server.fetches).toContain(ACME);
  });

  test.each([['BITBUCKET_STEP_OIDC_TOKEN'], ['a.b.c'], ['eyJ9'], ['..'], [`${btoa('{}')}.${btoa('[]')}.x`]])(
    'that is none is unreadable: %s',
    async (text) => {
      expect(await reader().read(text)).toEqual({ kind: 'unreadable' });
    },
  );
});
