import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CedarAccess } from '../../../adapters/cedar/access.ts';
import { loadCedar } from '../../../adapters/cedar/engine.ts';
import {
  type AccessContext,
  type Action,
  authorise,
  eventResource,
  type Resource,
  unknownContext,
} from '../../../domain/access/authorisation.ts';
import type { Team } from '../../../domain/access/teams/team-groups.ts';
import type { Caller, Principal } from '../../../domain/shared/principal.ts';
import { accessOf, errorsOf, examples, filesOf, shipped } from '../../support/adapters/access-rules.ts';
import { runs } from '../../support/domain/arbitraries.ts';
import { callerOfKind, present, problemOf } from '../../support/domain/samples.ts';
import {
  asAccountId,
  asEnvironmentUuid,
  asProjectUuid,
  asRepositoryUuid,
  asWorkspaceUuid,
} from '../../support/identifiers.ts';

type Row = {
  caller: string;
  on: string;
  requesterKinds?: Principal['kind'][];
  repositoryAdmin?: boolean;
  may: Partial<Record<Action, string>>;
  denied?: Partial<Record<Action, string>>;
};
type Table = {
  callers: Record<string, Principal & { groups: string[] }>;
  resources: Record<
    string,
    {
      project?: string;
      repository: string;
      environment?: string;
      template: string;
      account?: string;
      decidedBy?: string[];
    }
  >;
  shipped: Row[];
  withExamples: Row[];
};

const table: Table = JSON.parse(readFileSync(`${import.meta.dirname}/access-decisions.json`, 'utf8'));
const actions: Action[] = ['request', 'revoke', 'approve', 'read', 'audit'];
const projects: Record<string, string> = {
  SHOP: '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}',
  WEB: '{18b60cd9-173a-4a44-a4ec-6c251e367573}',
};

const ada: Caller = { principal: { kind: 'person', id: 'ada' }, groups: ['platform'] };

function callerOf(name: string): Caller {
  const found = table.callers[name];
  if (!found) throw new Error(`no caller ${name}`);
  const { kind, id, groups } = found;
  return callerOfKind(kind, id, groups);
}

function resourceOf(name: string, action: Action): Resource {
  const found = table.resources[name];
  if (!found) throw new Error(`no resource ${name}`);
  const event = eventResource({
    projectUuid: found.project === undefined ? undefined : asProjectUuid(present(projects[found.project])),
    repositoryUuid: asRepositoryUuid(found.repository),
    accountId: asAccountId(found.account ?? '111122223333'),
  });
  if (action === 'audit') return event;
  return {
    ...event,
    workspaceUuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}'),
    decidedBy: (found.decidedBy ?? []).map((key) => asProjectUuid(present(projects[key]))),
    environmentUuid: found.environment === undefined ? undefined : asEnvironmentUuid(found.environment),
    template: { name: found.template },
  };
}

const withExamples = { ...shipped, rules: [...shipped.rules, ...examples.rules] };
const teams: Team[] = [
  {
    uuid: asProjectUuid(present(projects.SHOP)),
    requesters: ['shop-developers'],
    approvers: ['shop-leads', 'all-leads'],
    auditors: ['shop-auditors'],
  },
  { uuid: asProjectUuid(present(projects.WEB)), approvers: ['web-owners', 'all-leads'] },
];
const shippedRules = accessOf(shipped, loadCedar, teams);
const allRules = accessOf(withExamples, loadCedar, teams);
const rows: [string, CedarAccess, Row][] = [
  ...table.shipped.map((row): [string, CedarAccess, Row] => ['the rules in force', shippedRules, row]),
  ...table.withExamples.map((row): [string, CedarAccess, Row] => [
    'the rules with all examples',
    allRules,
    row,
  ]),
];

