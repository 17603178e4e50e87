import { describe, expect, it } from '@jest/globals';
import { nowThen } from '../../../domain/planning/now-then.ts';
import type { Json } from '../../support/e2e/http.ts';
import { expectProblem } from '../../support/e2e/problems.ts';
import { siteBody, siteOf } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** Plans, approvals and upgrades, as their users see them. */
export function approvalRules(world: () => World): void {
  const grace = () => world().person('grace@acme.example', { groups: ['platform'] });
  const decide = (id: string, how: 'approve' | 'reject', json: Json, token: string) =>
    world().api('POST', `/v1/grants/${id}/${how}`, { token, json });
  const typesOf = async (id: string) => (await world().events(id)).map(({ type }) => type);
  const NO_PLAN = 'f'.repeat(64);

  type Plan = { hash: string; risk: string; gained: Json[]; lost: Json[]; requiresApproval: boolean };
  const planOf = (json: Json) => json.plan as Plan;

  /** A request of Ada's that waits: nobody owns the bucket. */
  async function waiting() {
    const repository = await world().repository();
    const reply = await world().request(siteBody(repository, 'payroll'));
    expect([reply.status, reply.json.state]).toEqual([202, 'pending']);
    return { repository, id: String(reply.json.id), hash: planOf(reply.json).hash, reply };
  }

  describe('a dry run', () => {
    it('shows what would be gained, as permissions, and writes nothing', async () => {
      const repository = await world().repository();
      const { value, iamWrites } = await world().trace(() =>
        world().request(siteBody(repository, 'shop-plan'), world().ada, '?dryRun=true'),
      );
      expect([value.status, iamWrites, planOf(value.json)]).toEqual([
        200,
        [],
        {
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          risk: 'new',
          gained: [
            { action: 's3:DeleteObject', resource: 'arn:aws:s3:::shop-plan/*' },
            { action: 's3:GetObject', resource: 'arn:aws:s3:::shop-plan/*' },
            { action: 's3:ListBucket', resource: 'arn:aws:s3:::shop-plan' },
            { action: 's3:PutObject', resource: 'arn:aws:s3:::shop-plan/*' },
          ],
          lost: [],
          requiresApproval: false,
          approvalReasons: [],
          decidedBy: [],
          expiresAt: {},
          maxSessionDuration: nowThen(undefined, 3600),
          trustPolicyChanged: false,
          replaces: [],
          warnings: [],
        },
      ]);
    });

    it.each<[string, Json, string]>([
      ['that changes nothing', {}, 'same'],
      ['to an earlier end', { expiresIn: 'P1D' }, 'narrower'],
      ['to another bucket', { parameters: { bucket: 'shop-else' } }, 'wider'],
    ])('calls a change %s by its risk', async (_, over, risk) => {
      const body = siteBody(await world().repository(), 'shop-live');
      await world().granted(body);
      const reply = await world().request({ ...body, ...over }, world().ada, '?dryRun=true');
      expect(planOf(reply.json).risk).toBe(risk);
    });

    it('binds the request that carries its hash, and the repetition of that', async () => {
      const body = siteBody(await world().repository(), 'shop-bound');
      const planHash = planOf((await world().request(body, world().ada, '?dryRun=true')).json).hash;
      expect((await world().request({ ...body, planHash })).status).toBe(201);
      expect((await world().request({ ...body, planHash })).status).toBe(200);
      const other = { ...body, parameters: { bucket: 'shop-unbound' }, planHash };
      expectProblem(await world().request(other), 409, 'PLAN_CHANGED', ['/planHash']);
      expectProblem(await world().request({ ...body, planHash: 'x' }), 400, 'REQUEST_INVALID', ['/planHash']);
    });
  });

  describe('a request that waits', () => {
    it('shows its plan and touches no IAM, and the same again writes nothing', async () => {
      const { repository, id, hash, reply } = await waiting();
      expect(reply.headers.get('location')).toBe(`/v1/grants/${id}`);
      expect(planOf(reply.json)).toMatchObject({ risk: 'new', requiresApproval: true });
      const again = await world().request(siteBody(repository, 'payroll'));
      expect([again.status, planOf(again.json).hash]).toEqual([202, hash]);
      expect(await typesOf(id)).toEqual(['GrantRequested']);
    });

    it('is made once another person approves it, and its own pipeline is admitted', async () => {
      const { repository, id, hash } = await waiting();
      const reply = await decide(id, 'approve', { planHash: hash, reason: 'For payday' }, await grace());
      expect([reply.status, reply.json.state, reply.json.permissionsPolicy]).toEqual([
        200,
        'active',
        siteOf('payroll'),
      ]);
      expect(planOf(reply.json).hash).toBe(hash);
      expect((await world().get(`/v1/grants/${id}`)).json).not.toHaveProperty('plan');
      const { arn } = reply.json.role as { arn: string };
      expect(await world().assume(arn, await world().step(repository.fullName))).toHaveProperty(
        'accessKeyId',
      );
      const events = await world().events(id);
      expect(events[1]).toMatchObject({
        type: 'GrantApproved',
        principal: { kind: 'person', id: 'grace@acme.example' },
        data: { planHash: hash, reason: 'For payday' },
      });
    });

    it('is not approved by whoever asked, nor by strangers, services or pipelines', async () => {
      const { repository, id, hash } = await waiting();
      const ask = (token: string) => decide(id, 'approve', { planHash: hash }, token);
      expectProblem(await ask(world().ada), 403, 'DENIED');
      expectProblem(await ask(await world().person('mallory@acme.example')), 404, 'GRANT_NOT_FOUND');
      expectProblem(await ask(await world().service('bot', ['readers'])), 403, 'DENIED');
      const step = await world().caller(repository.fullName);
      expectProblem(await ask(step), 403, 'DENIED');
      expect(await typesOf(id)).toEqual(['GrantRequested']);
    });

    it('is not approved by another plan, with bad fields, or twice', async () => {
      const { id, hash } = await waiting();
      const token = await grace();
      expectProblem(await decide(id, 'approve', { planHash: NO_PLAN }, token), 409, 'PLAN_CHANGED', [
        '/planHash',
      ]);
      const bad = { planHash: 'x', reason: '', more: 1 };
      expectProblem(await decide(id, 'approve', bad, token), 400, 'REQUEST_INVALID', [
        '/planHash',
        '/reason',
        '/more',
      ]);
      expect((await decide(id, 'approve', { planHash: hash }, token)).status).toBe(200);
      expectProblem(await decide(id, 'approve', { planHash: hash }, token), 409, 'CONFLICT');
    });

    it('is approved once by many at the same moment', async () => {
      const { id, hash } = await waiting();
      const joan = await world().person('joan@acme.example', { groups: ['platform'] });
      const token = await grace();
      const replies = await Promise.all(
        [token, joan, token, joan].map((each) => decide(id, 'approve', { planHash: hash }, each)),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
      const types = await typesOf(id);
      expect(types.filter((type) => type === 'GrantApproved' || type === 'RoleCreated')).toHaveLength(2);
    });

    it('is rejected with a reason, and can be asked for again', async () => {
      const { repository, id, hash } = await waiting();
      expectProblem(await decide(id, 'reject', { planHash: hash }, await grace()), 400, 'REQUEST_INVALID', [
        '/reason',
      ]);
      const reply = await decide(id, 'reject', { planHash: hash, reason: 'Use shop-*' }, await grace());
      expect([reply.status, reply.json.state]).toEqual([200, 'rejected']);
      const revoked = await world().revoke(id);
      expect([revoked.status, revoked.json.state]).toEqual([200, 'rejected']);
      const again = await world().request(siteBody(repository, 'payroll'));
      expect([again.status, again.json.id, again.json.state]).toEqual([202, id, 'pending']);
    });

    it('is revoked without an IAM write', async () => {
      const { id } = await waiting();
      const { value, iamWrites } = await world().trace(() => world().revoke(id));
      expect([value.status, value.json.state, iamWrites]).toEqual([200, 'revoked', []]);
    });

    it('is not approved once its repository is gone', async () => {
      const { repository, id, hash } = await waiting();
      await world().deleteRepository(repository);
      expectProblem(
        await decide(id, 'approve', { planHash: hash }, await grace()),
        404,
        'REPOSITORY_NOT_FOUND',
      );
    });
  });

  describe('a change that waits', () => {
    it('leaves the live role as it is until somebody approves', async () => {
      const body = siteBody(await world().repository(), 'shop-now');
      const { id, role } = await world().granted(body);
      const change = await world().request({ ...body, parameters: { bucket: 'payroll' } });
      expect([change.status, change.json.state]).toEqual([202, 'active']);
      const plan = planOf(change.json);
      expect(change.json.pendingChange).toMatchObject({
        planHash: plan.hash,
        requestedBy: { kind: 'person', id: 'ada@acme.example' },
        lapsesAt: expect.any(String),
      });
      expect([plan.risk, plan.gained.length, plan.lost.length]).toEqual(['wider', 4, 4]);
      expect((await world().role(role.name))?.policies).toEqual({ permissions: siteOf('shop-now') });
      const approved = await decide(id, 'approve', { planHash: plan.hash }, await grace());
      expect(approved.status).toBe(200);
      expect(approved.json).not.toHaveProperty('pendingChange');
      expect((await world().role(role.name))?.policies).toEqual({ permissions: siteOf('payroll') });
    });

    it('is all that a rejection removes', async () => {
      const body = siteBody(await world().repository(), 'shop-stays');
      const { id, role } = await world().granted(body);
      const { hash } = planOf((await world().request({ ...body, parameters: { bucket: 'payroll' } })).json);
      const reply = await decide(id, 'reject', { planHash: hash, reason: 'No' }, await grace());
      expect([reply.status, reply.json.state]).toEqual([200, 'active']);
      expect(reply.json).not.toHaveProperty('pendingChange');
      expect((await world().role(role.name))?.policies).toEqual({ permissions: siteOf('shop-stays') });
    });
  });

  describe('an upgrade', () => {
    it('to the template as it is changes nothing, and no template has an impact then', async () => {
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-same'));
      const reply = await world().api('POST', `/v1/grants/${id}/upgrade`, { token: world().ada, json: {} });
      expect([reply.status, reply.json.id]).toEqual([200, id]);
      const impact = await world().get('/v1/templates/s3-static-site/impact');
      expect([impact.status, impact.json.items]).toEqual([200, []]);
    });

    it('of nothing, of what is not active, and the impact of no template are refused', async () => {
      const upgrade = (id: string) =>
        world().api('POST', `/v1/grants/${id}/upgrade`, { token: world().ada, json: {} });
      expectProblem(await upgrade('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa'), 404, 'GRANT_NOT_FOUND');
      expectProblem(await upgrade((await waiting()).id), 409, 'CONFLICT');
      expectProblem(await world().get('/v1/templates/no-such/impact'), 404, 'TEMPLATE_NOT_FOUND');
    });
  });
}
