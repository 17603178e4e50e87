import { describe, expect, it } from '@jest/globals';
import { expectProblem, refused } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What a query may hold. */
export function queryRules(world: () => World): void {
  const get = (path: string) => refused(world(), () => world().get(path));

  describe('a query', () => {
    it.each([
      ['dryrun=true', ['/dryrun']],
      ['dryRun=TRUE', ['/dryRun']],
      ['dryRun', ['/dryRun']],
      ['dryRun=true&dryRun=true', ['/dryRun']],
      ['dryRun=true&force=1', ['/force']],
    ])('?%s makes a request neither dry nor real', async (query, pointers) => {
      const body = siteBody('acme/shop', 'shop-site');
      const reply = await refused(world(), () => world().request(body, world().ada, `?${query}`));
      expectProblem(reply, 400, 'REQUEST_INVALID', pointers);
    });

    it.each([
      ['/v1/grants?limit=0', ['/limit']],
      ['/v1/grants?limit=101', ['/limit']],
      ['/v1/grants?limit=1e1', ['/limit']],
      ['/v1/grants?state=live&limit=-1&repo=acme/shop', ['/limit', '/repo', '/state']],
      ['/v1/grants?state=active&state=failed', ['/state']],
      ['/v1/grants?repository=', ['/repository']],
      ['/v1/events?type=GrantDeleted', ['/type']],
      ['/v1/events?principal=ada', ['/principal']],
      ['/v1/events?principal=group:platform', ['/principal']],
      ['/v1/events?from=yesterday&to=never', ['/from', '/to']],
      ['/v1/events?from=2026-02-02&to=2026-02-01', ['/from']],
      ['/v1/events?order=asc', ['/order']],
      ['/v1/templates?limit=many', ['/limit']],
      ['/v1/templates/ecr-push?version=1', ['/version']],
      ['/v1/grants/gr_hrq6egvaok6463yco36ybujl4g?fields=id', ['/fields']],
      ['/v1/grants/gr_hrq6egvaok6463yco36ybujl4g/events?limit=', ['/limit']],
    ])('%s names every fault', async (path, pointers) => {
      expectProblem(await get(path), 400, 'REQUEST_INVALID', pointers);
    });

    it('on a revoke is refused before anything is revoked', async () => {
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-query'));
      const call = { token: world().ada };
      const reply = await refused(world(), () => world().api('DELETE', `/v1/grants/${id}?dryRun=true`, call));
      expectProblem(reply, 400, 'REQUEST_INVALID', ['/dryRun']);
      expect((await world().get(`/v1/grants/${id}`)).json.state).toBe('active');
    });
  });

  describe('a cursor', () => {
    it('works for the list and the filters that it came from, and for no other', async () => {
      const repository = await world().repository();
      for (const name of ['one', 'two', 'three']) {
        await world().granted({ ...siteBody(repository, 'shop-cursor'), name });
      }
      const path = `/v1/grants?repository=${repository.fullName}&limit=1`;
      const cursor = String((await world().get(path)).json.cursor);
      const other = String((await world().get('/v1/events?limit=1')).json.cursor);
      expect((await world().get(`${path}&cursor=${cursor}`)).status).toBe(200);
      const misused = [
        `/v1/grants?limit=1&cursor=${cursor}`,
        `/v1/grants?repository=acme/shop&limit=1&cursor=${cursor}`,
        `/v1/grants?state=active&repository=${repository.fullName}&cursor=${cursor}`,
        `/v1/events?cursor=${cursor}`,
        `/v1/templates?cursor=${cursor}`,
        `/v1/grants?cursor=${other}`,
        `${path}&cursor=${cursor.slice(0, -3)}`,
        `${path}&cursor=${Buffer.from('{"after":"x"}').toString('base64url')}`,
        `${path}&cursor=garbage`,
        `${path}&cursor=`,
      ];
      for (const misuse of misused) {
        expectProblem(await get(misuse), 400, 'REQUEST_INVALID', ['/cursor']);
      }
    });
  });
}