describe('the decision table', () => {
  test.each(rows)('%s %#', (_, rules, { caller, on, may, denied = {}, ...given }) => {
    const context = { requesterKinds: ['person' as const], repositoryAdmin: false, ...given };
    const decisions = Object.fromEntries(
      actions.map((action) => {
        const { allowed, rule } = rules.decide({
          caller: callerOf(caller),
          action,
          resource: resourceOf(on, action),
          context,
        });
        return [action, `${allowed ? 'allowed' : 'denied'} by ${rule}`];
      }),
    );
    const expected = Object.fromEntries(
      actions.map((action) => [
        action,
        may[action] ? `allowed by ${may[action]}` : `denied by ${denied[action] ?? 'default-deny'}`,
      ]),
    );
    expect({ caller, on, decisions }).toEqual({ caller, on, decisions: expected });
  });

  test('has a row for every rule', () => {
    const named = [...table.shipped, ...table.withExamples].flatMap(({ may, denied = {} }) => [
      ...Object.values(may),
      ...Object.values(denied),
    ]);
    const ids = withExamples.rules.flatMap(({ text }) =>
      [...text.matchAll(/^@id\("(.*)"\)$/gm)].map(([, id]) => id),
    );
    expect(ids.filter((id) => !named.includes(id ?? ''))).toEqual([]);
  });
});

describe('asked without a resource, the rules', () => {
  const could = (rules: CedarAccess, caller: string, context: AccessContext = unknownContext) =>
    actions.filter((action) => rules.couldBeAllowed({ caller: callerOf(caller), action, context }).allowed);

  test.each<[string, Action[]]>([
    ['ada of platform', actions],
    ['an approver', ['approve', 'read']],
    ['a shop developer', ['request', 'read']],
    ['a shop lead', ['revoke', 'approve', 'read']],
    ['a web owner', ['revoke', 'approve', 'read']],
    ['a shop auditor', ['read', 'audit']],
    ['an auditor', ['read', 'audit']],
    ['a service of shop developers', []],
    ['mallory', []],
    ['somebody of Platform', []],
    ['a reading service', ['read']],
    ['a service', []],
    ['a pipeline', ['request', 'read']],
    ['the system', ['request', 'revoke', 'read']],
  ])('say what %s could do somewhere', (caller, expected) => {
    expect(could(shippedRules, caller)).toEqual(expected);
  });

  test('tell a stranger nothing, and count Bitbucket’s word where it may come', () => {
    const admin = { ...unknownContext, repositoryAdmin: true };
    expect(could(shippedRules, 'mallory', admin)).toEqual(['request', 'revoke', 'read']);
    expect(could(shippedRules, 'a service', admin)).toEqual([]);
  });

  test('let through whoever may act on one project, template or service only', () => {
    expect(could(allRules, 'a shop approver')).toEqual(['approve', 'read']);
    expect(could(allRules, 'release-bot')).toEqual(['request', 'read']);
    expect(could(allRules, 'log-export')).toEqual(['audit']);
  });

  test('heed conditions and forbids that look at the caller alone', () => {
    const rules = accessOf(
      filesOf(`
        @id("web") permit (principal, action, resource) when { principal in Group::"web" };
        @id("no-eve") forbid (principal == Person::"eve@acme.example", action, resource);
        @id("no-shop") forbid (principal, action, resource in Project::"${projects.SHOP}");`),
    );
    const ask = (id: string, ...groups: string[]) =>
      rules.couldBeAllowed({
        caller: { principal: { kind: 'person', id }, groups },
        action: 'request',
        context: unknownContext,
      });
    expect(ask('may@acme.example', 'web')).toMatchObject({ allowed: true });
    expect(ask('may@acme.example')).toMatchObject({ allowed: false, rule: 'default-deny' });
    expect(ask('eve@acme.example', 'web')).toMatchObject({ allowed: false, rule: 'no-eve' });
  });
});

