import { describe, expect, test } from '@jest/globals';
import { type RoleInputs, renderRole, reportAuditedRole } from '../../../../domain/planning/rendered-role.ts';
import { canonicalHash } from '../../../../domain/shared/canonical-hash.ts';
import type { EnvironmentUuid, RepositoryUuid } from '../../../../domain/shared/identifiers.ts';
import {
  codeOf,
  configurationOf,
  GRANT_ID,
  present,
  problemOf,
  production,
  ROLE_ARN,
  ROLE_NAME,
  shop,
  successOf,
  templateContent,
  templateOf,
  web,
} from '../../../support/domain/samples.ts';

const configuration = configurationOf();
const inputs = (over: Partial<RoleInputs> = {}): RoleInputs => ({
  configuration,
  account: present(configuration.accounts[0]),
  repository: shop,
  template: templateOf(),
  parameters: { bucket: 'shop-site' },
  name: 'default',
  requesterKind: 'person',
  ...over,
});

describe('a plan', () => {
  test('is the same for the same inputs, and its intent names what it will do by hash', () => {
    const plan = successOf(renderRole(inputs()));
    expect(successOf(renderRole(inputs()))).toEqual(plan);
    expect(plan).toMatchObject({ grantId: GRANT_ID, role: { name: ROLE_NAME, arn: ROLE_ARN } });
    expect(plan.intent.trustPolicyHash).toBe(canonicalHash(plan.role.trustPolicy));
    expect(plan.intent.permissionsPolicyHash).toBe(canonicalHash(plan.role.permissionsPolicy));
  });

  test('holds inputs and hashes in its intent, never documents', () => {
    const { intent } = successOf(renderRole(inputs()));
    expect(JSON.stringify(intent)).not.toContain('Statement');
    expect(JSON.stringify(intent)).not.toContain('sts:');
  });

  test('keeps the role name that an earlier intent has fixed', () => {
    const renamed = { ...shop, slug: 'store', fullName: 'acme/store' };
    const plan = successOf(renderRole(inputs({ repository: renamed, roleName: ROLE_NAME })));
    expect([plan.role.name, plan.role.arn, plan.intent.roleName]).toEqual([ROLE_NAME, ROLE_ARN, ROLE_NAME]);
  });

  test.each(['*', '{*}', '?', shop.uuid.replace('ce6a', 'ce?a'), '*:'])(
    'is refused by the checker where Bitbucket calls a repository %s',
    (uuid) => {
      expect(codeOf(renderRole(inputs({ repository: { ...shop, uuid: uuid as RepositoryUuid } })))).toBe(
        'GUARDRAIL_VIOLATED',
      );
    },
  );

  test.each(['*', '{*}', '?'])(
    'is refused by the checker where Bitbucket calls an environment %s',
    (uuid) => {
      expect(
        codeOf(renderRole(inputs({ environment: { uuid: uuid as EnvironmentUuid, name: 'Production' } }))),
      ).toBe('GUARDRAIL_VIOLATED');
    },
  );

  test('is POLICY_TOO_LARGE where its document is', () => {
    const content = templateContent();
    const resources = Array.from({ length: 300 }, (_, n) => `arn:aws:s3:::{{bucket}}/part-${n}/*`);
    const conditions = { StringEquals: { 'aws:ResourceAccount': '{{aws.accountId}}' } };
    content.statements.push({ sid: 'Many', actions: ['s3:GetObject'], resources, conditions });
    expect(codeOf(renderRole(inputs({ template: templateOf(content) })))).toBe('POLICY_TOO_LARGE');
  });

  test('is GUARDRAIL_VIOLATED where its template forgets a guardrail', () => {
    const content = templateContent();
    content.statements.push({
      sid: 'Keys',
      actions: ['iam:CreateUser'],
      resources: ['arn:aws:iam::{{aws.accountId}}:user/x'],
    });
    const problem = problemOf(renderRole(inputs({ template: templateOf(content) })));
    expect(problem).toMatchObject({
      code: 'GUARDRAIL_VIOLATED',
      errors: [{ detail: expect.stringContaining('Keys') }],
    });
  });

  test('names project and environment in its intent where there are any, and else has no such field', () => {
    const { intent } = successOf(renderRole(inputs({ environment: production })));
    expect([intent.project, intent.environment]).toEqual([shop.project, production]);
    const bare = successOf(renderRole(inputs({ repository: { ...shop, project: undefined } }))).intent;
    expect(Object.keys(bare)).not.toEqual(expect.arrayContaining(['project']));
    expect(Object.keys(bare)).not.toEqual(expect.arrayContaining(['environment']));
  });

  test('of a template for environments needs one', () => {
    const template = { ...templateOf(), scope: 'environment' as const };
    expect(problemOf(renderRole(inputs({ template })))).toMatchObject({
      code: 'REQUEST_INVALID',
      errors: [{ pointer: '/environment' }],
    });
    expect(codeOf(renderRole(inputs({ template, environment: production })))).toBe('ok');
  });

  test('is refused where a built-in value cannot be put into a policy', () => {
    const content = templateContent();
    present(content.statements[0]).resources = [
      'arn:{{aws.partition}}:s3:::{{bucket}}/{{repository.slug}}/*',
    ];
    const template = templateOf(content);
    expect(codeOf(renderRole(inputs({ template })))).toBe('ok');
    expect(codeOf(renderRole(inputs({ template, repository: { ...shop, slug: 'a*' } })))).toBe(
      'REQUEST_INVALID',
    );
  });

  test('is refused where a default of its parameters cannot be filled', () => {
    const content = templateContent();
    const bucket = { type: 's3BucketName', description: 'x', default: '{{repository.slug}}' };
    Object.assign(content.parameters, { bucket });
    const repository = { ...shop, slug: 'not_a_bucket' };
    const filled = renderRole(inputs({ template: templateOf(content), repository, parameters: {} }));
    expect(codeOf(filled)).toBe('PARAMETERS_INVALID');
  });
});

