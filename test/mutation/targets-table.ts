const guardrailTests = [
  'test/unit/domain/guardrails/rules.test.ts',
  'test/unit/domain/guardrails/resource-scope.test.ts',
  'test/unit/domain/guardrails/judge-action.test.ts',
  'test/unit/domain/guardrails/guardrails.test.ts',
  'test/unit/domain/guardrails/key-use.test.ts',
  'test/unit/domain/guardrails/dangerous-actions.test.ts',
  'test/property/hostile-policies.test.ts',
  'test/unit/domain/configuration/configuration.test.ts',
];

/** The files that decide, or folders of them, and the tests that must notice every change in them. Paths from the root. */
export const targets: Readonly<Record<string, readonly string[]>> = {
  'domain/trust/check.ts': ['test/unit/domain/trust/check.test.ts', 'test/property/trust-check.test.ts'],
  'domain/trust/evaluation.ts': [
    'test/unit/domain/trust/evaluation.test.ts',
    'test/unit/domain/use-cases/reading/explain-admission.test.ts',
  ],
  'domain/trust/policy.ts': ['test/unit/domain/trust/policy.test.ts'],
  'domain/access/ownership.ts': [
    'test/unit/domain/access/ownership.test.ts',
    'test/unit/domain/access/ownership-overlap.test.ts',
  ],
  'domain/access/issuers/': [
    'test/unit/domain/access/issuers/application-token.test.ts',
    'test/unit/domain/access/issuers/claim-path.test.ts',
    'test/unit/domain/access/issuers/company-caller.test.ts',
    'test/unit/domain/access/issuers/fitting-entry.test.ts',
    'test/unit/domain/access/issuers/token-groups.test.ts',
    'test/unit/domain/access/issuers/verified-email.test.ts',
  ],
  'domain/access/derived-groups/': [
    'test/unit/domain/access/derived-groups/settings.test.ts',
    'test/unit/domain/access/authorisation.test.ts',
    'test/unit/domain/access/issuers/company-caller.test.ts',
  ],
  'domain/planning/plan.ts': ['test/unit/domain/planning/plan.test.ts'],
  'domain/planning/rendered-role.ts': ['test/unit/domain/planning/rendered-role.test.ts'],
  'domain/planning/role.ts': ['test/unit/domain/planning/role.test.ts'],
  'domain/policy/difference.ts': [
    'test/unit/domain/policy/difference.test.ts',
    'test/property/permission.test.ts',
  ],
  'domain/grants/deciders/decide-approval.ts': ['test/unit/domain/grants/decide-approval.test.ts'],
  'domain/grants/deciders/decide-request.ts': ['test/unit/domain/grants/decide-request.test.ts'],
  'domain/grants/deciders/decide-revocation.ts': ['test/unit/domain/grants/decide-revocation.test.ts'],
  'domain/grants/deciders/decide-rename.ts': ['test/unit/domain/grants/decide-rename.test.ts'],
  'domain/grants/deciders/decide-freeze.ts': ['test/unit/domain/grants/decide-freeze.test.ts'],
  'domain/grants/work.ts': ['test/unit/domain/grants/grant.test.ts'],
  'domain/grants/grant.ts': [
    'test/unit/domain/grants/decide-approval.test.ts',
    'test/unit/domain/grants/grant.test.ts',
  ],
  'domain/grants/row.ts': ['test/unit/domain/grants/row.test.ts'],
  'domain/grants/evolve/': [
    'test/unit/domain/grants/checkpoint.test.ts',
    'test/unit/domain/grants/decide-approval.test.ts',
    'test/unit/domain/grants/evolve.test.ts',
    'test/unit/domain/grants/grant.test.ts',
    'test/unit/domain/grants/requesters.test.ts',
  ],
  'domain/grants/evolve/containment/': [
    'test/unit/domain/grants/decide-freeze.test.ts',
    'test/unit/domain/grants/evolve.test.ts',
    'test/unit/domain/grants/grant.test.ts',
    'test/unit/domain/grants/requesters.test.ts',
  ],
  'domain/drift/action.ts': ['test/unit/domain/drift/action.test.ts'],
  'domain/lifetimes/lifetime-rule.ts': ['test/unit/domain/lifetimes/lifetime-rule.test.ts'],
  'domain/guardrails/': guardrailTests,
  'domain/guardrails/scope/': guardrailTests,
};
