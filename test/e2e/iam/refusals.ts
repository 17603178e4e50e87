import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../support/e2e/http.ts';
import { expectNoSecrets, expectProblem } from '../../support/e2e/problems.ts';
import { siteBody, siteOf } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What happens when IAM refuses for good. */
export function iamRefusalRules(world: () => World): void {
  const only = async (body: { repository: string }) => {
    const items = (await world().get(`/v1/grants?repository=${body.repository}`)).json.items as Json[];
    expect(items).toHaveLength(1);
    return items[0] as Json & { id: string };
  };
  const rolesOf = async ({ id }: { id: string }) =>
    (await world().roleNames()).filter((name) => name.endsWith(id.slice(3, 15)));

  describe('IAM that refuses', () => {
    it.each([['CreateRole'], ['PutRolePolicy']])(
      '%s fails the grant with 502 and leaves no role',
      async (match) => {
        const body = siteBody(await world().repository(), 'shop-refused');
        await world().fault('aws', { match, effect: 'forbid' });
        const reply = await world().request(body);
        expectProblem(reply, 502, 'UPSTREAM_FAILED');
        expectNoSecrets(reply);
        const grant = await only(body);
        expect(grant).toMatchObject({ state: 'failed', lastError: { code: 'UPSTREAM_FAILED' } });
        expect(await rolesOf(grant)).toEqual([]);
        expect((await world().request(body)).status).toBe(201);
      },
    );

    it('to tell the role quota fails the grant, and nothing is made', async () => {
      const body = siteBody(await world().repository(), 'shop-unknown');
      await world().fault('aws', { match: 'GetAccountSummary', effect: 'forbid' });
      const { value, iamWrites } = await world().trace(() => world().request(body));
      expectProblem(value, 502, 'UPSTREAM_FAILED');
      expect(iamWrites).toEqual([]);
    });

    it('an update leaves the previous policy in force and the grant active with its error', async () => {
      const repository = await world().repository();
      const { id, role } = await world().granted(siteBody(repository, 'shop-stays'));
      await world().fault('aws', { match: 'PutRolePolicy', effect: 'forbid' });
      expectProblem(await world().request(siteBody(repository, 'shop-wanted')), 502, 'UPSTREAM_FAILED');
      const { json } = await world().get(`/v1/grants/${id}`);
      expect(json).toMatchObject({
        state: 'active',
        parameters: { bucket: 'shop-stays' },
        permissionsPolicy: siteOf('shop-stays'),
        lastError: { code: 'UPSTREAM_FAILED', at: expect.any(String) },
      });
      expect((await world().role(role.name))?.policies).toEqual({ permissions: siteOf('shop-stays') });
      expect((await world().request(siteBody(repository, 'shop-stays'))).status).toBe(200);
      const again = await world().request(siteBody(repository, 'shop-wanted'));
      expect(again.status).toBe(200);
      expect(again.json).not.toHaveProperty('lastError');
    });

    it.each([['UpdateAssumeRolePolicy'], ['PutRolePermissionsBoundary']])(
      '%s does not keep the other steps of a revoke from ending the role',
      async (match) => {
        const { id, role } = await world().granted(siteBody(await world().repository(), 'shop-stubborn'));
        await world().fault('aws', { match, effect: 'forbid' });
        const { status, json } = await world().revoke(id);
        expect([status, json.state]).toEqual([200, 'revoked']);
        expect(await world().role(role.name)).toBeUndefined();
      },
    );

    it.each([
      [['UpdateAssumeRolePolicy', 'PutRolePermissionsBoundary']],
      [['DeleteRolePolicy']],
      [['DeleteRole']],
    ])('%j leaves the grant revoking, and the next revoke goes on', async (actions) => {
      const { id, role } = await world().granted(siteBody(await world().repository(), 'shop-stuck'));
      for (const match of actions) await world().fault('aws', { match, effect: 'forbid' });
      const first = await world().revoke(id);
      expect([first.status, first.json.state]).toEqual([202, 'revoking']);
      expect(first.json.lastError).toMatchObject({ code: 'UPSTREAM_FAILED' });
      expectNoSecrets({ ...first, text: JSON.stringify(first.json.lastError) });
      const second = await world().revoke(id);
      expect([second.status, second.json.state]).toEqual([200, 'revoked']);
      expect(await world().role(role.name)).toBeUndefined();
    });
  });
}