test('a plan for a repository that the configuration protects is DENIED', () => {
  const { repository } = inputs();
  const codeWith = (...uuids: RepositoryUuid[]) =>
    codeOf(renderRole(inputs({ configuration: { ...configuration, protectedRepositories: uuids } })));
  expect([codeWith(repository.uuid), codeWith(web.uuid, repository.uuid), codeWith(web.uuid)]).toEqual([
    'DENIED',
    'DENIED',
    'ok',
  ]);
});

describe('a plan for an account', () => {
  const hub = inputs().account;
  const spoke = {
    ...hub,
    alias: 'staging',
    provisionerRole: 'arn:aws:iam::444455556666:role/rolewright-spoke',
    externalId: 'external',
  };

  test('that is not open to the project is DENIED', () => {
    expect(codeOf(renderRole(inputs({ account: spoke })))).toBe('DENIED');
  });

  test('in which its template is not offered is REQUEST_INVALID', () => {
    const template = { ...templateOf(), accounts: ['staging'] };
    expect(codeOf(renderRole(inputs({ template })))).toBe('REQUEST_INVALID');
  });

  test('with configured tags has them in its intent, and else has no such field', () => {
    const roleTags = { team: 'shop' };
    expect(successOf(renderRole(inputs({ account: { ...hub, roleTags } }))).intent.roleTags).toEqual(
      roleTags,
    );
    for (const none of [{}, undefined])
      expect(
        successOf(renderRole(inputs({ account: { ...hub, roleTags: none } }))).intent,
      ).not.toHaveProperty('roleTags');
  });

  test('has the longest lifetime in its intent where there is one, and else has no such field', () => {
    const limited = templateOf({ ...templateContent(), ...{ lifetime: { max: 'P9D' } } });
    expect(successOf(renderRole(inputs({ template: limited }))).intent.maxLifetimeSeconds).toBe(9 * 86_400);
    expect(successOf(renderRole(inputs())).intent).not.toHaveProperty('maxLifetimeSeconds');
  });
});

describe('an audited guardrail', () => {
  const reports: unknown[] = [];
  const report = (audited: unknown[]) => {
    reports.length = 0;
    const rendered = { ...successOf(renderRole(inputs())), audited } as Parameters<
      typeof reportAuditedRole
    >[1];
    reportAuditedRole({ reportAudited: (plan) => reports.push(plan) }, rendered);
    return reports;
  };

  test('is reported where a plan breaks it, and else nothing is', () => {
    const broken = { rule: 'r', statement: 'A', detail: 'd' };
    expect(report([broken])).toEqual([
      { grantId: GRANT_ID, template: 's3-static-site', violations: [broken] },
    ]);
    expect(report([])).toEqual([]);
  });
});
