import { ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/e2e/eventually.ts';
import type { Reply } from '../../support/e2e/http.ts';
import { siteBody, siteOf } from '../../support/e2e/samples.ts';
import type { Grant, World } from '../../support/e2e/stack/stack.ts';

const many = (length: number) => Array.from({ length }, (_, n) => n);
const [twelve, fifty] = [many(12), many(50)];
const statusesOf = (replies: Reply[]) => replies.map(({ status }) => status).sort();
const typesOf = (events: { type: string }[]) => events.map(({ type }) => type);

/** What many requests at once come to. */
export function raceRules(world: () => World): void {
  const settled = (id: string) =>
    eventually(
      async () => (await world().get(`/v1/grants/${id}`)).json as Grant,
      ({ state }) => ['active', 'revoked', 'failed'].includes(state),
    );

  describe('at once', () => {
    it('the first requests of several repositories make one identity provider', async () => {
      const repositories = [
        await world().repository(),
        await world().repository(),
        await world().repository(),
      ];
      const replies = await Promise.all(
        repositories.map((repository) => world().request(siteBody(repository, 'shop-first'))),
      );
      expect(statusesOf(replies)).toEqual([201, 201, 201]);
      const { OpenIDConnectProviderList } = await world().iam.send(new ListOpenIDConnectProvidersCommand({}));
      expect(OpenIDConnectProviderList).toHaveLength(1);
    });

    it('invariant 10: fifty equal requests make one role and one story, and none fails', async () => {
      const body = siteBody(await world().repository(), 'shop-fifty');
      const { value: replies, iamWrites } = await world().trace(() =>
        Promise.all(fifty.map((n) => world().request(n % 2 ? body : { ...body, reason: `request ${n}` }))),
      );
      expect(statusesOf(replies).filter((status) => status === 201)).toHaveLength(1);
      expect(statusesOf(replies).every((status) => [200, 201, 202].includes(status))).toBe(true);
      const ids = new Set(replies.map(({ json }) => json.id));
      expect(ids.size).toBe(1);
      const [id] = ids;
      expect(typesOf(await world().events(String(id)))).toEqual([
        'GrantRequested',
        'ProvisioningStarted',
        'RoleCreated',
        'GrantActivated',
      ]);
      expect(iamWrites.map(({ name }) => name)).toEqual(['CreateRole', 'PutRolePolicy']);
    });

    it('twelve equal changes make one update', async () => {
      const repository = await world().repository();
      const { id, role } = await world().granted(siteBody(repository, 'shop-old'));
      const { value: replies, iamWrites } = await world().trace(() =>
        Promise.all(twelve.map(() => world().request(siteBody(repository, 'shop-new')))),
      );
      expect(statusesOf(replies).every((status) => [200, 202].includes(status))).toBe(true);
      expect(iamWrites.map(({ name }) => name)).toEqual(['PutRolePolicy']);
      expect(typesOf(await world().events(id)).slice(4)).toEqual([
        'GrantChangeRequested',
        'UpdateStarted',
        'GrantUpdated',
      ]);
      expect((await world().role(role.name))?.policies).toEqual({ permissions: siteOf('shop-new') });
    });

    it('different requests for one grant: one wins, the others are told to ask again', async () => {
      const repository = await world().repository();
      const replies = await Promise.all(
        twelve.map((n) => world().request(siteBody(repository, `shop-choice-${n}`))),
      );
      const grant = await settled(String(replies.find(({ status }) => status < 300)?.json.id));
      for (const { status, headers, json } of replies) {
        expect([200, 201, 202, 409]).toContain(status);
        if (status === 409) expect([json.code, headers.has('retry-after')]).toEqual(['CONFLICT', true]);
      }
      const { bucket } = grant.parameters as { bucket: string };
      const role = await world().role(grant.role.name);
      expect([grant.state, role?.policies]).toEqual(['active', { permissions: siteOf(bucket) }]);
    });

    it('twelve revokes end one role once', async () => {
      const { id, role } = await world().granted(siteBody(await world().repository(), 'shop-end'));
      const { value: replies, iamWrites } = await world().trace(() =>
        Promise.all(twelve.map(() => world().revoke(id))),
      );
      expect(statusesOf(replies).every((status) => [200, 202].includes(status))).toBe(true);
      expect(iamWrites.filter(({ name }) => name === 'DeleteRole')).toHaveLength(1);
      const revocations = typesOf(await world().events(id)).filter((type) => /Revo/.test(type));
      expect(revocations).toEqual(['RevocationRequested', 'GrantRevoked']);
      expect(await world().role(role.name)).toBeUndefined();
    });

    it.each([[1], [2], [3], [4]])(
      'requests and revokes end with log and IAM in agreement (round %i)',
      async () => {
        const body = siteBody(await world().repository(), 'shop-fight');
        const { id, role } = await world().granted(body);
        const replies = await Promise.all(
          twelve.map((n) => (n % 2 === 0 ? world().revoke(id) : world().request(body))),
        );
        const allowed = [200, 201, 202, 409];
        expect(statusesOf(replies).filter((status) => !allowed.includes(status))).toEqual([]);
        const grant = await settled(id);
        const seen = await world().role(role.name);
        if (grant.state === 'active') {
          expect([seen?.role.RoleId, seen?.policies]).toEqual([
            grant.role.id,
            { permissions: siteOf('shop-fight') },
          ]);
        } else {
          expect([grant.state, seen]).toEqual(['revoked', undefined]);
        }
      },
    );
  });
}
