import { describe, expect, test } from '@jest/globals';
import {
  type AccessRules,
  type Action,
  type Attempt,
  actions as allActions,
  authorise,
  couldBeAllowed,
  type DeniedAccess,
  personRequired,
  type Resource,
  refuse,
  unknownContext,
} from '../../../../domain/access/authorisation.ts';
import { noReach } from '../../../../domain/access/reach.ts';
import type { EnvironmentUuid } from '../../../../domain/shared/identifiers.ts';
import type { Caller, PipelineClaims } from '../../../../domain/shared/principal.ts';
import { accessRules } from '../../../support/domain/fakes/fakes.ts';
import {
  ACME,
  callerOfKind,
  codeOf,
  GLOBEX,
  problemOf,
  production,
  shop,
  staging,
  web,
} from '../../../support/domain/samples.ts';
import { asAccountId } from '../../../support/identifiers.ts';

const actions: Action[] = ['request', 'revoke', 'approve', 'read', 'audit'];
const permit = () => ({ allowed: true, rule: 'everything' });
const everything: AccessRules = {
  couldBeAllowed: permit,
  decide: permit,
  reachOf: () => ({ ...noReach, everything: true }),
};
const template = {
  name: 's3-static-site',
  requestableBy: ['person', 'service', 'pipeline', 'system'] as Caller['principal']['kind'][],
  approval: 'none' as const,
};
const resource = (over: Partial<Resource> = {}): Resource => ({
  workspaceUuid: ACME.uuid,
  projectUuid: undefined,
  decidedBy: [],
  environmentUuid: undefined,
  repositoryUuid: shop.uuid,
  accountId: asAccountId('111122223333'),
  template,
  ...over,
});
const caller = (kind: Caller['principal']['kind'], ...groups: string[]): Caller =>
  callerOfKind(kind, 'somebody', groups);
const pipeline = (over: Partial<PipelineClaims> = {}): Caller => ({
  principal: { kind: 'pipeline', id: shop.uuid },
  groups: [],
  pipeline: { workspaceUuid: ACME.uuid, workspaceSlug: 'acme', repositoryUuid: shop.uuid, ...over },
});
type Question = Partial<Parameters<typeof authorise>[0]> & Pick<Attempt, 'caller' | 'action'>;
const decided = (question: Question) =>
  authorise({
    rules: everything,
    resource: resource(),
    context: unknownContext,
    report: () => {},
    ...question,
  });
const allowed = (who: Caller, rules = accessRules, on = resource()) =>
  actions.filter((action) => decided({ rules, caller: who, action, resource: on }).ok);

describe('whatever the rules say, a pipeline', () => {
  const inProduction = pipeline({ environmentUuid: production.uuid });

  test.each<[string, Caller, Partial<Resource>]>([
    ['of another repository', pipeline(), { repositoryUuid: web.uuid }],
    ['of another workspace', pipeline(), { workspaceUuid: GLOBEX.uuid }],
    ['without environment, for an environment', pipeline(), { environmentUuid: production.uuid }],
    ['in an environment, for the whole repository', inProduction, {}],
    ['in an environment, for another one', inProduction, { environmentUuid: staging.uuid }],
    [
      'in an environment of its name only',
      inProduction,
      { environmentUuid: 'Production' as EnvironmentUuid },
    ],
  ])('%s is denied everything', (_, who, over) => {
    expect(allowed(who, everything, resource(over))).toEqual([]);
  });

  test('never revokes, approves or audits, not even its own', () => {
    expect(allowed(pipeline(), everything)).toEqual(['request', 'read']);
    expect(allowed(inProduction, everything, resource({ environmentUuid: production.uuid }))).toEqual([
      'request',
      'read',
    ]);
  });

  test('never gets what needs approval, and may read it', () => {
    const careful = resource({ template: { ...template, approval: 'required' as const } });
    expect(allowed(pipeline(), everything, careful)).toEqual(['read']);
  });

  test('may not request what names no template', () => {
    expect(allowed(pipeline(), everything, resource({ template: undefined }))).toEqual(['read']);
  });
});

describe('whatever the rules say, a template', () => {
  test.each<Caller['principal']['kind']>(['person', 'service', 'pipeline', 'system'])(
    'is requested by a %s only where it lists that kind',
    (kind) => {
      const who = kind === 'pipeline' ? pipeline() : caller(kind);
      const others = template.requestableBy.filter((listed) => listed !== kind);
      const code = (requestableBy: typeof template.requestableBy) =>
        codeOf(
          decided({
            caller: who,
            action: 'request',
            resource: resource({ template: { ...template, requestableBy } }),
          }),
        );
      expect([code([kind]), code(others), code([])]).toEqual(['ok', 'DENIED', 'DENIED']);
    },
  );

  test('restricts who requests, not who reads or revokes', () => {
    const nobody = resource({ template: { ...template, requestableBy: [] } });
    expect(allowed(caller('person'), everything, nobody)).toEqual(['revoke', 'approve', 'read', 'audit']);
  });
});

