import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RepositoryAdmins } from '../../../../domain/access/repository-admins.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { callerRoutes } from '../../../../handlers/http/routes/me.ts';
import { accessOf, filesOf, shipped } from '../../../support/adapters/access-rules.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { REQUEST_ID, type Served, serveRoutes } from '../../../support/handlers/served.ts';
import { asRepositoryUuid, asWorkspaceUuid } from '../../../support/identifiers.ts';

const person = (id: string, ...groups: string[]): Caller => ({ principal: { kind: 'person', id }, groups });
const service = (id: string, ...groups: string[]): Caller => ({ principal: { kind: 'service', id }, groups });
const uuid = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
const callers: Record<string, Caller> = {
  ada: { ...person('ada@acme.example', 'platform', 'staff'), issuer: 'https://login.acme.example' },
  bob: person('bob@acme.example', 'approvers'),
  sam: person('sam@acme.example'),
  reader: service('reader', 'readers'),
  bot: service('bot'),
  step: {
    principal: { kind: 'pipeline', id: uuid },
    groups: [],
    issuer: 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
    pipeline: {
      workspaceUuid: asWorkspaceUuid(uuid),
      workspaceSlug: 'acme',
      repositoryUuid: asRepositoryUuid(uuid),
    },
  },
};
const none: RepositoryAdmins = { couldBe: () => false, are: async () => false };
const rules = accessOf(shipped);
let served: Served;

beforeEach(() => {
  served = serveRoutes(callerRoutes({ access: rules, admins: () => none }), callers);
});

describe('GET /v1/me', () => {
  test('shows a person with groups and issuer, and what the rules let them do', async () => {
    expect((await served.send('GET', '/v1/me', { as: 'ada' })).json).toEqual({
      kind: 'person',
      id: 'ada@acme.example',
      groups: ['platform', 'staff'],
      issuer: 'https://login.acme.example',
      may: [
        'request',
        'revoke',
        'approve',
        'read',
        'audit',
        'freeze',
        'thaw',
        'repair',
        'release',
        'hold',
        'reconcile',
      ],
    });
  });

  test.each<[string, string[]]>([
    ['bob', ['approve', 'read', 'freeze', 'hold']],
    ['sam', []],
    ['reader', ['read']],
    ['bot', []],
    ['step', ['request', 'read']],
  ])('answers every authenticated caller, also %s: %j', async (as, may) => {
    const { status, json } = await served.send('GET', '/v1/me', { as });
    expect([status, json.may]).toEqual([200, may]);
    expect(json.id).toBe(callers[as]?.principal.id);
  });

  test.each([
    ['ada', true],
    ['bob', true],
    ['reader', true],
    ['sam', false],
    ['step', false],
  ])('says whether lists show %s every grant: %s', async (as, all) => {
    expect((await served.send('GET', '/v1/me?reach=true', { as })).json.readsEveryGrant).toBe(all);
  });

  test('does not call a list whole that a rule leaves grants out of, or that shows those of one account', async () => {
    const permit = 'principal is Person in Group::"platform", action == Action::"read"';
    for (const text of [
      `@id("a") permit (${permit}, resource); @id("b") forbid (${permit}, resource in Account::"444455556666");`,
      `@id("a") permit (${permit}, resource in Account::"111122223333");`,
    ]) {
      const access = accessOf(filesOf(text));
      served = serveRoutes(callerRoutes({ access, admins: () => none }), callers);
      expect((await served.send('GET', '/v1/me?reach=true', { as: 'ada' })).json).toMatchObject({
        may: ['read'],
        readsEveryGrant: false,
      });
    }
  });

  test('shows what being a repository’s admin could allow, and asks Bitbucket nothing', async () => {
    const are = () => Promise.reject(new Error('asked'));
    const admins: RepositoryAdmins = { couldBe: ({ principal }) => principal.id.startsWith('sam'), are };
    served = serveRoutes(callerRoutes({ access: rules, admins: () => admins }), callers);
    expect((await served.send('GET', '/v1/me', { as: 'sam' })).json.may).toEqual([
      'request',
      'revoke',
      'read',
    ]);
    expect((await served.send('GET', '/v1/me', { as: 'bot' })).json.may).toEqual([]);
  });

  test('refuses strangers, and a query', async () => {
    expectProblem(await served.send('GET', '/v1/me'), 401, 'UNAUTHENTICATED');
    expectProblem(await served.send('GET', '/v1/me', { as: 'mallory' }), 401, 'UNAUTHENTICATED');
    expectProblem(await served.send('GET', '/v1/me?as=ada', { as: 'sam' }), 400, 'REQUEST_INVALID', ['/as']);
  });

  test('logs of a refused token its issuer and the known ones, in one line with the request’s id, and answers neither', async () => {
    const reply = await served.send('GET', '/v1/me', { as: 'mallory' });
    expect(served.lines).toEqual([
      {
        level: 'info',
        message: 'request refused',
        more: {
          requestId: REQUEST_ID,
          code: 'UNAUTHENTICATED',
          status: 401,
          detail: 'The token is of no trusted issuer.',
          tokenIssuer: 'https://other.example',
          knownIssuers: ['https://login.acme.example'],
        },
      },
    ]);
    expect(reply.json.instance).toBe(REQUEST_ID);
    expect(reply.text).not.toContain('https:');
  });

  test('reports no denial: nothing was attempted', async () => {
    await served.send('GET', '/v1/me', { as: 'sam' });
    expect(served.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});
