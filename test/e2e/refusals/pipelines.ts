import { describe, expect, it } from '@jest/globals';
import { expectNoSecrets, expectProblem, refused } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What a pipeline may do. */
export function pipelineRules(world: () => World): void {
  async function house() {
    const repository = await world().repository();
    await world().environment(repository, 'Production');
    await world().environment(repository, 'Staging');
    const plain = await world().caller(repository.fullName);
    const production = await world().caller(repository.fullName, { deployment: 'Production' });
    const ask = (token: string, environment?: string) =>
      world().request({ ...siteBody(repository, 'shop-pipeline'), environment }, token);
    return { repository, plain, production, ask };
  }

  describe('a pipeline', () => {
    it('gets a role for its own repository, by name or UUID, and its step may then assume it', async () => {
      const { repository, plain } = await house();
      const created = await world().request(siteBody(repository, 'shop-own'), plain);
      expect(created.status).toBe(201);
      expect(created.json.requestedBy).toEqual({ kind: 'pipeline', id: repository.uuid });
      const body = siteBody(repository, 'shop-own');
      const again = await world().request({ ...body, repository: repository.uuid }, plain);
      expect([again.status, again.json.id]).toEqual([200, created.json.id]);
      const { arn } = created.json.role as { arn: string };
      expect(await world().assume(arn, await world().step(repository.fullName))).toHaveProperty(
        'accessKeyId',
      );
      const [first] = await world().events(String(created.json.id));
      expect(first?.data.pipeline).toMatchObject({
        branchName: 'main',
        stepUuid: expect.any(String),
        pipelineUuid: expect.any(String),
      });
    });

    it('is denied every other repository in the same words, whether it exists or not', async () => {
      const { plain, production, repository } = await house();
      const other = await world().repository();
      const bodies: unknown[] = [];
      for (const token of [plain, production]) {
        const environment = token === production ? { environment: 'Production' } : {};
        for (const name of [other.fullName, 'acme/never-was', other.uuid, 'globex/other', 'initech/none']) {
          const body = { ...siteBody(name, 'shop-site'), ...environment };
          const reply = await refused(world(), () => world().request(body, token));
          expectProblem(reply, 403, 'DENIED');
          expectNoSecrets(reply);
          bodies.push({ ...reply.json, instance: '' });
        }
      }
      expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
      expect(JSON.stringify(bodies)).not.toContain(repository.slug);
    });

    it('with an environment reaches that one only, and without one only the whole repository', async () => {
      const { plain, production, ask } = await house();
      const denied = [
        await refused(world(), () => ask(plain, 'Production')),
        await refused(world(), () => ask(plain, 'Nowhere')),
        await refused(world(), () => ask(production)),
        await refused(world(), () => ask(production, 'Staging')),
        await refused(world(), () => ask(production, 'Nowhere')),
      ];
      for (const reply of denied) expectProblem(reply, 403, 'DENIED');
      const bodies = denied.map(({ json }) => JSON.stringify({ ...json, instance: '' }));
      expect(new Set(bodies).size).toBe(1);
      expect((await ask(plain)).status).toBe(201);
      expect((await ask(production, 'Production')).status).toBe(201);
    });

    it('is bound by ownership', async () => {
      const { plain, repository } = await house();
      const reply = await refused(world(), () => world().request(siteBody(repository, 'payroll'), plain));
      expectProblem(reply, 403, 'NOT_OWNED', ['/parameters/bucket']);
    });

    it('never revokes, not even what it asked for itself', async () => {
      const { plain, ask } = await house();
      const { id } = (await ask(plain)).json;
      const reply = await refused(world(), () => world().revoke(String(id), plain));
      expectProblem(reply, 403, 'DENIED');
      expect((await world().get(`/v1/grants/${id}`)).json.state).toBe('active');
    });

    it('cannot tell a grant of others from one that does not exist', async () => {
      const { plain, production, ask } = await house();
      const own = (await ask(plain)).json;
      const foreign = await world().granted(siteBody(await world().repository(), 'shop-foreign'));
      const none = 'gr_aaaaaaaaaaaaaaaaaaaaaaaaaa';
      for (const [token, ids] of [
        [plain, [foreign.id, none]],
        [production, [own.id, foreign.id, none]],
      ] as const) {
        for (const id of ids) {
          const replies = [
            await world().get(`/v1/grants/${id}`, token),
            await world().get(`/v1/grants/${id}/events`, token),
            await refused(world(), () => world().revoke(String(id), token)),
          ];
          for (const reply of replies) {
            expectProblem(reply, 404, 'GRANT_NOT_FOUND');
            expect(reply.json.detail).toBe(`There is no grant ${id}.`);
          }
        }
      }
    });

    it('sees in lists only the grants that it may read', async () => {
      const { plain, production, ask, repository } = await house();
      const wide = (await ask(plain)).json;
      const narrow = (await ask(production, 'Production')).json;
      await world().granted(siteBody(await world().repository(), 'shop-elsewhere'));
      const seen = async (path: string, token: string) =>
        (await world().all(path, 3, token)).map(({ id }) => id);
      expect(await seen('/v1/grants', plain)).toEqual([wide.id]);
      expect(await seen('/v1/grants', production)).toEqual([narrow.id]);
      expect(await seen(`/v1/grants?repository=${repository.fullName}`, plain)).toEqual([wide.id]);
      expect(await seen('/v1/grants?repository=acme/shop', plain)).toEqual([]);
      expectProblem(await world().get('/v1/events', plain), 403, 'DENIED');
    });

    it('whose repository is deleted gets nothing any more', async () => {
      const { plain, repository, ask } = await house();
      await world().deleteRepository(repository);
      expectProblem(await refused(world(), () => ask(plain)), 404, 'REPOSITORY_NOT_FOUND');
    });
  });
}
