import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { type Reply, send } from '../support/e2e/http.ts';
import { expectProblem } from '../support/e2e/problems.ts';
import { siteBody } from '../support/e2e/samples.ts';
import { useStack } from '../support/e2e/stack/stack.ts';

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'rolewright-teams-'));
const [, settings = ''] =
  /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/company.md'), 'utf8')) ?? [];
const configuration = join(folder, 'company.yaml');
writeFileSync(configuration, settings);
const [entra = '', okta = ''] = (parse(settings) as { issuers: { issuer: string }[] }).issuers.map(
  ({ issuer }) => issuer,
);
const world = useStack({ source: { ...sourceOfStage(root, 'sandbox'), configuration } });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A token of one of the company's issuers. */
async function tokenOf(issuer: string, name: string, ...groups: string[]): Promise<string> {
  const json = { issuer, email: `${name}@acme.example`, groups };
  const reply = await send(world().stack.bitbucket.url, 'POST', '/sandbox/person-token', { json });
  return String(reply.json.token);
}
const shop = 'acme/shop';
const named = (name: string, bucket: string, more = {}) => ({ ...siteBody(shop, bucket), name, ...more });
const daysLeft = ({ expiresAt, createdAt }: Reply['json']): number =>
  Math.round((Date.parse(String(expiresAt)) - Date.parse(String(createdAt))) / 86_400_000);
const decide = (id: unknown, verb: 'approve' | 'reject', token: string, planHash: unknown) =>
  world().api('POST', `/v1/grants/${id}/${verb}`, { token, json: { planHash, reason: 'Read' } });
const planOf = ({ plan }: Reply['json']) =>
  plan as { hash: string; approvalReasons: string[]; expiresAt: { now: string; then: string } };
const hashOf = (json: Reply['json']): unknown => planOf(json).hash;

