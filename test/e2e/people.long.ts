import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { expectProblem } from '../support/e2e/problems.ts';
import { siteBody } from '../support/e2e/samples.ts';
import { SLACK, slackOf } from '../support/e2e/slack.ts';
import { useStack } from '../support/e2e/stack/stack.ts';

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'rolewright-people-'));
const REALM = 'https://sso.acme.example/realms/acme';
const realm = { issuer: REALM, audience: 'rolewright', keys: `${REALM}/certs`, algorithms: ['RS256'] };

/** The sandbox's configuration with people and services of one more issuer, whose roles are found by path, and with people who
 *  are in no list. */
function writeSettings() {
  const standard = parse(readFileSync(join(root, 'sandbox/config.yaml'), 'utf8'));
  const settings = {
    ...standard,
    issuers: [
      ...standard.issuers,
      {
        ...realm,
        kind: 'person',
        match: { kind: 'person' },
        idClaim: 'email',
        groupsClaim: 'realm_access.roles',
      },
      { ...realm, kind: 'service', match: { kind: 'service' }, groupsClaim: 'realm_access.roles' },
    ],
    emailDomains: [{ domain: 'acme.example', groups: ['staff'] }],
    slack: {
      ...standard.slack,
      emailLookup: true,
      userGroups: [{ id: 'S0SHOPDEVS', groups: ['shop-developers'] }],
    },
  };
  writeFileSync(join(folder, 'config.yaml'), stringify(settings));
  cpSync(join(root, 'sandbox/access'), join(folder, 'access'), { recursive: true });
  writeFileSync(
    join(folder, 'access/developers.cedar'),
    `@id("shop-developers")
permit (principal is Person in Group::"shop-developers", action in [Action::"request", Action::"read"], resource);
@id("staff-read")
permit (principal is Person in Group::"staff", action == Action::"read", resource);
`,
  );
  return { configuration: join(folder, 'config.yaml'), access: join(folder, 'access') };
}

const world = useStack({ source: { ...sourceOfStage(root, 'sandbox'), ...writeSettings() } });
const slack = slackOf(world);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const me = async (token: string) => (await world().get('/v1/me', token)).json;

describe('a person in no list', () => {
  it('asks in Slack by their user group, another person approves, and both sides are told', async () => {
    const { fullName } = await world().repository();
    await slack.command('lin', `request ${fullName} s3-static-site bucket=payroll because we pay people`);
    const card = await slack.said({ channel: SLACK.approvals }, fullName, 'lin@acme.example');
    await slack.click('lin', card.ts, 'approve');
    await slack.said(
      { channel: SLACK.approvals, ephemeralTo: 'U0LIN', after: card.ts },
      'unlisted-requests-and-reads-only',
      'entry to people',
    );
    await slack.click('grace', card.ts, 'approve');
    const { id } = await slack.grantOf(fullName, 'active');
    await slack.said({ channel: 'D0LIN' }, 'Granted', id);
    expect((await world().events(id)).map(({ type, principal }) => [type, principal.id])).toEqual(
      expect.arrayContaining([
        ['GrantRequested', 'lin@acme.example'],
        ['GrantApproved', 'grace@acme.example'],
      ]),
    );
    await slack.command('lin', `revoke ${id}`);
    await slack.said({ ephemeralTo: 'U0LIN', after: card.ts }, 'DENIED', 'unlisted-requests-and-reads-only');
    expect((await slack.grantOf(fullName, 'active')).id).toBe(id);
  });

  it('reads what the domain of their email allows, and asks for nothing where no user group does', async () => {
    const { fullName } = await world().repository();
    await slack.command('kim', `request ${fullName} s3-static-site bucket=shop-kim`);
    await slack.said({ ephemeralTo: 'U0KIM' }, 'DENIED', 'default-deny');
    await slack.command('kim', `list ${fullName}`);
    await slack.said({ ephemeralTo: 'U0KIM' }, 'no grants that you may read');
    expect(await world().all(`/v1/grants?repository=${fullName}`, 25)).toEqual([]);
  });

  it('is the same person over HTTP, who may not approve there what they asked for in Slack', async () => {
    const { fullName } = await world().repository();
    await slack.command('lin', `request ${fullName} s3-static-site bucket=payroll`);
    const { id, pendingPlanHash } = await waitingOf(fullName);
    const token = await world().person('lin@acme.example', { groups: ['approvers'] });
    expect(await me(token)).toMatchObject({ id: 'lin@acme.example', groups: ['approvers', 'staff'] });
    const reply = await world().api('POST', `/v1/grants/${id}/approve`, {
      token,
      json: { planHash: pendingPlanHash },
    });
    expectProblem(reply, 403, 'DENIED');
    expect(reply.json.detail).toContain('nobody-approves-their-own-request');
  });

  async function waitingOf(fullName: string) {
    const { id, plan } = (await slack.grantOf(fullName, 'pending')) as unknown as {
      id: string;
      plan: { hash: string };
    };
    return { id, pendingPlanHash: plan.hash };
  }

  it.each(['gus', 'nina', 'build'])('is nobody as %s, whatever user group they are in', async (user) => {
    const reply = await slack.command(user, 'list');
    expect(reply.text).toContain('I do not know who you are');
  });
});

describe('people and services of one issuer, with roles by path', () => {
  const of = (over: object) => ({ issuer: REALM, ...over });

  it('are told apart, and have the roles of their tokens and the group of their domain', async () => {
    const person = await world().person('noor@acme.example', of({ groups: ['approvers'] }));
    expect(await me(person)).toEqual({
      kind: 'person',
      id: 'noor@acme.example',
      groups: ['approvers', 'staff'],
      issuer: REALM,
      may: expect.arrayContaining(['approve', 'read']),
    });
    const service = await world().service('report', ['readers'], of({}));
    expect(await me(service)).toEqual({
      kind: 'service',
      id: 'report',
      groups: ['readers'],
      issuer: REALM,
      may: ['read'],
    });
  });

  it('and a person of another domain has no group of ours', async () => {
    const stranger = await world().person('noor@partner.example', of({ groups: [] }));
    expect(await me(stranger)).toMatchObject({ groups: [], may: [] });
    expectProblem(await world().request(siteBody('acme/shop', 'shop-x'), stranger), 403, 'DENIED');
  });
});