describe('a denial', () => {
  test('names the forbid and its next step, and nothing of the policy’s text', () => {
    const resource = {
      ...resourceOf('shop', 'request'),
      template: { name: 's3-static-site', requestableBy: ['person' as const] },
    };
    const denied = authorise({
      rules: allRules,
      caller: callerOf('ada of platform'),
      action: 'request',
      resource,
      context: unknownContext,
      report: () => {},
    });
    expect(problemOf(denied).detail).toBe(
      'Rule nothing-repository-wide-in-shop does not allow person ada@acme.example to request here. Name a deployment environment in the request.',
    );
  });

  test('follows where a rule cannot be evaluated, even a forbid beside a permit', () => {
    const unsaid = shippedRules.decide({
      caller: callerOf('ada of platform'),
      action: 'approve',
      resource: resourceOf('shop', 'approve'),
      context: unknownContext,
    });
    expect(unsaid).toMatchObject({ allowed: false, rule: 'machine-requests-need-approvers' });
  });

  test('follows where the schema does not bring caller and action together', () => {
    const open = accessOf(filesOf('@id("all") permit (principal, action, resource);'));
    const may = (kind: Principal['kind']) =>
      actions.filter(
        (action) =>
          open.decide({
            caller: callerOfKind(kind, 'x'),
            action,
            resource: resourceOf('shop', action),
            context: { requesterKinds: [], repositoryAdmin: false },
          }).allowed,
      );
    expect(may('pipeline')).toEqual(['request', 'read']);
    expect(may('system')).toEqual(['request', 'revoke', 'read']);
    expect(may('service')).toEqual(['request', 'revoke', 'read', 'audit']);
    expect(may('person')).toEqual(actions);
  });
});

