import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../support/e2e/http.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { Grant, World } from '../../support/e2e/stack/stack.ts';

const idsOf = (items: Json[]) => items.map(({ id }) => id);

/** What the list of grants finds. */
export function listRules(world: () => World): void {
  describe('the list of grants', () => {
    /** Four grants of one repository: oldest first. */
    async function four(): Promise<{ slug: string; fullName: string; uuid: string; grants: Grant[] }> {
      const repository = await world().repository();
      const grants: Grant[] = [];
      for (const name of ['one', 'two', 'three', 'four']) {
        grants.push(await world().granted({ ...siteBody(repository, 'shop-list'), name }));
      }
      return { ...repository, grants };
    }

    it('shows the newest change first, without the documents', async () => {
      const { fullName, grants } = await four();
      const [first] = grants;
      await world().request({ ...siteBody(fullName, 'shop-list-2'), name: 'one' });
      const { status, json } = await world().get(`/v1/grants?repository=${fullName}`);
      const items = json.items as Json[];
      expect(status).toBe(200);
      expect(items.map(({ name }) => name)).toEqual(['one', 'four', 'three', 'two']);
      expect(items[0]).toMatchObject({
        id: first?.id,
        state: 'active',
        parameters: { bucket: 'shop-list-2' },
      });
      expect(Object.keys(items[0] ?? {})).not.toContain('trustPolicy');
    });

    it('pages through everything once, in any page size', async () => {
      const { fullName, grants } = await four();
      const expected = idsOf(grants).reverse();
      for (const limit of [1, 3, 4, 100]) {
        expect(idsOf(await world().all(`/v1/grants?repository=${fullName}`, limit))).toEqual(expected);
      }
    });

    it('finds by repository UUID, by slug, and by a former slug after a rename', async () => {
      const { uuid, fullName, slug, grants } = await four();
      const expected = idsOf(grants).reverse();
      for (const repository of [uuid, uuid.toUpperCase(), fullName, fullName.toUpperCase()]) {
        expect(idsOf(await world().all(`/v1/grants?repository=${repository}`, 10))).toEqual(expected);
      }
      await world().rename({ uuid, fullName, slug }, `${slug}-renamed`);
      const after = await world().granted({ ...siteBody(`${fullName}-renamed`, 'shop-list'), name: 'five' });
      await world().request({ ...siteBody(`${fullName}-renamed`, 'shop-list-3'), name: 'one' });
      expect(idsOf(await world().all(`/v1/grants?repository=${fullName}-renamed`, 10))).toEqual(
        expect.arrayContaining([after.id, grants[0]?.id]),
      );
      expect(idsOf(await world().all(`/v1/grants?repository=${fullName}`, 10)).sort()).toEqual(
        idsOf(grants).sort(),
      );
    });

    it('keeps the name and the id of a role whose repository was renamed', async () => {
      const repository = await world().repository();
      const { id, role } = await world().granted(siteBody(repository, 'shop-name'));
      await world().rename(repository, `${repository.slug}-moved`);
      const moved = `${repository.fullName}-moved`;
      const changed = await world().request(siteBody(moved, 'shop-name-2'));
      expect([changed.status, changed.json.id, changed.json.role]).toEqual([200, id, role]);
      expect(changed.json.repository).toMatchObject({ uuid: repository.uuid, fullName: moved });
    });

    it('filters by state, template and account, alone and together', async () => {
      const repository = await world().repository();
      const site = await world().granted(siteBody(repository, 'shop-filter'));
      const push = await world().granted({
        repository: repository.fullName,
        template: 'ecr-push',
        parameters: { repository: 'shop-images' },
      });
      await world().revoke(push.id);
      const found = async (query: string) =>
        idsOf(await world().all(`/v1/grants?repository=${repository.fullName}&${query}`, 10));
      expect(await found('state=active')).toEqual([site.id]);
      expect(await found('state=revoked')).toEqual([push.id]);
      expect(await found('state=failed')).toEqual([]);
      expect(await found('template=ecr-push')).toEqual([push.id]);
      expect(await found('template=ecr-push&state=active')).toEqual([]);
      expect(await found('account=default&template=s3-static-site')).toEqual([site.id]);
      expect(await found('account=111122223333')).toEqual([push.id, site.id]);
      expect(await found('account=999999999999')).toEqual([]);
    });

    it('is empty, not an error, for a repository that nobody knows', async () => {
      const { status, json } = await world().get('/v1/grants?repository=acme/never-was');
      expect([status, json]).toEqual([200, { items: [] }]);
    });
  });

  describe('one grant', () => {
    it('is shown as the request was answered, without the plan of what that changed', async () => {
      const { plan, ...grant } = await world().granted(siteBody(await world().repository(), 'shop-one'));
      const { status, json } = await world().get(`/v1/grants/${grant.id}`);
      expect([status, json]).toEqual([200, grant]);
      expect(plan).toMatchObject({ risk: 'new' });
    });
  });
}
