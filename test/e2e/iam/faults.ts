import { describe, expect, it } from '@jest/globals';
import { siteBody, siteOf } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const EFFECTS = ['throttle', 'error', 'drop', 'lostReply'];
const each = (actions: string[]) => actions.flatMap((action) => EFFECTS.map((effect) => [action, effect]));

/** What happens when IAM fails in passing. */
export function iamFaultRules(world: () => World): void {
  describe('IAM that fails once', () => {
    it.each(each(['CreateRole', 'PutRolePolicy']))(
      'in %s (%s) still makes one whole role, told once',
      async (match, effect) => {
        const body = siteBody(await world().repository(), 'shop-bumpy');
        await world().fault('aws', { match, effect });
        const first = await world().request(body);
        expect([201, 202]).toContain(first.status);
        const { status, json } = await world().request(body);
        expect([status, json.state]).toEqual([200, 'active']);
        const { id, name } = json.role as { id: string; name: string };
        const seen = await world().role(name);
        expect([seen?.role.RoleId, seen?.policies]).toEqual([id, { permissions: siteOf('shop-bumpy') }]);
        const types = (await world().events(String(json.id))).map(({ type }) => type);
        expect(types.filter((type) => type !== 'AttemptFailed')).toEqual([
          'GrantRequested',
          'ProvisioningStarted',
          'RoleCreated',
          'GrantActivated',
        ]);
      },
    );

    it.each(EFFECTS)('in an update (%s) still brings the change', async (effect) => {
      const repository = await world().repository();
      const { role } = await world().granted(siteBody(repository, 'shop-was'));
      await world().fault('aws', { match: 'PutRolePolicy', effect });
      expect([200, 202]).toContain((await world().request(siteBody(repository, 'shop-is'))).status);
      expect((await world().request(siteBody(repository, 'shop-is'))).status).toBe(200);
      expect((await world().role(role.name))?.policies).toEqual({ permissions: siteOf('shop-is') });
    });

    it.each(each(['UpdateAssumeRolePolicy', 'PutRolePermissionsBoundary', 'DeleteRolePolicy', 'DeleteRole']))(
      'in %s (%s) still ends the role',
      async (match, effect) => {
        const { id, role } = await world().granted(siteBody(await world().repository(), 'shop-ending'));
        await world().fault('aws', { match, effect });
        expect([200, 202]).toContain((await world().revoke(id)).status);
        const { status, json } = await world().revoke(id);
        expect([status, json.state]).toEqual([200, 'revoked']);
        expect(await world().role(role.name)).toBeUndefined();
      },
    );
  });

  describe('IAM', () => {
    it('that shows a new role late is waited for', async () => {
      const body = siteBody(await world().repository(), 'shop-slow');
      await world().fault('aws', { match: 'CreateRole', effect: 'propagation', delayMs: 700 });
      const { status, json } = await world().request(body);
      expect([status, json.state]).toEqual([201, 'active']);
      expect(json).not.toHaveProperty('lastError');
    });

    it('that keeps failing leaves the grant provisioning: 202, and a repeat finishes it', async () => {
      const body = siteBody(await world().repository(), 'shop-outage');
      await world().fault('aws', { match: 'PutRolePolicy', effect: 'error', times: 4 });
      const first = await world().request(body);
      expect([first.status, first.json.state]).toEqual([202, 'provisioning']);
      expect(first.headers.get('location')).toBe(`/v1/grants/${first.json.id}`);
      expect(first.json.lastError).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
      const { status, json } = await world().request(body);
      expect([status, json.state]).toEqual([200, 'active']);
      expect(json).not.toHaveProperty('lastError');
    });
  });
}

/** What happens when IAM asks to slow down. The client slows down for a while after it: these come last. */
export function throttlingRules(world: () => World): void {
  describe('IAM that throttles', () => {
    it.each([['CreateRole'], ['PutRolePolicy']])(
      '%s is asked again, and the role is whole',
      async (match) => {
        const body = siteBody(await world().repository(), 'shop-throttled');
        await world().fault('aws', { match, effect: 'throttle' });
        expect([201, 202]).toContain((await world().request(body)).status);
        const { status, json } = await world().request(body);
        expect([status, json.state]).toEqual([200, 'active']);
        const seen = await world().role((json.role as { name: string }).name);
        expect(seen?.policies).toEqual({ permissions: siteOf('shop-throttled') });
      },
    );

    it.each([['UpdateAssumeRolePolicy'], ['DeleteRole']])(
      '%s is asked again, and the role ends',
      async (match) => {
        const { id, role } = await world().granted(siteBody(await world().repository(), 'shop-throttled'));
        await world().fault('aws', { match, effect: 'throttle' });
        expect([200, 202]).toContain((await world().revoke(id)).status);
        expect((await world().revoke(id)).json.state).toBe('revoked');
        expect(await world().role(role.name)).toBeUndefined();
      },
    );
  });
}
