import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { excessScopes } from '../../../adapters/bitbucket/scopes.ts';
import { seededCredentials, seededVariables } from '../../../sandbox/bitbucket/credentials/credential.ts';
import { acme } from '../../support/adapters/bitbucket.ts';
import {
  type CredentialWorld,
  credentialWorld,
  globex,
  SEED,
} from '../../support/credentials/credential-world.ts';

let world: CredentialWorld;
beforeEach(async () => {
  world = await credentialWorld();
});
afterEach(() => world.close());

const kinds = ['accessToken', 'oauthConsumer', 'apiToken'] as const;
const writing = {
  accessToken: ['repository', 'pipeline:write'],
  oauthConsumer: ['repository', 'account:write'],
  apiToken: ['read:repository:bitbucket', 'admin:pipeline:bitbucket'],
};

describe('the start of a credential is its first use in an instance of a function', () => {
  test.each(kinds)(
    '%s that may write is refused there, at every cold start, and shows nothing',
    async (kind) => {
      world.source.store('acme', await world.make({ workspace: 'acme', kind, scopes: writing[kind] }));
      for (let coldStart = 1; coldStart <= 2; coldStart += 1) {
        const bitbucket = world.open();
        for (const look of [
          () => bitbucket.findRepository(acme, 'shop'),
          () => bitbucket.isWorkspaceReadable(acme),
          () => bitbucket.findRepository(acme, SEED.shop),
        ]) {
          await expect(look()).rejects.toMatchObject({
            code: 'DENIED',
            message: expect.stringMatching(/workspace acme is refused.*(write|admin)/),
          });
        }
      }
    },
  );

  test('in a list each is refused where it is asked first: none is used before its scopes are known', async () => {
    const part = await world.make({ workspace: 'acme', kind: 'accessToken', project: 'WEB' });
    const wide = await world.make({ workspace: 'acme', kind: 'accessToken', scopes: writing.accessToken });
    world.source.store('acme', [part, wide]);
    const bitbucket = world.open();
    expect(await bitbucket.findRepository(acme, 'api')).toMatchObject({ slug: 'api' });
    await expect(bitbucket.findRepository(acme, 'shop')).rejects.toThrow('is refused');
    await expect(bitbucket.findRepository(acme, 'none')).rejects.toThrow('is refused');
  });

  test('and costs no call: what the first call answers says the scopes', async () => {
    await world.open().findRepository(acme, 'shop');
    expect(await world.calls()).toHaveLength(1);
    await world.open().findRepository(globex, 'other');
    expect((await world.calls()).map((call) => call.split(' ')[0])).toEqual(['POST', 'GET']);
  });

  test('and the local stack gives its functions none that writes', () => {
    const workspaces = [acme, globex];
    const variables = seededVariables(workspaces);
    const given = (variable: keyof typeof variables) =>
      seededCredentials(workspaces).filter(({ secret }) => variables[variable].includes(`"${secret}"`));
    expect(given('BITBUCKET_CREDENTIALS')).toHaveLength(2);
    for (const { scopes } of given('BITBUCKET_CREDENTIALS'))
      expect(excessScopes(scopes, 'reading')).toEqual([]);
    expect(given('BITBUCKET_ADMIN_CREDENTIALS')).toHaveLength(2);
    for (const { scopes } of given('BITBUCKET_ADMIN_CREDENTIALS'))
      expect(excessScopes(scopes, 'admins')).toEqual([]);
  });
});
