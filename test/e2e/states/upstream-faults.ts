import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/e2e/eventually.ts';
import { expectNoSecrets, expectProblem, refused } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const STORY = ['GrantRequested', 'ProvisioningStarted', 'RoleCreated', 'GrantActivated'];

/** What happens when Bitbucket or DynamoDB fail. */
export function upstreamFaultRules(world: () => World): void {
  describe('Bitbucket', () => {
    it.each([['throttle'], ['error'], ['drop'], ['lostReply']])(
      'that keeps failing (%s) is told as 503 with Retry-After, and nothing is written',
      async (effect) => {
        const body = siteBody(await world().repository(), 'shop-outage');
        await world().fault('bitbucket', { match: '/2.0/repositories', effect, times: 3 });
        const reply = await refused(world(), () => world().request(body));
        expectProblem(reply, 503, 'UPSTREAM_UNAVAILABLE');
        expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
        expectNoSecrets(reply);
        expect((await world().request(body)).status).toBe(201);
      },
    );

    it.each([['throttle'], ['error'], ['drop'], ['lostReply']])(
      'that fails once (%s) is asked again',
      async (effect) => {
        const body = siteBody(await world().repository(), 'shop-hiccup');
        await world().fault('bitbucket', { match: '/2.0/repositories', effect });
        expect((await world().request(body)).status).toBe(201);
      },
    );

    it('that refuses our credentials is told as 502, and nothing is written', async () => {
      const body = siteBody(await world().repository(), 'shop-forbidden');
      await world().fault('bitbucket', { match: '/2.0/repositories', effect: 'forbid' });
      const reply = await refused(world(), () => world().request(body));
      expectProblem(reply, 502, 'UPSTREAM_FAILED');
      expectNoSecrets(reply);
    });

    it('that fails the provisioner leaves the grant to be finished by the next request', async () => {
      const repository = await world().repository();
      await world().environment(repository, 'Production');
      const body = { ...siteBody(repository, 'shop-later'), environment: 'Production' };
      // Only the provisioner looks an environment up by its UUID.
      const match = `/2.0/repositories/{922e118c-f34f-4226-a897-0e0afbec553d}/${repository.uuid}/environments/`;
      await world().fault('bitbucket', { match, effect: 'error', times: 3 });
      const { value, iamWrites } = await world().trace(() => world().request(body));
      expect([value.status, value.json.state]).toEqual([202, 'provisioning']);
      expect(value.headers.get('location')).toBe(`/v1/grants/${value.json.id}`);
      expect(value.json.lastError).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
      expect(iamWrites).toEqual([]);
      const again = await world().request(body);
      expect([again.status, again.json.state]).toEqual([200, 'active']);
    });

    it('that does not give its keys makes nobody unauthenticated', async () => {
      const token = await world().caller('globex/other');
      await world().fault('bitbucket', { match: '/2.0/workspaces/globex', effect: 'error', times: 3 });
      const reply = await refused(world(), () => world().get('/v1/grants', token));
      expectProblem(reply, 503, 'UPSTREAM_UNAVAILABLE');
      await world().clearFaults();
      // The failed fetch is not repeated for some seconds.
      await eventually(
        () => world().get('/v1/grants', token),
        ({ status }) => status === 200,
      );
    });
  });

  describe('DynamoDB', () => {
    it.each(
      ['ExecuteStatement', 'Query', 'UpdateItem'].flatMap((match) =>
        ['throttle', 'error', 'drop', 'lostReply'].map((effect) => [match, effect]),
      ),
    )('that fails once (%s, %s) changes neither answer nor story', async (match, effect) => {
      const body = siteBody(await world().repository(), 'shop-table');
      await world().fault('dynamodb', { match, effect });
      const { status, json } = await world().request(body);
      expect([status, json.state]).toEqual([201, 'active']);
      const events = await world().events(String(json.id));
      expect(events.map(({ type }) => type)).toEqual(STORY);
    });

    it.each([
      ['error', 503, 'UPSTREAM_UNAVAILABLE', 4],
      ['forbid', 502, 'UPSTREAM_FAILED', 1],
    ] as const)('that keeps refusing to read (%s) is told as %i', async (effect, status, code, times) => {
      const body = siteBody(await world().repository(), 'shop-unread');
      await world().fault('dynamodb', { match: 'Query', effect, times });
      const reply = await refused(world(), () => world().request(body));
      expectProblem(reply, status, code);
      expectNoSecrets(reply);
      expect(reply.headers.has('retry-after')).toBe(status === 503);
    });

    it('that refuses to append is told as 502, and no role is made', async () => {
      const body = siteBody(await world().repository(), 'shop-unwritten');
      await world().fault('dynamodb', { match: 'ExecuteStatement', effect: 'forbid' });
      const { value, iam } = await world().trace(() => world().request(body));
      expectProblem(value, 502, 'UPSTREAM_FAILED');
      expect(iam).toEqual([]);
      expect((await world().get(`/v1/grants?repository=${body.repository}`)).json).toEqual({ items: [] });
      expect((await world().request(body)).status).toBe(201);
    });
  });
}