describe('a company with two identity providers, five teams, one auditor and a list of its approvers', () => {
  it('lets a developer ask on their first day, in their own team, from either provider', async () => {
    for (const [issuer, name] of [
      [entra, 'first-day'],
      [okta, 'contractor'],
    ] as const) {
      const token = await tokenOf(issuer, name, 'shop-developers');
      const reply = await world().request(named(name, 'shop-site'), token);
      expect(reply.status).toBe(201);
      expect(daysLeft(reply.json)).toBe(30);
      const elsewhere = await world().request(siteBody('acme/web', 'web-site'), token);
      expectProblem(elsewhere, 403, 'DENIED');
    }
  });

  it('lets a person without a group do nothing, as on the day after their last', async () => {
    const token = await tokenOf(entra, 'first-day');
    expectProblem(await world().request(named('first-day', 'shop-site'), token), 403, 'DENIED');
    expect((await world().get('/v1/grants', token)).json.items).toEqual([]);
    expect((await world().get('/v1/me', token)).json.may).toEqual([]);
  });

  it('keeps what a person had asked for, out of their reach and in that of their team', async () => {
    const developer = await tokenOf(entra, 'leaver', 'shop-developers');
    const { json: grant } = await world().request(named('leaver', 'shop-left'), developer);
    const after = await tokenOf(entra, 'leaver');
    const path = `/v1/grants/${grant.id}`;
    for (const asked of [
      world().request(named('leaver', 'shop-left', { expiresIn: 'P60D' }), after),
      world().api('DELETE', path, { token: after }),
    ]) {
      expect([403, 404]).toContain((await asked).status);
    }
    const lead = await tokenOf(entra, 'sam', 'shop-leads');
    expect((await world().get(path, lead)).json.state).toBe('active');
    expect((await world().api('DELETE', path, { token: lead })).json.state).toBe('revoked');
  });

  it('has the approvers of the team that owns a name decide, and no others', async () => {
    const developer = await tokenOf(entra, 'dev', 'shop-developers');
    const asked = await world().request(named('foreign', 'web-site'), developer);
    expect(asked.status).toBe(202);
    const { id } = asked.json;
    const shopLead = await tokenOf(entra, 'sam', 'shop-leads');
    const webLead = await tokenOf(entra, 'wim', 'web-leads');
    const unlisted = await tokenOf(entra, 'eve', 'web-leads');
    expectProblem(await decide(id, 'approve', developer, hashOf(asked.json)), 403, 'DENIED');
    expectProblem(await decide(id, 'approve', shopLead, hashOf(asked.json)), 403, 'DENIED');
    expectProblem(await decide(id, 'approve', unlisted, hashOf(asked.json)), 403, 'DENIED');
    const approved = await decide(id, 'approve', webLead, hashOf(asked.json));
    expect([approved.status, approved.json.state]).toEqual([200, 'active']);
  });

  it('leaves a name without an owner to the installation’s approvers', async () => {
    const developer = await tokenOf(okta, 'dev', 'shop-developers');
    const asked = await world().request(named('nobodys', 'payroll'), developer);
    expect(asked.status).toBe(202);
    const { id } = asked.json;
    const shopLead = await tokenOf(entra, 'sam', 'shop-leads');
    expectProblem(await decide(id, 'approve', shopLead, hashOf(asked.json)), 403, 'DENIED');
    const grace = await tokenOf(entra, 'grace', 'approvers');
    const approved = await decide(id, 'approve', grace, hashOf(asked.json));
    expect([approved.status, approved.json.state]).toEqual([200, 'active']);
  });

  it('has an auditor who reads and audits all of it, and may do nothing else', async () => {
    const developer = await tokenOf(entra, 'dev', 'shop-developers');
    const { json: grant } = await world().request(named('audited', 'shop-site'), developer);
    const { json: waiting } = await world().request(named('unaudited', 'web-site'), developer);
    const token = await tokenOf(entra, 'auditor', 'auditors');
    expect((await world().get('/v1/me', token)).json.may).toEqual(['read', 'audit']);
    expect((await world().get(`/v1/grants/${grant.id}`, token)).json.state).toBe('active');
    const { status, json } = await world().get(`/v1/events?stream=${grant.id}`, token);
    const types = (json.items as { type: string }[]).map(({ type }) => type);
    expect([status, types.at(-1), types[0]]).toEqual([200, 'GrantRequested', 'GrantActivated']);
    for (const denied of [
      world().request(named('mine', 'shop-site'), token),
      world().api('DELETE', `/v1/grants/${grant.id}`, { token }),
      decide(waiting.id, 'approve', token, hashOf(waiting)),
      decide(waiting.id, 'reject', token, hashOf(waiting)),
    ]) {
      expectProblem(await denied, 403, 'DENIED');
    }
    expect((await world().get(`/v1/grants/${grant.id}`, token)).json.state).toBe('active');
    expect((await world().get(`/v1/grants/${waiting.id}`, token)).json.state).toBe('pending');
  });

  it('has auditors of one team who read that team’s log, and of others nothing', async () => {
    const developer = await tokenOf(okta, 'operator', 'ops-developers');
    const own = await world().request(siteBody('acme/ops-example', 'ops-site'), developer);
    expect(own.status).toBe(201);
    const token = await tokenOf(okta, 'checker', 'ops-auditors');
    const streams = async (query = '') => {
      const { json } = await world().get(`/v1/events${query}`, token);
      return [...new Set((json.items as { grantId: string }[]).map(({ grantId }) => grantId))];
    };
    expect(await streams()).toEqual([own.json.id]);
    expect(await streams('?repository=acme/ops-example')).toEqual([own.json.id]);
    expect(await streams('?repository=acme/shop')).toEqual([]);
  });

  it('has a renewal beyond the term wait for the team’s approvers, who see both ends', async () => {
    const developer = await tokenOf(entra, 'dev', 'shop-developers');
    const { json: before } = await world().request(named('renewed', 'shop-site'), developer);
    const asked = await world().request(named('renewed', 'shop-site', { expiresIn: 'P90D' }), developer);
    expect(asked.status).toBe(202);
    const { expiresAt, approvalReasons } = planOf(asked.json);
    expect(expiresAt.now).toBe(before.expiresAt);
    expect(approvalReasons).toEqual([expect.stringContaining('longer than P90D since its last approval')]);
    const lead = await tokenOf(entra, 'sam', 'shop-leads');
    const approved = await decide(asked.json.id, 'approve', lead, hashOf(asked.json));
    expect([approved.status, approved.json.state, daysLeft(approved.json)]).toEqual([200, 'active', 90]);
  });

  it('holds each team to how long it may ask, and to saying why', async () => {
    const shopDeveloper = await tokenOf(entra, 'dev', 'shop-developers');
    const long = await world().request(named('long', 'shop-site', { expiresIn: 'P91D' }), shopDeveloper);
    expectProblem(long, 422, 'LIFETIME_TOO_LONG');
    const pay = await tokenOf(entra, 'pay', 'pay-developers');
    expectProblem(
      await world().request(siteBody('acme/pay-example', 'pay-site'), pay),
      422,
      'REASON_REQUIRED',
    );
    const data = await tokenOf(okta, 'data', 'data-developers');
    expectProblem(
      await world().request(siteBody('acme/data-example', 'data-site'), data),
      422,
      'LIFETIME_REQUIRED',
    );
  });
});