describe('whatever the rules say, what is people’s alone', () => {
  const personActions = ['freeze', 'thaw', 'repair', 'release', 'hold', 'reconcile'] as const;

  test.each(personActions)('%s is done by a person', (action) => {
    const who = caller('person');
    expect(decided({ caller: who, action }).ok).toBe(true);
    expect(couldBeAllowed({ rules: everything, caller: who, action, context: unknownContext }).allowed).toBe(
      true,
    );
  });

  test.each(personActions)('%s is done by no machine, on any resource', (action) => {
    for (const kind of ['service', 'system'] as const) {
      const who = caller(kind);
      expect(problemOf(decided({ caller: who, action })).detail).toBe(
        `Rule persons-only does not allow ${kind} somebody to ${action} here. Have a person do it.`,
      );
      expect(couldBeAllowed({ rules: everything, caller: who, action, context: unknownContext })).toEqual({
        allowed: false,
        rule: 'persons-only',
      });
    }
  });

  test('is asked of a person, and a machine that tries is reported', () => {
    const reported: DeniedAccess[] = [];
    const ports = { report: (denial: DeniedAccess) => void reported.push(denial) };
    expect(personRequired(ports, caller('person'), 'freeze')).toBeUndefined();
    expect(reported).toEqual([]);
    expect(personRequired(ports, caller('service'), 'freeze')).toEqual({
      code: 'PERSON_REQUIRED',
      detail: 'Rule persons-only: service somebody cannot freeze anything. Have a person do it.',
    });
    expect(reported).toEqual([
      {
        principal: { kind: 'service', id: 'somebody' },
        action: 'freeze',
        resource: 'any',
        rule: 'persons-only',
      },
    ]);
  });
});

describe('before a resource is known', () => {
  const could = (who: Caller, rules = everything) =>
    actions.filter(
      (action) => couldBeAllowed({ rules, caller: who, action, context: unknownContext }).allowed,
    );

  test('a pipeline could request and read', () => {
    expect(could(pipeline())).toEqual(['request', 'read']);
  });

  test('everyone else could do what the rules let them do somewhere', () => {
    expect(could(caller('person'))).toEqual(actions);
    expect(could(caller('person', 'readers'), accessRules)).toEqual(['read']);
    expect(could(caller('person'), accessRules)).toEqual([]);
  });

  test('a refusal is reported as one of any resource', () => {
    const reported: DeniedAccess[] = [];
    const attempt = { caller: caller('person'), action: 'audit' as const };
    const decision = couldBeAllowed({ rules: accessRules, ...attempt, context: unknownContext });
    const report = (denial: DeniedAccess) => void reported.push(denial);
    refuse({ ...attempt, resource: undefined, decision, report });
    expect(reported).toMatchObject([{ action: 'audit', resource: 'any', rule: 'default-deny' }]);
  });
});

describe('a denial', () => {
  test('names the rule to the caller and reports principal, action, resource and rule', () => {
    const reported: DeniedAccess[] = [];
    const on = resource({ repositoryUuid: web.uuid });
    const denied = decided({
      rules: accessRules,
      caller: pipeline(),
      action: 'request',
      resource: on,
      report: (denial) => reported.push(denial),
    });
    expect(problemOf(denied)).toMatchObject({
      code: 'DENIED',
      detail: expect.stringContaining('pipeline-own-repository'),
    });
    expect(reported).toEqual([
      {
        principal: { kind: 'pipeline', id: shop.uuid },
        action: 'request',
        resource: `${web.uuid}:*`,
        rule: 'pipeline-own-repository',
      },
    ]);
  });

  test('is the answer where no rule allows', () => {
    const reported: DeniedAccess[] = [];
    const denied = decided({
      rules: accessRules,
      caller: caller('person'),
      action: 'audit',
      report: (denial) => reported.push(denial),
    });
    expect(problemOf(denied).detail).toContain('default-deny');
    expect(reported).toEqual([
      {
        principal: { kind: 'person', id: 'somebody' },
        action: 'audit',
        resource: `${shop.uuid}:*`,
        rule: 'default-deny',
      },
    ]);
  });

  test.each<[rule: string, next: string | undefined, says: string]>([
    ['default-deny', undefined, 'Ask your platform team for access.'],
    ['pipeline-without-approval', undefined, 'Have a person request what needs approval.'],
    ['nobody-on-fridays', undefined, 'Ask your platform team for access.'],
    ['nobody-on-fridays', 'Come back on Monday.', 'Come back on Monday.'],
  ])('by the rule %s, which says %j, tells what to do', (rule, next, says) => {
    const who = { caller: caller('person'), action: 'request' as const, resource: resource() };
    const refused = refuse({ ...who, decision: { allowed: false, rule, next }, report: () => {} });
    expect(refused.problem).toEqual({
      code: 'DENIED',
      detail: `Rule ${rule} does not allow person somebody to request here. ${says}`,
    });
  });

  test('by what a template allows shows the templates', () => {
    const on = resource({ template: { ...template, requestableBy: [] } });
    expect(problemOf(decided({ caller: caller('person'), action: 'request', resource: on }))).toMatchObject({
      detail: expect.stringContaining('Each template says who may request it.'),
      see: { of: 'templates' },
    });
  });

  test('is not reported where access is allowed', () => {
    const reported: DeniedAccess[] = [];
    decided({
      rules: accessRules,
      caller: caller('person', 'platform'),
      action: 'audit',
      report: (denial) => reported.push(denial),
    });
    expect(reported).toEqual([]);
  });
});

test('whatever the rules say, an unlisted person requests and reads only', () => {
  const unlisted: Caller = {
    principal: { kind: 'person', id: 'zoe@acme.example' },
    groups: ['platform'],
    unlisted: true,
  };
  expect(allowed(unlisted, everything)).toEqual(['request', 'read']);
  for (const action of allActions) {
    const isTaken = action === 'request' || action === 'read';
    const attempt = { rules: everything, caller: unlisted, action, context: unknownContext };
    expect([action, couldBeAllowed(attempt)]).toMatchObject([
      action,
      isTaken ? { allowed: true } : { allowed: false, rule: 'unlisted-requests-and-reads-only' },
    ]);
  }
});
