import { beforeEach, describe, expect, test } from '@jest/globals';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { DENY_ALL, FakeIam } from '../../../../support/domain/fakes/iam.ts';
import {
  codeOf,
  configurationContent,
  configurationOf,
  present,
  SHOP_PROJECT,
  successOf,
} from '../../../../support/domain/samples.ts';
import { asGrantId } from '../../../../support/identifiers.ts';

const SPOKE = '444455556666';
const project = { workspace: 'acme', ...SHOP_PROJECT };
const content = configurationContent();
const configuration = (over: object = {}) =>
  configurationOf({
    ...content,
    accounts: [
      ...content.accounts,
      {
        alias: 'staging',
        id: SPOKE,
        region: 'eu-west-1',
        boundaryPolicy: 'rolewright-boundary',
        provisionerRole: `arn:aws:iam::${SPOKE}:role/rolewright-spoke`,
        externalId: 'external',
      },
    ],
    projects: [{ ...project, accounts: ['default', 'staging'] }],
    ownership: [{ project, accounts: ['default', 'staging'], owns: { any: ['shop-*'] } }],
    ...over,
  });

let world: World;
let spoke: FakeIam;
beforeEach(() => {
  world = new World();
  world.configuration = configuration();
  spoke = new FakeIam(world.clock, world.journal, SPOKE);
  world.accountIam.set(SPOKE, spoke);
});

const granted = async (account: string) => {
  const answer = successOf(await world.request({ account }));
  if (!('grant' in answer)) throw new Error('nothing was granted');
  return answer.grant;
};

describe('an account', () => {
  test('has roles and identity providers of its own', async () => {
    const there = await granted('staging');
    expect([world.iam.roles.size, spoke.roles.size]).toEqual([0, 1]);
    expect([...spoke.providers.keys()]).toEqual([expect.stringContaining(`:iam::${SPOKE}:oidc-provider/`)]);
    const here = await granted('default');
    expect(here.id).not.toBe(there.id);
    expect([world.iam.roles.size, spoke.roles.size, world.iam.providers.size]).toEqual([1, 1, 1]);
    expect(there.request.intent.roleName).not.toBe(here.request.intent.roleName);
  });

  test('has a role quota of its own', async () => {
    world.iam.quota = { roles: 800, quota: 1000 };
    expect(codeOf(await world.request({ account: 'default' }))).toBe('QUOTA_EXCEEDED');
    expect((await granted('staging')).state).toBe('active');
    world.iam.quota = { roles: 0, quota: 1000 };
    spoke.quota = { roles: 800, quota: 1000 };
    expect(codeOf(await world.request({ account: 'staging', name: 'second' }))).toBe('QUOTA_EXCEEDED');
    expect((await granted('default')).state).toBe('active');
  });

  test('that is closed between request and provisioning gets no role: the provisioner decides it again', async () => {
    const open = world.configuration;
    const asking = world.requestPorts;
    const provision = world.provision.bind(world);
    world.provision = (grantId) => {
      world.configuration = configuration({ projects: [] });
      return provision(grantId);
    };
    expect(asking.configuration).toBe(open);
    expect(codeOf(await world.request({ account: 'staging' }))).toBe('DENIED');
    expect([world.iam.roles.size, spoke.roles.size]).toEqual([0, 0]);
  });

  test('that is closed later lets its grants be revoked and not changed', async () => {
    const grant = await granted('staging');
    world.configuration = configuration({ projects: [] });
    expect(codeOf(await world.request({ account: 'staging', parameters: { bucket: 'shop-other' } }))).toBe(
      'DENIED',
    );
    expect(world.denials.at(-1)).toMatchObject({ action: 'request', rule: 'account-not-open' });
    expect(successOf(await world.revoke(grant.id)).grant.state).toBe('revoked');
    expect(spoke.roles.size).toBe(0);
  });

  test('that is no longer configured leaves its grants in revoking, and touches no other account', async () => {
    const grant = await granted('staging');
    await granted('default');
    world.configuration = configurationOf({ ...content });
    const answer = successOf(await world.revoke(grant.id));
    expect(answer.grant.state).toBe('revoking');
    expect([world.iam.roles.size, spoke.roles.size]).toEqual([1, 1]);
    world.configuration = configuration();
    expect(successOf(await world.revoke(grant.id)).grant.state).toBe('revoked');
  });
});

test('the role of a grant of which nothing can be read any more is looked for in every account', async () => {
  const grant = await granted('staging');
  const grantId = asGrantId(grant.id);
  const texts = present(world.log.streams.get(grantId));
  world.log.streams.set(
    grantId,
    texts.map((text) => text.slice(5)),
  );
  expect(successOf(await world.revokeAny(grantId))).toMatchObject({ revocation: { state: 'closed' } });
  expect(present(spoke.role(grant.request.intent.roleName)).boundaryArn).toBe(DENY_ALL);
});
