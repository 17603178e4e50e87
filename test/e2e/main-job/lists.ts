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
      // Each name leads to the repository, and so to all of its grants.
      const all = [after, ...grants].map(({ id }) => id).sort();
      for (const name of [`${fullName}-renamed`, fullName]) {
        expect(idsOf(await world().all(`/v1/grants?repository=${name}`, 10)).sort()).toEqual(all);
      }
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

    it('filters by environment, project, requester, end, and by what waits', async () => {
      const repository = await world().repository();
      const { fullName, uuid } = repository;
      const ending = await world().granted({ ...siteBody(repository, 'shop-ends'), expiresIn: 'P7D' });
      const lasting = await world().granted({ ...siteBody(repository, 'shop-lasts'), name: 'lasting' });
      const waiting = await world().request({ ...siteBody(repository, 'nobodys-bucket'), name: 'waiting' });
      expect(waiting.status).toBe(202);
      const found = async (query: string) =>
        idsOf(await world().all(`/v1/grants?repository=${encodeURIComponent(uuid)}&${query}`, 10));
      const all = [waiting.json.id, lasting.id, ending.id];
      expect(await found('waiting=true')).toEqual([waiting.json.id]);
      expect(await found('project=SHOP')).toEqual(all);
      expect(
        await found(
          `project=${encodeURIComponent(String((ending.repository as { project?: Json }).project?.uuid))}`,
        ),
      ).toEqual(all);
      expect(await found('project=WEB')).toEqual([]);
      expect(await found('requestedBy=person:ada@acme.example')).toEqual(all);
      expect(await found('requestedBy=service:ada@acme.example')).toEqual([]);
      expect(await found('environment=Production')).toEqual([]);
      expect(await found('expiresBefore=2999-01-01')).toEqual([ending.id]);
      expect(await found('expiresBefore=2020-01-01')).toEqual([]);
      // Without a repository the same grants are among those of everyone.
      for (const query of ['waiting=true', 'project=SHOP', 'requestedBy=person:ada@acme.example']) {
        expect(idsOf(await world().all(`/v1/grants?${query}`, 100))).toContain(waiting.json.id);
      }
      expect(idsOf(await world().all('/v1/grants?expiresBefore=2999-01-01', 100))).toContain(ending.id);
      expect(fullName).toMatch(/^acme\//);
    });

    it('takes its cursor from the same caller and the same filters only', async () => {
      const { fullName } = await four();
      const list = `/v1/grants?repository=${fullName}&limit=1`;
      const cursor = String((await world().get(list)).json.cursor);
      const next = `${list}&cursor=${encodeURIComponent(cursor)}`;
      expect((await world().get(next)).status).toBe(200);
      const wrong = [
        `/v1/grants?repository=${fullName}&state=active&limit=1&cursor=${cursor}`,
        `/v1/events?limit=1&cursor=${cursor}`,
        `${list}&cursor=${cursor.slice(0, -2)}AA`,
        `${list}&cursor=`,
      ];
      for (const path of wrong) {
        const { status, json } = await world().get(path);
        expect([path, status, json.code, json.errors]).toMatchObject([
          path,
          400,
          'REQUEST_INVALID',
          [{ pointer: '/cursor' }],
        ]);
      }
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
