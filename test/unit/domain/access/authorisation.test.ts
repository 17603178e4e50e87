import { describe, expect, test } from '@jest/globals';
import {
  type AccessRules,
  type Action,
  authorise,
  type DeniedAccess,
  type Resource,
} from '../../../../domain/access/authorisation.ts';
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

const actions: Action[] = ['request', 'revoke', 'approve', 'read', 'audit'];
const everything: AccessRules = { decide: () => ({ allowed: true, rule: 'everything' }) };
const template = {
  name: 's3-static-site',
  requestableBy: ['person', 'service', 'pipeline', 'system'] as Caller['principal']['kind'][],
  approval: 'none' as const,
};
const resource = (over: Partial<Resource> = {}): Resource => ({
  workspaceUuid: ACME.uuid,
  repositoryUuid: shop.uuid,
  accountId: '111122223333',
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
const allowed = (who: Caller, rules = accessRules, on: Resource | undefined = resource()) =>
  actions.filter((action) => authorise(rules, who, action, on).ok);

describe('whatever the rules say, a pipeline', () => {
  const inProduction = pipeline({ environmentUuid: production.uuid });

  test.each<[string, Caller, Partial<Resource>]>([
    ['of another repository', pipeline(), { repositoryUuid: web.uuid }],
    ['of another workspace', pipeline(), { workspaceUuid: GLOBEX.uuid }],
    ['without environment, for an environment', pipeline(), { environmentUuid: production.uuid }],
    ['in an environment, for the whole repository', inProduction, {}],
    ['in an environment, for another one', inProduction, { environmentUuid: staging.uuid }],
    ['in an environment of its name only', inProduction, { environmentUuid: 'Production' }],
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
    const { template: _, ...bare } = resource();
    expect(allowed(pipeline(), everything, bare)).toEqual(['read']);
  });
});

describe('whatever the rules say, a template', () => {
  test.each<Caller['principal']['kind']>(['person', 'service', 'pipeline', 'system'])(
    'is requested by a %s only where it lists that kind',
    (kind) => {
      const who = kind === 'pipeline' ? pipeline() : caller(kind);
      const others = template.requestableBy.filter((listed) => listed !== kind);
      const code = (requestableBy: typeof template.requestableBy) =>
        codeOf(authorise(everything, who, 'request', resource({ template: { ...template, requestableBy } })));
      expect([code([kind]), code(others), code([])]).toEqual(['ok', 'DENIED', 'DENIED']);
    },
  );

  test('restricts who requests, not who reads or revokes', () => {
    const nobody = resource({ template: { ...template, requestableBy: [] } });
    expect(allowed(caller('person'), everything, nobody)).toEqual(['revoke', 'approve', 'read', 'audit']);
  });
});

describe('a denial', () => {
  test('names the rule to the caller and reports principal, action, resource and rule', () => {
    const reported: DeniedAccess[] = [];
    const on = resource({ repositoryUuid: web.uuid });
    const denied = authorise(accessRules, pipeline(), 'request', on, (denial) => reported.push(denial));
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
    const denied = authorise(accessRules, caller('person'), 'audit', undefined, (denial) =>
      reported.push(denial),
    );
    expect(problemOf(denied).detail).toContain('default-deny');
    expect(reported).toEqual([
      {
        principal: { kind: 'person', id: 'somebody' },
        action: 'audit',
        resource: 'any',
        rule: 'default-deny',
      },
    ]);
  });

  test('is not reported where access is allowed', () => {
    const reported: DeniedAccess[] = [];
    authorise(accessRules, caller('person', 'platform'), 'audit', undefined, (denial) =>
      reported.push(denial),
    );
    expect(reported).toEqual([]);
  });
});