const one = <T>(...values: T[]) => fc.constantFrom(...values);
const callers = fc.record({
  kind: one<Principal['kind']>('person', 'service', 'pipeline', 'system'),
  id: one('ada@acme.example', 'release-bot', 'x"]}', '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
  groups: fc.uniqueArray(one('platform', 'approvers', 'readers', 'web', 'release-managers', 'a"b\\'), {
    maxLength: 3,
  }),
});
const questions = fc.record({
  caller: callers.map(({ kind, id, groups }) => callerOfKind(kind, id, groups)),
  action: one(...actions),
  on: one(...Object.keys(table.resources)),
  context: fc.record({
    requesterKinds: fc.uniqueArray(one<Principal['kind']>('person', 'service', 'pipeline', 'system')),
    repositoryAdmin: fc.boolean(),
  }),
});
type Question = { caller: Caller; action: Action; on: string; context: AccessContext };
const decided = (rules: CedarAccess, { caller, action, on, context }: Question) =>
  rules.decide({ caller, action, resource: resourceOf(on, action), context });

describe('whatever is asked', () => {
  test('a pipeline stays within its limits, though the rules permit everything', () => {
    const open = accessOf(filesOf('@id("all") permit (principal, action, resource);'));
    const uuids = ['{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}', '{3b2f8666-11df-42ad-adc4-55d5d305ae3a}'];
    const place = fc.record({
      workspaceUuid: one(...uuids.map(asWorkspaceUuid)),
      repositoryUuid: one(...uuids.map(asRepositoryUuid)),
      environmentUuid: fc.option(one(...uuids.map(asEnvironmentUuid)), { nil: undefined }),
    });
    const approval = one('none' as const, 'required' as const);
    const kinds = fc.subarray<Principal['kind']>(['person', 'pipeline']);
    fc.assert(
      fc.property(
        place,
        place,
        one(...actions),
        approval,
        kinds,
        (own, asked, action, approval, requestableBy) => {
          const { repositoryUuid: id } = own;
          const pipeline = { ...own, workspaceSlug: 'acme' };
          const template = { name: 'ecr-push', approval, requestableBy };
          const resource = {
            ...asked,
            projectUuid: undefined,
            decidedBy: [],
            accountId: asAccountId('111122223333'),
            template,
          };
          const { ok } = authorise({
            rules: open,
            caller: { principal: { kind: 'pipeline', id }, groups: [], pipeline },
            action,
            resource,
            context: unknownContext,
            report: () => {},
          });
          const isOwn = JSON.stringify(own) === JSON.stringify(asked);
          const isRequestable = approval === 'none' && requestableBy.includes('pipeline');
          expect(ok).toBe(isOwn && (action === 'read' || (action === 'request' && isRequestable)));
        },
      ),
      runs(300),
    );
  });

  test('one more forbid never allows more', () => {
    const forbids = fc.record({
      principal: one(
        'principal',
        'principal is Person',
        'principal in Group::"web"',
        'principal is Service in Group::"readers"',
      ),
      action: one('action', 'action in [Action::"request", Action::"read"]', 'action == Action::"read"'),
      resource: one(
        'resource',
        `resource in Project::"${projects.SHOP}"`,
        'resource in Account::"111122223333"',
      ),
      condition: one(
        '',
        'when { principal in Group::"approvers" }',
        'unless { principal in Group::"platform" }',
      ),
    });
    fc.assert(
      fc.property(forbids, fc.array(questions, { minLength: 1, maxLength: 20 }), (forbid, asked) => {
        const { principal, action, resource, condition } = forbid;
        const text = `@id("more") forbid (${principal}, ${action}, ${resource}) ${condition};`;
        const files = { ...shipped, rules: [...shipped.rules, ...filesOf(text).rules] };
        if (errorsOf(files).length > 0) return;
        const more = accessOf(files);
        for (const question of asked) {
          const before = decided(shippedRules, question).allowed;
          expect(decided(more, question).allowed && !before).toBe(false);
        }
      }),
      runs(25),
    );
  });

  test('whoever is allowed somewhere is never turned away before the resource is known', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const { caller, action, context } = question;
        for (const rules of [shippedRules, allRules]) {
          if (!decided(rules, question).allowed) continue;
          expect(rules.couldBeAllowed({ caller, action, context }).allowed).toBe(true);
        }
      }),
      runs(300),
    );
  });

  test('nothing is loaded before the first decision, and nothing is decided without Cedar', () => {
    const broken = accessOf(shipped, () => {
      throw new Error('no engine');
    });
    const ask = () => broken.couldBeAllowed({ caller: ada, action: 'read', context: unknownContext });
    expect(() => broken.prepare()).toThrow('no engine');
    expect(ask).toThrow('no engine');
  });

  test('after it was prepared, the first decision loads and parses nothing', () => {
    const calls: string[] = [];
    const cedar = loadCedar();
    const watched = {
      ...cedar,
      preparsePolicySet: (...given: Parameters<typeof cedar.preparsePolicySet>) => {
        calls.push('parse');
        return cedar.preparsePolicySet(...given);
      },
    };
    const access = accessOf(shipped, () => {
      calls.push('load');
      return watched;
    });
    access.prepare();
    expect(calls).toEqual(['load', 'parse', 'parse']);
    const attempt = { caller: ada, action: 'read' as const, context: unknownContext };
    expect(access.couldBeAllowed(attempt)).toEqual(shippedRules.couldBeAllowed(attempt));
    expect(calls).toHaveLength(3);
  });

  test('Cedar’s own check of requests against the schema agrees', () => {
    const cedar = loadCedar();
    const { text: schema = '' } = shipped.schema ?? {};
    const policies = { staticPolicies: shipped.rules.map((file) => file.text).join('\n') };
    const strict = {
      ...cedar,
      statefulIsAuthorized: ({
        preparsedPolicySetId: _,
        ...call
      }: Parameters<typeof cedar.statefulIsAuthorized>[0]) =>
        cedar.isAuthorized({ ...call, policies, schema, validateRequest: true }),
    };
    const checked = accessOf(shipped, () => strict);
    fc.assert(
      fc.property(questions, (question) => {
        expect(decided(checked, question).allowed).toBe(decided(shippedRules, question).allowed);
      }),
      runs(100),
    );
  });
});
