import { AttachRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { awsIam, iamClient } from '../../../adapters/aws/iam.ts';
import { iamContract } from '../../contract/iam-contract.ts';
import { type AwsWorld, awsWorld, NOW, role } from '../../support/adapters/aws.ts';
import { forEachItem } from '../../support/adapters/batches.ts';
import { armFault, callsOf, useAwsEnvironment } from '../../support/adapters/environment.ts';
import { startScriptedServer } from '../../support/adapters/http-server.ts';
import { asEpoch } from '../../support/identifiers.ts';

const DENYING = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Deny', Action: '*', Resource: '*' },
});

iamContract('over the stand-in', async () => {
  const { iam, client, sandbox, within, close } = await awsWorld();
  return {
    iam,
    now: new Date(NOW).toISOString(),
    within,
    close,
    async addByHand(RoleName, { inline, attached }) {
      await forEachItem(inline, (PolicyName) =>
        client.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: DENYING })),
      );
      await forEachItem(attached, (PolicyArn) =>
        client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
      );
    },
    delayPropagation: () =>
      armFault(sandbox.url, { match: 'CreateRole', effect: 'propagation', delayMs: 60_000 }),
    // The SDK tries four times.
    breakCreateRole: (how) =>
      armFault(
        sandbox.url,
        how === 'refused'
          ? { match: 'CreateRole', effect: 'forbid' }
          : { match: 'CreateRole', effect: how, times: 4 },
      ),
  };
});

describe('the IAM adapter', () => {
  let world: AwsWorld;

  beforeEach(async () => {
    world = await awsWorld();
  });

  afterEach(() => world.close());

  const createRole = () => world.iam.createRole(role);

  test('a refusal of a document is not tried again, and one that is malformed says no more', async () => {
    await createRole();
    const [statement] = role.permissionsPolicy.Statement;
    if (!statement) throw new Error('the policy is empty');
    const put = (over: object) =>
      world.iam.putPermissionsPolicy(role.name, {
        ...role.permissionsPolicy,
        Statement: [{ ...statement, ...over }],
      });
    const Resource = Array.from({ length: 300 }, (_, n) => `arn:aws:s3:::shop-${n}-${'x'.repeat(30)}/*`);
    await expect(put({ Resource })).rejects.toMatchObject({ problemCode: 'POLICY_TOO_LARGE' });
    expect(world.attempts.filter(({ operation }) => operation === 'PutRolePolicy')).toHaveLength(1);
    const refused = { code: 'REJECTED', problemCode: undefined, certain: true };
    await expect(put({ Action: ['no action'] })).rejects.toMatchObject(refused);
  });

  test('a create whose first reply was lost finds its own role', async () => {
    await armFault(world.sandbox.url, { match: 'CreateRole', effect: 'lostReply' });
    expect(await world.iam.createRole(role)).toEqual({ outcome: 'exists' });
  });

  test('passing failures are tried again, each attempt by way of the one endpoint', async () => {
    await createRole();
    for (const effect of ['throttle', 'error', 'drop']) {
      world.attempts.length = 0;
      await armFault(world.sandbox.url, { match: 'GetRole', effect });
      expect(await world.iam.findRole(role.name)).toBeDefined();
      expect(world.attempts).toEqual([
        { system: 'IAM', operation: 'GetRole' },
        { system: 'IAM', operation: 'GetRole' },
      ]);
    }
  });

  test('a denial is not tried again', async () => {
    await armFault(world.sandbox.url, { match: 'GetRole', effect: 'forbid' });
    await expect(world.iam.findRole(role.name)).rejects.toMatchObject({ code: 'DENIED', certain: true });
    expect(world.attempts).toHaveLength(1);
  });

  test('what is too late is not sent', async () => {
    await expect(world.within(0).createRole(role)).rejects.toMatchObject({ certain: true });
    expect(await callsOf(world.sandbox.url)).toEqual([]);
  });

  test('a call that is not answered by the deadline is given up, its effect unknown', async () => {
    const silent = await startScriptedServer();
    silent.script({ stall: true, body: 'half an answer' });
    useAwsEnvironment({ iam: silent.url });
    const client = iamClient('us-east-1');
    const hasty = awsIam(client, { now: () => asEpoch(NOW), sleep: async () => {} }, asEpoch(NOW + 50));
    await expect(hasty.createRole(role)).rejects.toMatchObject({ code: 'UNAVAILABLE', certain: false });
    client.destroy();
    await silent.close();
  });
});
