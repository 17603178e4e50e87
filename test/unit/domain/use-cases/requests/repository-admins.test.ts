import { beforeEach, describe, expect, test } from '@jest/globals';
import { noRepositoryAdmins, repositoryAdmins } from '../../../../../domain/access/repository-admins.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import type { Caller } from '../../../../../domain/shared/principal.ts';
import { listGrants } from '../../../../../domain/use-cases/reading/list-grants.ts';
import { readableGrant } from '../../../../../domain/use-cases/reading/read-grants.ts';
import { requestGrant } from '../../../../../domain/use-cases/requests/request-grant.ts';
import { revokeGrant } from '../../../../../domain/use-cases/requests/revoke-grant.ts';
import { grantRequest, pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import {
  codeOf,
  configurationContent,
  configurationOf,
  GRANT_ID,
  problemOf,
  shop,
  successOf,
  web,
} from '../../../../support/domain/samples.ts';

const ACCOUNT = '{8a1d3f52-6c0e-4b7a-9f25-0d4c7e61a001}';
const person = (id: string): Caller => ({ principal: { kind: 'person', id }, groups: [] });
const lin = person('lin@acme.example');
const unlinked = person('eve@acme.example');
const onShop = `${shop.uuid} ${ACCOUNT}`;

let world: World;
let isOn: boolean;

beforeEach(() => {
  world = new World();
  isOn = true;
  world.configuration = configurationOf({
    ...configurationContent(),
    people: [{ id: 'lin@acme.example', bitbucket: ACCOUNT }, { id: 'eve@acme.example' }],
  });
  world.bitbucket.repositoryAdmins.add(onShop);
});

const ports = () => ({
  ...world.requestPorts,
  admins: () => (isOn ? repositoryAdmins(world.configuration, world.bitbucket) : noRepositoryAdmins),
});
const context = (caller: Caller) => ({ caller, correlationId: 'request-1', entryPoint: 'http' as const });
const request = (caller: Caller, over = {}) =>
  requestGrant(ports(), grantRequest(over), { ...context(caller), dryRun: false });
const revoke = (caller: Caller) => revokeGrant(ports(), GRANT_ID, context(caller));
const lookUps = () => world.bitbucket.adminLookUps.splice(0);

describe('somebody with admin on the repository', () => {
  test('may request, read, list and revoke its grants, at one look-up for each request', async () => {
    expect(codeOf(await request(lin))).toBe('ok');
    expect(lookUps()).toEqual([onShop]);
    expect(codeOf(await readableGrant(ports(), GRANT_ID, lin))).toBe('ok');
    expect(lookUps()).toEqual([onShop]);
    const search = { filter: { repository: 'acme/shop' }, limit: 25 };
    expect((await listGrants(ports(), lin, search)).grants).toHaveLength(1);
    expect(lookUps()).toEqual([onShop]);
    expect(codeOf(await revoke(lin))).toBe('ok');
    expect(lookUps()).toEqual([onShop]);
  });

  test('sees in a list of everything only what the rules alone allow, and Bitbucket is not asked', async () => {
    successOf(await request(platform));
    expect((await listGrants(ports(), lin, { filter: {}, limit: 25 })).grants).toEqual([]);
    expect(lookUps()).toEqual([]);
  });

  test('is still bound by what holds whatever the rules say', async () => {
    world.redeploy((content) => Object.assign(content, { requestableBy: ['pipeline'] }));
    expect(problemOf(await request(lin)).detail).toContain('template-requestable-by');
    expect(lookUps()).toEqual([]);
  });

  test('is nobody in particular while it is switched off', async () => {
    isOn = false;
    expect(codeOf(await request(lin))).toBe('DENIED');
    successOf(await request(platform));
    expect(codeOf(await revoke(lin))).toBe('GRANT_NOT_FOUND');
    expect(lookUps()).toEqual([]);
  });
});

describe('somebody without admin on the repository', () => {
  beforeEach(() => world.bitbucket.repositoryAdmins.clear());

  test('is denied everything', async () => {
    expect(codeOf(await request(lin))).toBe('DENIED');
    successOf(await request(platform));
    expect(codeOf(await readableGrant(ports(), GRANT_ID, lin))).toBe('GRANT_NOT_FOUND');
    expect(codeOf(await revoke(lin))).toBe('GRANT_NOT_FOUND');
    expect(world.denials.map(({ rule }) => rule)).toEqual(['default-deny', 'default-deny', 'default-deny']);
  });

  test('is told the same of a repository that exists and of one that does not', async () => {
    const answers = await Promise.all(
      [{}, { repository: 'acme/none' }, { repository: 'none/none' }, { environment: 'Nowhere' }].map((over) =>
        request(lin, over),
      ),
    );
    const [first, ...others] = answers.map(problemOf);
    expect(first?.code).toBe('DENIED');
    for (const other of others) expect(other).toEqual(first);
  });

  test('does not become one by administering another', async () => {
    world.bitbucket.repositoryAdmins.add(`${web.uuid} ${ACCOUNT}`);
    expect(codeOf(await request(lin))).toBe('DENIED');
  });
});

describe('Bitbucket is not asked who administers', () => {
  test.each<[string, Caller, string]>([
    ['for people whom the rules allow', platform, 'ok'],
    ['for people whose account is not known', unlinked, 'DENIED'],
    ['for strangers', person('nobody@acme.example'), 'DENIED'],
    ['for pipelines', pipelineOf(shop), 'ok'],
    [
      'for a service that bears a person’s name',
      { principal: { kind: 'service', id: 'lin@acme.example' }, groups: [] },
      'DENIED',
    ],
  ])('%s', async (_, caller, code) => {
    expect(codeOf(await request(caller))).toBe(code);
    expect(lookUps()).toEqual([]);
  });
});

test('a look-up that fails refuses, whatever was asked', async () => {
  successOf(await request(platform));
  const failure = new PortError('Bitbucket', 'DENIED', 'Bitbucket refuses.');
  world.bitbucket.isRepositoryAdmin = () => Promise.reject(failure);
  await expect(request(lin, { name: 'other' })).rejects.toBe(failure);
  await expect(revoke(lin)).rejects.toBe(failure);
  await expect(readableGrant(ports(), GRANT_ID, lin)).rejects.toBe(failure);
  const search = { filter: { repository: 'acme/shop' }, limit: 25 };
  await expect(listGrants(ports(), lin, search)).rejects.toBe(failure);
  expect((await readableGrant(ports(), GRANT_ID, platform)).ok).toBe(true);
});
