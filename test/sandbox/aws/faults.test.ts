import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ACCOUNT,
  AUDIENCE,
  allow,
  ISSUER,
  PROVIDER_ARN,
  policy,
  refusal,
  startWorld,
  type TestWorld,
  TRUST,
  TRUST_POLICY,
} from './world.ts';

const RoleName = 'shop';

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const create = () =>
  world.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST_POLICY }));
const createProvider = () =>
  world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE] }));
const get = async () => (await world.iam.send(new GetRoleCommand({ RoleName }))).Role;
const remove = () => world.iam.send(new DeleteRoleCommand({ RoleName }));
const putPolicy = () =>
  world.iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: policy(allow('s3:*', '*')) }),
  );
const putTrust = (effect: string) =>
  world.iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: policy({ ...TRUST, Effect: effect }) }),
  );
const identity = () => world.sts.send(new GetCallerIdentityCommand({}));
const assume = async () =>
  world.sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}`,
      RoleSessionName: 'build',
      WebIdentityToken: await world.issuer.token(),
    }),
  );

describe('a fault', () => {
  test.each([
    ['throttle', /^400 Throttling: Rate exceeded/],
    ['error', /^500 ServiceFailure: /],
    ['forbid', /^403 AccessDenied: /],
    ['drop', /^no answer /],
  ] as const)('of %s does nothing and is used up', async (effect, message) => {
    await world.arm({ match: 'CreateRole', effect });
    expect(await refusal(create())).toMatch(message);
    expect(await refusal(get())).toMatch(/^404 NoSuchEntity/);
    expect(await refusal(create())).toBe('accepted');
  });

  test('of STS has STS’s code for an error', async () => {
    await world.arm({ match: 'GetCallerIdentity', effect: 'error' });
    expect(await refusal(identity())).toMatch(/^500 InternalFailure: /);
    expect(await refusal(identity())).toBe('accepted');
  });

  test('of a lost reply does what was asked and closes the connection', async () => {
    await world.arm({ match: 'CreateRole', effect: 'lostReply' });
    expect(await refusal(create())).toMatch(/^no answer /);
    expect(await refusal(create())).toMatch(/^409 EntityAlreadyExists/);
  });

  test('of a delay acts later', async () => {
    await world.arm({ match: 'CreateRole', effect: 'delay', delayMs: 1 });
    expect(await refusal(create())).toBe('accepted');
  });

  test('happens as often as asked, to the action that it names', async () => {
    await world.arm({ match: 'GetRole', effect: 'throttle', times: 2 });
    expect(await refusal(create())).toBe('accepted');
    for (const _ of [1, 2]) expect(await refusal(get())).toMatch(/^400 Throttling/);
    expect(await refusal(get())).toBe('accepted');
  });

  test('for * happens to any action', async () => {
    await world.arm({ match: '*', effect: 'throttle', times: 2 });
    expect(await refusal(create())).toMatch(/^400 Throttling/);
    expect(await refusal(identity())).toMatch(/^400 Throttling/);
  });

  test('is cleared with all others', async () => {
    await world.arm({ match: '*', effect: 'throttle', times: 9 });
    expect((await world.json('DELETE', '/sandbox/faults')).status).toBe(200);
    expect(await refusal(create())).toBe('accepted');
  });

  test('is armed only when it is well-formed', async () => {
    const arm = (body: unknown) => world.json('POST', '/sandbox/faults', body);
    expect(await arm({ match: 'GetRole', effect: 'delay' })).toEqual({ status: 200, body: { armed: true } });
    for (const body of [
      {},
      { match: 'GetRole', effect: 'explode' },
      { match: '', effect: 'drop' },
      'no json',
    ]) {
      const answer = await arm(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({ errors: expect.arrayContaining([expect.any(String)]) });
    }
  });
});

describe('propagation', () => {
  const slowly = (match: string) => world.arm({ match, effect: 'propagation', delayMs: 5000 });
  const wait = () => {
    world.clock.now += 5000;
  };

  test('hides a new role from reads and from writes to it, but not from its next creation', async () => {
    await slowly('CreateRole');
    expect(await refusal(create())).toBe('accepted');
    world.clock.now += 4999;
    expect(await refusal(get())).toMatch(/^404 NoSuchEntity/);
    expect(await refusal(putPolicy())).toMatch(/^404 NoSuchEntity/);
    expect(await refusal(remove())).toMatch(/^404 NoSuchEntity/);
    expect((await world.iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    expect(await refusal(create())).toMatch(/^409 EntityAlreadyExists/);
    world.clock.now += 1;
    expect(await refusal(get())).toBe('accepted');
    expect(await refusal(putPolicy())).toBe('accepted');
  });

  test('keeps STS on the old trust policy', async () => {
    await createProvider();
    await create();
    await slowly('UpdateAssumeRolePolicy');
    await putTrust('Deny');
    expect(await refusal(assume())).toBe('accepted');
    wait();
    expect(await refusal(assume())).toMatch(/^403 AccessDenied/);
  });

  test('lets a deleted role be read for a while, and created again', async () => {
    await create();
    const first = (await get())?.RoleId;
    await slowly('DeleteRole');
    await remove();
    expect((await get())?.RoleId).toBe(first);
    expect(await refusal(remove())).toMatch(/^404 NoSuchEntity/);
    expect(await refusal(create())).toBe('accepted');
    expect(await refusal(putPolicy())).toMatch(/^404 NoSuchEntity/);
    wait();
    expect((await get())?.RoleId).not.toBe(first);
    expect(await refusal(putPolicy())).toBe('accepted');
  });

  test('shows the writes to one role in their order', async () => {
    await create();
    await slowly('PutRolePolicy');
    await putPolicy();
    await putTrust('Deny');
    expect(decodeURIComponent((await get())?.AssumeRolePolicyDocument ?? '')).toBe(TRUST_POLICY);
    wait();
    expect(decodeURIComponent((await get())?.AssumeRolePolicyDocument ?? '')).toContain('Deny');
    expect(await refusal(remove())).toMatch(/^409 DeleteConflict/);
  });

  test('hides a new provider', async () => {
    await create();
    await slowly('CreateOpenIDConnectProvider');
    await createProvider();
    const read = () =>
      world.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN }));
    expect(await refusal(read())).toMatch(/^404 NoSuchEntity/);
    expect(await refusal(createProvider())).toMatch(/^409 EntityAlreadyExists/);
    expect(await refusal(assume())).toMatch(/^400 InvalidIdentityToken/);
    wait();
    expect(await refusal(read())).toBe('accepted');
    expect(await refusal(assume())).toBe('accepted');
  });

  test('goes on over a restart', async () => {
    await slowly('CreateRole');
    await create();
    await world.restart();
    expect(await refusal(get())).toMatch(/^404 NoSuchEntity/);
    wait();
    expect(await refusal(get())).toBe('accepted');
  });
});
