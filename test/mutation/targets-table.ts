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

const driftTests = [
  'test/unit/domain/drift/compare-documents.test.ts',
  'test/property/drift/documents.test.ts',
];

/** The files that decide, or folders of them, and the tests that must notice every change in them. Paths from the root. */
export const targets: Readonly<Record<string, readonly string[]>> = {
  'domain/trust/check.ts': ['test/unit/domain/trust/check.test.ts', 'test/property/trust-check.test.ts'],
  'domain/trust/evaluation.ts': [
    'test/unit/domain/trust/evaluation.test.ts',
    'test/unit/domain/trust/evaluated-keys.test.ts',
    'test/unit/domain/use-cases/reading/explain-admission.test.ts',
  ],
  'domain/trust/policy.ts': ['test/unit/domain/trust/policy.test.ts'],
  'domain/access/ownership.ts': [
    'test/unit/domain/access/ownership.test.ts',
    'test/unit/domain/access/ownership-overlap.test.ts',
    'test/unit/domain/access/teams/deciding-projects.test.ts',
    'test/unit/domain/access/accounts/open-accounts.test.ts',
  ],
  'domain/access/ownership-overlap.ts': ['test/unit/domain/access/ownership-overlap.test.ts'],
  'domain/access/authorisation.ts': ['test/unit/domain/access/authorisation.test.ts'],
  'domain/access/directory.ts': [
    'test/unit/domain/access/directory.test.ts',
    'test/unit/domain/access/issuers/one-human.test.ts',
  ],
  'domain/access/teams/': [
    'test/unit/domain/access/teams/deciding-projects.test.ts',
    'test/unit/domain/access/teams/team-block.test.ts',
  ],
  'domain/access/accounts/': ['test/unit/domain/access/accounts/open-accounts.test.ts'],
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
  'domain/grants/deciders/decide-freeze.ts': ['test/unit/domain/grants/decide-freeze.test.ts'],
  'domain/grants/deciders/decide-rename.ts': ['test/unit/domain/grants/decide-rename.test.ts'],
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
    'test/unit/domain/grants/containment/frozen.test.ts',
    'test/unit/domain/grants/containment/repaired.test.ts',
    'test/unit/domain/grants/decide-freeze.test.ts',
    'test/unit/domain/grants/evolve.test.ts',
    'test/unit/domain/grants/grant.test.ts',
    'test/unit/domain/grants/requesters.test.ts',
  ],
  'domain/drift/action.ts': ['test/unit/domain/drift/action.test.ts'],
  'domain/drift/compare-documents.ts': driftTests,
  'domain/drift/conditions.ts': driftTests,
  'domain/drift/statements.ts': driftTests,
  'domain/drift/role.ts': ['test/unit/domain/drift/role.test.ts'],
  'domain/drift/whereabouts.ts': ['test/unit/domain/drift/whereabouts.test.ts'],
  'domain/lifetimes/': ['test/unit/domain/lifetimes/lifetime-rule.test.ts'],
  'domain/repository-rules/': [
    'test/unit/domain/repository-rules/approval.test.ts',
    'test/unit/domain/repository-rules/requests.test.ts',
  ],
  'domain/guardrails/': guardrailTests,
  'domain/guardrails/scope/': guardrailTests,
};
