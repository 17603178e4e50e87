import { GetRoleCommand, GetRolePolicyCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { describe, expect, test } from '@jest/globals';
import { routeProblems } from './routes.ts';
import { until } from './until.ts';
import type { DeployedWorld } from './world.ts';

type Grant = {
  id: string;
  state: string;
  role: { name: string; arn: string };
  plan?: { hash: string };
  trustPolicy: object;
  permissionsPolicy: object;
};

const BOUNDARY = 'arn:aws:iam::111122223333:policy/rolewright-boundary';
const site = (repository: string, bucket: string) => ({
  repository,
  template: 's3-static-site',
  parameters: { bucket },
});

const decoded = (document: string | undefined) => JSON.parse(decodeURIComponent(document ?? 'null'));

/** What the deployed stack does for its users, on any engine. */
export function mainJob(world: () => DeployedWorld): void {
  const ada = () => world().client.token('person', { email: 'ada@acme.example' });
  const grantsOf = async (repository: string): Promise<Grant[]> =>
    (await world().client.read(await ada(), `/v1/grants?repository=${repository}`)).body.items as Grant[];

  describe('the deployed stack', () => {
    test('answers each route by its own function', async () => {
      expect(await routeProblems(world().api)).toEqual([]);
    });

    test('makes a role with its boundary, path, tags and documents for a request, and the same one for a repeated one', async () => {
      const { client, sdk } = world();
      const first = await client.request(await ada(), site('acme/shop', 'shop-site'));
      expect([first.status, first.body]).toEqual([201, expect.objectContaining({ state: 'active' })]);
      const grant = first.body as unknown as Grant;
      const iam = new IAMClient(sdk);
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: grant.role.name }));
      expect(Role).toMatchObject({ Arn: grant.role.arn, Path: '/rolewright/' });
      expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(BOUNDARY);
      expect(Role?.Tags).toContainEqual({ Key: 'rolewright:grant', Value: grant.id });
      expect(decoded(Role?.AssumeRolePolicyDocument)).toEqual(grant.trustPolicy);
      const { RoleName = '' } = Role ?? {};
      const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'permissions' }));
      expect(decoded(policy.PolicyDocument)).toEqual(grant.permissionsPolicy);
      iam.destroy();
      const again = await client.request(await ada(), site('acme/shop', 'shop-site'));
      expect([again.status, again.body.id]).toEqual([200, grant.id]);
      expect((await grantsOf('acme/shop')).map(({ id }) => id)).toEqual([grant.id]);
    });

    test('refuses what is not owned, and who may not ask', async () => {
      const { client } = world();
      const step = await client.token('step', { repository: 'acme/shop', audiences: ['rolewright'] });
      const foreign = await client.request(step, site('acme/shop', 'web-site'));
      expect([foreign.status, foreign.body.code]).toEqual([403, 'NOT_OWNED']);
      const mallory = await client.token('person', { email: 'mallory@acme.example' });
      const denied = await client.request(mallory, site('acme/shop', 'shop-other'));
      expect([denied.status, denied.body.code]).toEqual([403, 'DENIED']);
    });

    test('explains, and shows templates and the history of a grant', async () => {
      const { client } = world();
      const [grant] = await grantsOf('acme/shop');
      const token = await client.token('step', { repository: 'acme/shop' });
      const explained = await client.explain(await ada(), grant?.id ?? '', token);
      expect([explained.status, explained.body.admitted]).toEqual([200, true]);
      expect((await client.read(await ada(), '/v1/templates/s3-static-site')).status).toBe(200);
      const { body } = await client.read(await ada(), `/v1/grants/${grant?.id}/events`);
      const types = (body.items as { type: string }[]).map(({ type }) => type);
      expect(types[0]).toBe('GrantRequested');
      expect(types.length).toBeGreaterThan(2);
      const audit = await client.read(await ada(), '/v1/events?repository=acme/shop');
      expect([audit.status, (audit.body.items as object[]).length]).toEqual([200, types.length]);
    });

    test('follows a webhook through the asynchronous worker, and announces what it did in Slack', async () => {
      const { client } = world();
      await client.createRepository({ workspace: 'acme', slug: 'billing-service', project: 'WEB' });
      const [grant] = await until(
        () => grantsOf('acme/billing-service'),
        ([first]) => first?.state === 'active',
      );
      expect(grant?.role.arn).toContain('role/rolewright/rw-billing-service-ecr-push-');
      const told = await until(
        () => client.slackMessages(),
        (all) =>
          all.some(({ channel, text }) => channel === 'C0WEB' && text.includes('acme/billing-service')),
      );
      expect(told.filter(({ text }) => text.includes('acme/billing-service'))).toHaveLength(1);
    });

    test('answers a command in Slack, and has a request approved by another person', async () => {
      const { client } = world();
      const answered = await client.slackCommand('ada', 'list');
      expect(answered.status).toBe(200);
      await until(
        () => client.slackMessages(),
        (all) => all.some(({ channel }) => channel === 'C0GENERAL'),
      );
      const body = { ...site('acme/shop', 'payroll'), name: 'payroll' };
      const asked = await client.request(await ada(), body);
      expect([asked.status, asked.body]).toEqual([202, expect.objectContaining({ state: 'pending' })]);
      const grace = await client.token('person', { email: 'grace@acme.example' });
      const { plan } = (await client.read(grace, `/v1/grants/${asked.body.id}`)).body as {
        plan?: { hash: string };
      };
      const hash = plan?.hash ?? (asked.body.plan as { hash: string }).hash;
      const own = await client.approve(await ada(), asked.body.id as string, hash);
      expect(own.status).toBe(403);
      const approved = await client.approve(grace, asked.body.id as string, hash);
      expect([approved.status, approved.body]).toEqual([200, expect.objectContaining({ state: 'active' })]);
    });

    test('revokes, and no role is left', async () => {
      const { client, sdk } = world();
      for (const repository of ['acme/shop', 'acme/billing-service']) {
        for (const { id } of await grantsOf(repository)) {
          const revoked = await client.revoke(await ada(), id);
          expect([revoked.status, revoked.body]).toEqual([
            200,
            expect.objectContaining({ state: 'revoked' }),
          ]);
        }
      }
      const iam = new IAMClient(sdk);
      const { Roles } = await iam.send(new ListRolesCommand({ PathPrefix: '/rolewright/' }));
      expect(Roles?.map(({ RoleName }) => RoleName)).toEqual([]);
      iam.destroy();
    });
  });
}
