import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/e2e/eventually.ts';
import { send } from '../../support/e2e/http.ts';
import { expectNoSecrets, expectProblem, refused } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What happens when a workspace's credential for Bitbucket is of no use. */
export function credentialRules(world: () => World): void {
  const sandbox = (method: string, path: string, json: object) =>
    send(world().stack.bitbucket.url, method, `/sandbox/${path}`, { json: json as never });
  /** Revokes a workspace's credential while `act` runs. */
  async function without(kind: string, workspace: string, act: () => Promise<void>): Promise<void> {
    await sandbox('POST', 'credentials', { workspace, kind, revoked: true });
    try {
      await act();
    } finally {
      await sandbox('POST', 'credentials', { workspace, kind, revoked: false });
    }
  }

  describe("a workspace's credential", () => {
    it.each([
      ['acme', 'accessToken', 'globex'],
      ['globex', 'oauthConsumer', 'acme'],
    ])(
      'of %s (%s) that is revoked is told as 502 with what to do, changes nothing, and %s goes on',
      async (slug, kind, other) => {
        const own = await world().repository({
          workspace: slug,
          project: slug === 'acme' ? 'SHOP' : 'OTHER',
        });
        const foreign = await world().repository({
          workspace: other,
          project: other === 'acme' ? 'SHOP' : 'OTHER',
        });
        const body = siteBody(own, 'shop-credential');
        const before = (await world().get('/v1/events?limit=100')).json.items;
        await without(kind, slug, async () => {
          const reply = await refused(world(), () => world().request(body));
          expectProblem(reply, 502, 'UPSTREAM_FAILED');
          expect(reply.json.detail).toMatch(
            new RegExp(`workspace ${slug}\\..* BITBUCKET_CREDENTIALS, entry ${slug}`),
          );
          expectNoSecrets(reply);
          // By UUID it could be in either workspace: the one that cannot be read hides nothing of the other.
          for (const repository of [foreign.fullName, foreign.uuid]) {
            const found = await world().request(
              siteBody(repository, 'shop-elsewhere'),
              undefined,
              '?dryRun=true',
            );
            expect(found.json.code).not.toBe('UPSTREAM_FAILED');
            expect([200, 202]).toContain(found.status);
          }
        });
        expect((await world().get('/v1/events?limit=100')).json.items).toEqual(before);
        expect([201, 202]).toContain((await world().request(body)).status);
      },
    );

    it('that sees a part of it only: a name that it does not show is the caller’s fault, and no absence is claimed', async () => {
      const { fullName } = await world().repository();
      await world().fault('bitbucket', { match: '/2.0/workspaces/', effect: 'forbid', times: 100 });
      const reply = await world().request(siteBody(`${fullName}x`, 'shop-mistyped'));
      await world().clearFaults();
      expectProblem(reply, 404, 'REPOSITORY_NOT_FOUND');
      expect(reply.json.detail).toMatch(
        /no proof of its absence\. Check the name\. .*BITBUCKET_CREDENTIALS, entry acme/,
      );
      expectNoSecrets(reply);
    });

    it('that is revoked while a grant is being made leaves it to be finished, with nothing half-done', async () => {
      const repository = await world().repository();
      await world().environment(repository, 'Production');
      const body = { ...siteBody(repository, 'shop-halfway'), environment: 'Production' };
      // Only the provisioner looks an environment up by its UUID.
      const match = `/2.0/repositories/{922e118c-f34f-4226-a897-0e0afbec553d}/${repository.uuid}/environments/`;
      await world().fault('bitbucket', { match, effect: 'forbid' });
      const { value, iamWrites } = await world().trace(() => world().request(body));
      expect([value.status, iamWrites]).toEqual([202, []]);
      expect(value.json.lastError).toMatchObject({ code: 'UPSTREAM_FAILED' });
      const id = String(value.json.id);
      const types = async () => (await world().events(id)).map(({ type }) => type);
      expect(await types()).toEqual(['GrantRequested', 'AttemptFailed']);
      await world().request(body);
      await eventually(types, (all) => all.at(-1) === 'GrantActivated');
      expect((await types()).filter((type) => type !== 'AttemptFailed')).toEqual([
        'GrantRequested',
        'ProvisioningStarted',
        'RoleCreated',
        'GrantActivated',
      ]);
    });
  });
}
