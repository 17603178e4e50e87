import { describe, expect, it } from '@jest/globals';
import { expectNoSecrets, expectProblem, refused } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What people and services may do. */
export function callerRules(world: () => World): void {
  /** Holds a caller to being refused every change and the audit log. */
  async function expectNoChange(token: string, grantId: string, onRevoke: [number, string]) {
    const body = siteBody('acme/shop', 'shop-site');
    const request = await refused(world(), () => world().request(body, token));
    const dry = await refused(world(), () => world().request(body, token, '?dryRun=true'));
    const audit = await refused(world(), () => world().get('/v1/events', token));
    for (const reply of [request, dry, audit]) {
      expectProblem(reply, 403, 'DENIED');
      expectNoSecrets(reply);
    }
    expectProblem(await refused(world(), () => world().revoke(grantId, token)), ...onRevoke);
  }

  describe('a person', () => {
    it('of the platform group may request, read, audit and revoke, also what others asked for', async () => {
      const grace = await world().person('grace@acme.example');
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-grace'));
      expect((await world().get(`/v1/grants/${id}`, grace)).status).toBe(200);
      expect((await world().get('/v1/events', grace)).status).toBe(200);
      expect((await world().revoke(id, grace)).status).toBe(200);
    });

    it('without a group reaches nothing and learns of nothing', async () => {
      const mallory = await world().person('mallory@acme.example');
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-mallory'));
      await expectNoChange(mallory, id, [404, 'GRANT_NOT_FOUND']);
      for (const path of [`/v1/grants/${id}`, `/v1/grants/${id}/events`]) {
        expectProblem(await world().get(path, mallory), 404, 'GRANT_NOT_FOUND');
      }
      expect(await world().all('/v1/grants', 100, mallory)).toEqual([]);
    });

    it('is refused before Bitbucket is asked about what the request names', async () => {
      const mallory = await world().person('mallory@acme.example');
      const ask = (repository: string) =>
        world().trace(() => world().request(siteBody(repository, 'shop-site'), mallory));
      const [known, unknown] = [await ask('acme/shop'), await ask('acme/never-was')];
      expect([known.bitbucket, unknown.bitbucket]).toEqual([[], []]);
      expect({ ...known.value.json, instance: '' }).toEqual({ ...unknown.value.json, instance: '' });
    });
  });

  describe('a service', () => {
    it('of the readers group reads grants, and neither requests, revokes nor audits', async () => {
      const reader = await world().service('dashboard', ['readers']);
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-reader'));
      expect((await world().get(`/v1/grants/${id}`, reader)).json.state).toBe('active');
      const events = await world().get(`/v1/grants/${id}/events`, reader);
      expect([events.status, events.json.code]).toEqual([403, 'DENIED']);
      const listed = await world().all('/v1/grants', 100, reader);
      expect(listed.map((grant) => grant.id)).toContain(id);
      await expectNoChange(reader, id, [403, 'DENIED']);
      expect((await world().get(`/v1/grants/${id}`)).json.state).toBe('active');
    });

    it('is a service whatever groups it claims', async () => {
      const service = await world().service('robot', ['platform']);
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-robot'));
      await expectNoChange(service, id, [404, 'GRANT_NOT_FOUND']);
    });
  });
}
