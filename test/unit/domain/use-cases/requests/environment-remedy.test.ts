import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AccessRules } from '../../../../../domain/access/authorisation.ts';
import type { DeploymentEnvironment } from '../../../../../domain/bitbucket/repository.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import { requestGrant } from '../../../../../domain/use-cases/requests/request-grant.ts';
import { findEnvironmentFor } from '../../../../../domain/use-cases/resolve-target.ts';
import { grantRequest, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { codeOf, problemOf, production, shop } from '../../../../support/domain/samples.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

const detailOf = async (name: string): Promise<string> =>
  problemOf(await findEnvironmentFor(world.bitbucket, shop, { nameOrUuid: name, mayKnow: async () => true }))
    .detail;
const named = (...names: string[]): DeploymentEnvironment[] => names.map((name) => ({ ...production, name }));

describe('an environment that there is not is answered with', () => {
  test.each([
    ['the one that differs in case only', 'production', /Did you mean "Production"\?$/],
    ['the one that differs by a letter', 'Prodution', /Did you mean "Production"\?$/],
    ['those that there are', 'qa', /There are: "Staging", "Production"\.$/],
  ])('%s', async (_, name, words) => {
    expect(await detailOf(name)).toMatch(words);
  });

  test('both of a pair that differs in case only', async () => {
    world.bitbucket.environments.set(shop.uuid, named('Production', 'PRODUCTION', 'Staging'));
    expect(await detailOf('production')).toMatch(/Did you mean "Production" or "PRODUCTION"\?$/);
  });

  test('ten of many', async () => {
    const many = Array.from({ length: 12 }, (_, n) => `Environment number ${n}`);
    world.bitbucket.environments.set(shop.uuid, named(...many));
    expect(await detailOf('qa')).toMatch(/"Environment number 9", and more\.$/);
  });

  test.each([
    ['a UUID', '{00000000-0000-4000-8000-000000000000}', () => undefined],
    ['a repository without any', 'qa', () => world.bitbucket.environments.clear()],
    [
      'a Bitbucket that fails meanwhile',
      'qa',
      () => {
        world.bitbucket.environmentNames = () =>
          Promise.reject(new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket is down.'));
      },
    ],
  ])('no name for %s', async (_, name, prepare) => {
    prepare();
    expect(await detailOf(name)).toMatch(/of that name \(case-sensitive\) or UUID\.$/);
  });
});

test.each([
  ['empty', ''],
  ['longer than a key of an index may be', '€'.repeat(700)],
  ['a character too long', 'x'.repeat(256)],
])('an environment whose name is %s gets no grant: its row could not be written', async (_, name) => {
  world.bitbucket.environments.set(shop.uuid, named(name));
  const refusal = problemOf(await world.request({ environment: production.uuid }));
  expect(refusal).toMatchObject({
    code: 'ENVIRONMENT_NOT_FOUND',
    detail: expect.stringContaining('Give it another name'),
  });
  expect([world.log.streams.size, world.iamWrites()]).toEqual([0, []]);
  world.bitbucket.environments.set(shop.uuid, named('x'.repeat(255)));
  expect(codeOf(await world.request({ environment: production.uuid }))).toBe('ok');
});

test.each([
  [
    'names the environments to who may request for the repository',
    'request',
    /There are: "Staging", "Production"\.$/,
  ],
  ['names none to who may not', 'read', /of that name \(case-sensitive\) or UUID\.$/],
])('a request %s', async (_, may, words) => {
  const { access } = world.requestPorts;
  const decide: AccessRules['decide'] = ({ action }) => ({ allowed: action === may, rule: 'project' });
  const ports = { ...world.requestPorts, access: { ...access, decide } };
  const context = { caller: platform, correlationId: 'x', entryPoint: 'http' as const, dryRun: false };
  const refusal = problemOf(await requestGrant(ports, grantRequest({ environment: 'qa' }), context));
  expect(refusal).toMatchObject({ code: 'ENVIRONMENT_NOT_FOUND', detail: expect.stringMatching(words) });
});
