import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { pipelineOf, World } from '../../../../support/domain/fakes/fakes.ts';
import { codeOf, GRANT_ID, problemOf, shop, successOf } from '../../../../support/domain/samples.ts';
import { listAll } from '../../../../support/stores/listed.ts';

const PROVIDER =
  'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const state = async () => (await listAll(world.requestPorts.grants))[0]?.state;
const countOf = async (type: string) => (await world.eventTypes()).filter((t) => t === type).length;

describe('the identity provider', () => {
  test('is created for the workspace with its audience, tagged ours', async () => {
    await world.request();
    expect(world.iam.providers.get(PROVIDER)).toMatchObject({
      clientIds: [AUDIENCE],
      tags: { 'rolewright:grant': GRANT_ID },
    });
  });

  test('that is there is used and never altered', async () => {
    const theirs = { clientIds: ['sts.amazonaws.com', AUDIENCE], tags: {} };
    world.iam.providers.set(PROVIDER, theirs);
    expect(successOf(await world.request()).outcome).toBe('created');
    expect(world.iam.providers.get(PROVIDER)).toEqual({
      clientIds: ['sts.amazonaws.com', AUDIENCE],
      tags: {},
    });
    expect(world.iamWrites()).not.toContain('createProvider');
  });

  test('without the audience is PROVIDER_UNUSABLE with the command to run, and stays as it is', async () => {
    world.iam.providers.set(PROVIDER, { clientIds: ['sts.amazonaws.com'], tags: {} });
    const problem = problemOf(await world.request());
    expect(problem.code).toBe('PROVIDER_UNUSABLE');
    expect(problem.detail).toContain(
      `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${PROVIDER} --client-id ${AUDIENCE}`,
    );
    expect(world.iam.providers.get(PROVIDER)?.clientIds).toEqual(['sts.amazonaws.com']);
    expect([world.iamWrites(), await state()]).toEqual([[], 'failed']);
  });

  describe('that somebody deleted, perhaps to end all access', () => {
    beforeEach(async () => {
      await world.request();
      world.clock.advance(120_000);
      world.iam.providers.clear();
    });
    const another = () => world.request({ name: 'another' }, pipelineOf(shop));

    test('is not made again by a new grant while another role of the repository trusts it', async () => {
      const problem = problemOf(await another());
      expect([problem.code, problem.detail.includes(GRANT_ID)]).toEqual(['PROVIDER_UNUSABLE', true]);
      expect([world.iam.providers.size, world.iam.roles.size]).toEqual([0, 1]);
    });

    test('is made again once that role is closed: a new one opens nothing then', async () => {
      await world.invoke();
      expect((await world.grantNow()).state).toBe('frozen');
      expect(successOf(await another()).outcome).toBe('created');
    });
  });

  test('that IAM does not show yet fails no second grant', async () => {
    await world.request();
    world.iam.providers.clear();
    expect(successOf(await world.request({ name: 'another' })).outcome).toBe('created');
  });

  test('that Bitbucket has no discovery for is OIDC_NOT_ENABLED; asked again once it has, it works', async () => {
    world.bitbucket.oidcWorkspaces.clear();
    const problem = problemOf(await world.request());
    expect([problem.code, world.iamWrites(), await state()]).toEqual(['OIDC_NOT_ENABLED', [], 'failed']);
    expect(problem.detail).toContain('oidc: true');
    world.bitbucket.oidcWorkspaces.add('acme');
    expect(successOf(await world.request()).outcome).toBe('created');
  });

  test('that somebody else creates at the same moment is used if it accepts the audience', async () => {
    const theirs = { clientIds: ['sts.amazonaws.com'], tags: {} };
    world.iam.fault('findProvider', {
      effect: 'meanwhile',
      act: () => world.iam.providers.set(PROVIDER, theirs),
    });
    expect(codeOf(await world.request())).toBe('PROVIDER_UNUSABLE');
    expect(world.iam.roles.size).toBe(0);
  });

  test.each(['lostReply', 'dieAfter', 'dieBefore', 'unavailable'] as const)(
    'is there once, and told once, after its creation met: %s',
    async (effect) => {
      world.iam.fault('createProvider', { effect });
      expect(successOf(await world.request()).outcome).toBe('accepted');
      await world.resume();
      expect(await state()).toBe('active');
      expect(world.iam.providers.size).toBe(1);
      expect(await countOf('ProviderCreated')).toBe(1);
    },
  );
});
