import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/e2e/eventually.ts';
import { expectProblem } from '../../support/e2e/problems.ts';
import { siteBody, siteOf } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** Milliseconds for which a call to IAM is held up: long enough to look at the grant meanwhile. */
const HELD_MS = 1200;

/** Each state of a grant, and what a request and a revoke are answered in it. */
export function stateRules(world: () => World): void {
  const hold = (match: string) => world().fault('aws', { match, effect: 'delay', delayMs: HELD_MS });
  const reaches = (id: string, type: string) =>
    eventually(
      async () => (await world().get(`/v1/grants/${id}/events`)).json.items as { type: string }[] | undefined,
      (events) => events?.at(-1)?.type === type,
    );
  const stateOf = async (id: string) => (await world().get(`/v1/grants/${id}`)).json.state;

  /** A grant whose role is being made; `made` is the answer to come. */
  async function provisioning(more: { expiresIn?: string } = {}) {
    const repository = await world().repository();
    const body = { ...siteBody(repository, 'shop-state'), ...more };
    const { id } = (await world().request(body, world().ada, '?dryRun=true')).json;
    await hold('CreateRole');
    const made = world().request(body);
    await reaches(String(id), 'ProvisioningStarted');
    return { repository, id: String(id), made };
  }

  describe('a grant that is', () => {
    it('provisioning takes the same request: 202, or 200 once active', async () => {
      const { repository, id, made } = await provisioning();
      expect(await stateOf(id)).toBe('provisioning');
      const same = await world().request({ ...siteBody(repository, 'shop-state'), reason: 'again' });
      expect([200, 202]).toContain(same.status);
      expect(same.json.id).toBe(id);
      expect((await made).status).toBe(201);
    });

    it('provisioning for a time takes the same request, for as long, as the one that it is', async () => {
      const { repository, id, made } = await provisioning({ expiresIn: 'P1D' });
      const same = await world().request({ ...siteBody(repository, 'shop-state'), expiresIn: 'P1D' });
      expect([200, 202]).toContain(same.status);
      const { status, json } = await made;
      expect([status, json.expiresAt]).toEqual([201, (await world().get(`/v1/grants/${id}`)).json.expiresAt]);
      const longer = { ...siteBody(repository, 'shop-state'), expiresIn: 'P2D' };
      expect((await world().request(longer)).json.expiresAt).not.toBe(json.expiresAt);
      expect((await world().events(id)).map(({ type }) => type)).toEqual([
        ...['GrantRequested', 'ProvisioningStarted', 'RoleCreated', 'GrantActivated', 'GrantExpiryChanged'],
      ]);
    });

    it('provisioning shows itself in a dry run, with documents to come', async () => {
      const { repository, id, made } = await provisioning();
      const dry = await world().request(siteBody(repository, 'shop-state'), world().ada, '?dryRun=true');
      expect(dry.json).toMatchObject({
        ...{ id, state: 'provisioning', permissionsPolicy: siteOf('shop-state') },
        role: { arn: expect.stringContaining('/rolewright/rw-') },
      });
      expect((await made).status).toBe(201);
    });

    it('provisioning refuses another request with CONFLICT and Retry-After', async () => {
      const { repository, made } = await provisioning();
      const other = await world().request(siteBody(repository, 'shop-else'));
      expectProblem(other, 409, 'CONFLICT');
      expect(Number(other.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await made).status).toBe(201);
    });

    it('provisioning can be revoked, and the waiting request hears of it', async () => {
      const { id, made } = await provisioning();
      const revoked = await world().revoke(id);
      expect([200, 202]).toContain(revoked.status);
      expectProblem(await made, 409, 'CONFLICT');
      await eventually(
        () => stateOf(id),
        (state) => state === 'revoked',
      );
      const roles = await world().roleNames();
      expect(roles.filter((name) => name.endsWith(id.slice(3, 15)))).toEqual([]);
    });

    it('revoking answers the same request 202, another 409, a revoke 202 or 200', async () => {
      const repository = await world().repository();
      const { id } = await world().granted(siteBody(repository, 'shop-leaving'));
      await hold('DeleteRole');
      const first = world().revoke(id);
      await reaches(id, 'RoleDisabled');
      expect(await stateOf(id)).toBe('revoking');
      const same = await world().request(siteBody(repository, 'shop-leaving'));
      expect([same.status, same.headers.get('location')]).toEqual([202, `/v1/grants/${id}`]);
      const other = await world().request(siteBody(repository, 'shop-else'));
      expectProblem(other, 409, 'CONFLICT');
      expect(other.headers.has('retry-after')).toBe(true);
      expect([200, 202]).toContain((await world().revoke(id)).status);
      expect((await first).status).toBe(200);
      expect(await stateOf(id)).toBe('revoked');
    });

    it('active with an update under way stays active, and is as asked once it is done', async () => {
      const repository = await world().repository();
      const { id, role } = await world().granted(siteBody(repository, 'shop-before'));
      await hold('PutRolePolicy');
      const change = world().request(siteBody(repository, 'shop-after'));
      await reaches(id, 'UpdateStarted');
      expect(await stateOf(id)).toBe('active');
      expectProblem(await world().request(siteBody(repository, 'shop-third')), 409, 'CONFLICT');
      const same = await world().request(siteBody(repository, 'shop-after'));
      expect([200, 202]).toContain(same.status);
      expect((await change).status).toBe(200);
      expect((await world().role(role.name))?.policies).toEqual({ permissions: siteOf('shop-after') });
    });

    it('failed shows why, has nothing in IAM, is held by a revoke, and can be asked for again', async () => {
      const body = siteBody(await world().repository(), 'shop-failed');
      await world().fault('aws', { match: 'CreateRole', effect: 'forbid' });
      expectProblem(await world().request(body), 502, 'UPSTREAM_FAILED');
      const [failed] = (await world().get(`/v1/grants?repository=${body.repository}`)).json.items as [
        { id: string },
      ];
      expect(failed).toMatchObject({ state: 'failed', lastError: { code: 'UPSTREAM_FAILED' } });
      expect(failed).not.toHaveProperty('role');
      const before = await world().events(failed.id);
      const { value, iamWrites } = await world().trace(() => world().revoke(failed.id));
      expect([value.status, value.json.state, iamWrites]).toEqual([200, 'failed', []]);
      const after = await world().events(failed.id);
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after.slice(before.length).map(({ type }) => type)).toEqual(['GrantHeld']);
      const again = await world().request(body);
      expect([again.status, again.json.id, again.json.state]).toEqual([201, failed.id, 'active']);
      expect(again.json).not.toHaveProperty('lastError');
    });

    it('none is not found by a revoke', async () => {
      expectProblem(await world().revoke('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa'), 404, 'GRANT_NOT_FOUND');
    });
  });

  describe('the live grants of a repository', () => {
    it('are limited to ten; repeating and changing one needs no room', async () => {
      const repository = await world().repository();
      const body = (n: number) => ({ ...siteBody(repository, 'shop-many'), name: `n${n}` });
      const grants = await Promise.all(Array.from({ length: 10 }, (_, n) => world().granted(body(n))));
      expectProblem(await world().request(body(10)), 409, 'QUOTA_EXCEEDED');
      expectProblem(await world().request(body(10), world().ada, '?dryRun=true'), 409, 'QUOTA_EXCEEDED');
      expect((await world().request(body(3))).status).toBe(200);
      expect((await world().request({ ...body(3), parameters: { bucket: 'shop-3' } })).status).toBe(200);
      await world().revoke(grants[0]?.id ?? '');
      expect((await world().request(body(10))).status).toBe(201);
      expect((await world().request(siteBody(await world().repository(), 'shop-many'))).status).toBe(201);
    });
  });
}
