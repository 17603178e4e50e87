import { describe, expect, test } from '@jest/globals';
import { documents, scanned } from './fixture-files.ts';

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** What a scan of a fixture says of each role: its codes with their severity, and the subject of the token that gets in. */
const said = (fixture: string) => {
  const { findings, right } = scanned(documents(fixture, 'providers', 'names'));
  const roles = new Map<string, { codes: string[]; sub: unknown; admits: string | undefined }>();
  for (const { role, code, severity, admits } of findings) {
    const one = roles.get(nameOf(role)) ?? { codes: [], sub: undefined, admits: undefined };
    one.codes.push(`${severity} ${code}`);
    one.sub ??= admits?.claims.sub;
    roles.set(nameOf(role), one);
  }
  for (const { role, admits } of right) {
    const one = roles.get(nameOf(role)) ?? { codes: [], sub: undefined, admits: undefined };
    roles.set(nameOf(role), { ...one, admits });
  }
  return roles;
};

const [REPOSITORY, ENVIRONMENT, STEP] = [
  '{6e0b7d4c-9a1f-4c52-8b3e-2f7a5d90c614}',
  '{c27f61aa-3d0e-47b9-9f15-80e4ab6d1253}',
  '{f3a9150e-64c8-4b7d-a2e6-19d05b8c73f4}',
];
const SHOP = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
const strangersStep = `${REPOSITORY}:${STEP}`;
const shopAnywhere = `step tokens of acme/shop ${SHOP}, every branch and environment`;
const shopProduction = `step tokens of acme/shop ${SHOP}, environment Production {bd715740-c970-486b-b68a-b421ec2a1f8b}`;

describe('Bitbucket modules', () => {
  const roles = said('bitbucket-modules');
  test.each([
    [
      'module-default-open',
      ['critical NO_SUBJECT', 'critical ADMINISTRATOR', 'medium NO_BOUNDARY'],
      strangersStep,
    ],
    [
      'module-star-star-star',
      ['high WILDCARD_BEFORE_REPOSITORY', 'medium NO_BOUNDARY'],
      `${REPOSITORY}:${ENVIRONMENT}:${STEP}`,
    ],
    [
      'module-list-with-one-wide',
      ['medium WILDCARD_BEFORE_REPOSITORY', 'medium NO_BOUNDARY'],
      `{85d08b4e-9a1f-4c52-8b3e-2f7a5d90c614}:${STEP}`,
    ],
    ['module-strict-claims', ['low UNKNOWN_CLAIM', 'low UNKNOWN_CLAIM'], undefined],
    ['module-subjects-only', ['low NO_AUDIENCE'], undefined],
  ])('%s', (name, codes, sub) => {
    expect(roles.get(name)).toMatchObject({ codes, sub });
  });

  test('what is right is said, with names', () => {
    expect(roles.get('module-environment')).toEqual({ codes: [], sub: undefined, admits: shopProduction });
    expect(roles.get('module-environment-behind-wildcard')).toEqual({
      codes: [],
      sub: undefined,
      admits: shopProduction,
    });
  });
});

describe('CDK and SAM', () => {
  const roles = said('cdk-and-sam');
  test.each([
    [
      'CiStack-PipelineRole4F2A11-1QX0',
      ['medium ESCALATION', 'low NO_AUDIENCE', 'low NO_BOUNDARY'],
      undefined,
    ],
    [
      'CiStack-AnyPrincipalFallback-9ZK2',
      ['critical NO_SUBJECT', 'critical ADMINISTRATOR', 'medium NO_BOUNDARY'],
      strangersStep,
    ],
    ['sam-pipeline-execution', ['low FOR_ALL_VALUES', 'low FOR_ALL_VALUES', 'low NO_BOUNDARY'], undefined],
    [
      'sam-pipeline-branch-filter',
      [
        'critical NO_SUBJECT',
        'critical UNKNOWN_CLAIM',
        'critical FOR_ALL_VALUES',
        'high ESCALATION',
        'medium FOR_ALL_VALUES',
        'medium NO_BOUNDARY',
      ],
      strangersStep,
    ],
    [
      'cdk-if-exists',
      [
        'critical NO_SUBJECT',
        'critical UNKNOWN_CLAIM',
        'critical IF_EXISTS',
        'high ESCALATION',
        'medium NO_BOUNDARY',
      ],
      strangersStep,
    ],
    ['cdk-null-check', ['high NULL_CONDITION', 'medium NO_BOUNDARY'], strangersStep],
    ['cdk-account-root', ['high ANY_PRINCIPAL', 'high NO_SUBJECT', 'medium NO_BOUNDARY'], strangersStep],
    [
      'sam-two-statements',
      ['high WILDCARD_BEFORE_REPOSITORY', 'high OPEN_STATEMENT', 'medium NO_AUDIENCE', 'medium NO_BOUNDARY'],
      strangersStep,
    ],
    ['sam-deny-other-claim', ['low DENY_WITHOUT_EFFECT', 'low DENY_WITHOUT_EFFECT'], undefined],
  ])('%s', (name, codes, sub) => {
    expect(roles.get(name)).toMatchObject({ codes, sub });
  });
});

describe('tutorials', () => {
  const roles = said('tutorials');
  test.each([
    [
      'tutorial-nothing',
      [
        'critical NO_SUBJECT',
        'critical ADMINISTRATOR',
        'medium NO_AUDIENCE',
        'medium NO_BOUNDARY',
        'medium UNUSED',
      ],
      strangersStep,
    ],
    [
      'tutorial-contains-uuid',
      ['high WILDCARD_BEFORE_REPOSITORY', 'medium NO_BOUNDARY'],
      `${REPOSITORY}:${SHOP}`,
    ],
    ['tutorial-not-the-intern', ['high ONLY_EXCLUDES', 'medium NO_BOUNDARY'], strangersStep],
    ['tutorial-one-step', ['low STEP_PINNED', 'low NO_BOUNDARY', 'low UNUSED'], undefined],
    ['tutorial-literal-star', ['low LITERAL_WILDCARD'], undefined],
    ['tutorial-workspace-first', ['low NEVER_MATCHES'], undefined],
    ['tutorial-repository-name', ['low NAME_FOR_UUID'], undefined],
    ['tutorial-github-subject', ['low NAME_FOR_UUID'], undefined],
    ['tutorial-no-braces', ['low NEVER_MATCHES'], undefined],
    ['tutorial-upper-case', ['low NEVER_MATCHES'], undefined],
    ['tutorial-sts-audience', ['low AUDIENCE_UNKNOWN'], undefined],
  ])('%s', (name, codes, sub) => {
    expect(roles.get(name)).toMatchObject({ codes, sub });
  });

  test('a role that trusts no OIDC provider is counted and not judged', () => {
    const report = scanned(documents('tutorials'));
    expect([report.roles, report.rolesRead]).toEqual([11, 12]);
    expect(JSON.stringify(report)).not.toContain('plain-ec2');
  });
});

describe('other issuers', () => {
  const roles = said('other-issuers');
  test.each([
    ['github-no-subject', 'critical NO_SUBJECT', 'repo:globex/other:ref:refs/heads/any-branch'],
    [
      'github-owner-prefix',
      'critical WILDCARD_BEFORE_REPOSITORY',
      'repo:acme-globex/other:ref:refs/heads/any-branch',
    ],
    ['github-organisation', 'high WILDCARD_BEFORE_REPOSITORY', 'repo:acme/other:ref:refs/heads/any-branch'],
    [
      'github-repository-prefix',
      'medium WILDCARD_BEFORE_REPOSITORY',
      'repo:acme/shop-other:ref:refs/heads/any-branch',
    ],
    [
      'github-actor-if-exists',
      'critical WILDCARD_BEFORE_REPOSITORY',
      'repo:globex/other:ref:refs/heads/any-branch',
    ],
    ['gitlab-group', 'high WILDCARD_BEFORE_REPOSITORY', 'project_path:acme/other:ref_type:branch:ref:main'],
    [
      'gitlab-any-main',
      'critical WILDCARD_BEFORE_REPOSITORY',
      'project_path:globex/other:ref_type:branch:ref:main',
    ],
    [
      'terraform-organisation',
      'critical WILDCARD_BEFORE_REPOSITORY',
      'organization:acme:project:other:workspace:other:run_phase:apply',
    ],
    [
      'buildkite-organisation',
      'high WILDCARD_BEFORE_REPOSITORY',
      'organization:acme:pipeline:other:ref:refs/heads/any-branch:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:deploy',
    ],
    ['eks-any-account', 'high WILDCARD_BEFORE_REPOSITORY', 'system:serviceaccount:other:default'],
  ])('%s', (name, first, sub) => {
    expect([roles.get(name)?.codes[0], roles.get(name)?.sub]).toEqual([first, sub]);
  });

  test.each([
    [
      'github-repository',
      'job tokens of acme/shop, every branch and tag, every pull request, every environment',
    ],
    ['github-main', 'job tokens of acme/shop, ref:refs/heads/main'],
    ['github-immutable', 'job tokens of acme@123456/shop@456789, environment:production'],
    [
      'github-repository-claim',
      'job tokens of acme/shop, every branch and tag, every pull request, every environment',
    ],
    ['gitlab-project', 'job tokens of acme/shop, ref_type:branch:ref:main'],
    ['terraform-workspace', 'run tokens of acme/shop/production, every run phase'],
    ['circleci-project', 'job tokens of 7c9e6679-7425-40de-944b-e07fc1f90ae7, every job'],
    ['buildkite-pipeline', 'job tokens of acme/shop, ref:refs/heads/main:*'],
    ['eks-account', 'service account tokens of shop/worker'],
  ])('%s is right, without a finding', (name, admits) => {
    expect(roles.get(name)).toEqual({ codes: [], sub: undefined, admits });
  });

  test('an issuer whose claims are not known is said, not guessed', () => {
    const { unknown, findings } = scanned(documents('other-issuers', 'providers'));
    expect(unknown).toContainEqual({
      subject: 'arn:aws:iam::111122223333:role/keycloak-realm',
      reason: 'what tokens of sso.example.com/realms/main claim is not known',
    });
    expect(findings.filter(({ role }) => role.endsWith('keycloak-realm'))).toEqual([]);
  });
});

test('the role to close first comes first: open to strangers, and an administrator', () => {
  const report = scanned(documents('bitbucket-modules', 'cdk-and-sam', 'tutorials', 'providers', 'names'));
  expect(report.findings[0]).toMatchObject({
    role: 'arn:aws:iam::111122223333:role/tutorial-nothing',
    severity: 'critical',
    can: ['administer the account: every action on every resource'],
  });
});

test('a workspace that is not the reader’s is foreign, and the correction closes it', () => {
  const report = scanned(documents('bitbucket-modules'), ['globex']);
  const finding = report.findings.find(
    ({ role, code }) => role.endsWith('module-environment') && code === 'FOREIGN_WORKSPACE',
  );
  expect(finding?.severity).toBe('high');
  expect(JSON.stringify(finding?.correctedTrustPolicy)).toContain('"Effect":"Deny"');
  expect(scanned(documents('bitbucket-modules'), ['acme']).findings.map(({ code }) => code)).not.toContain(
    'FOREIGN_WORKSPACE',
  );
});

test('a provider that takes another workspace’s audience, or more than its tokens need, is named', () => {
  const Url = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
  const own = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
  const other = 'ari:cloud:bitbucket::workspace/00000000-1111-4222-8333-444455556666';
  const provider = { file: 'p.json', content: { Url, ClientIDList: [own, other, 'sts.amazonaws.com'] } };
  const report = scanned([...documents('bitbucket-modules'), provider]);
  const about = report.findings.filter(({ role }) => role.includes(':oidc-provider/'));
  expect(about.map(({ code, severity }) => [code, severity])).toEqual([
    ['FOREIGN_WORKSPACE', 'medium'],
    ['EXTRA_AUDIENCE', 'low'],
  ]);
  expect(about[0]?.summary).toContain(other);
});

test('the request names the repository, its environment, and a template that fits what the role does', () => {
  const report = scanned(documents('cdk-and-sam', 'providers'));
  const finding = report.findings.find(({ role }) => role.endsWith('sam-two-statements'));
  expect(finding).toMatchObject({
    request: {
      repository: SHOP,
      environment: '{bd715740-c970-486b-b68a-b421ec2a1f8b}',
      template: 's3-artifacts',
    },
    command:
      'aws iam update-assume-role-policy --role-name sam-two-statements --policy-document file://scan-policies/111122223333-sam-two-statements.closed.json',
  });
});

test('a trust with a finding, however small, is not called right; whom it admits is said with its findings', () => {
  for (const fixture of ['cdk-and-sam', 'tutorials', 'bitbucket-modules'] as const) {
    const { findings, right } = scanned(documents(fixture, 'providers', 'names'));
    const wrong = findings.filter(({ code }) => !ABOUT_POWERS.includes(code)).map(({ role }) => role);
    expect(right.filter(({ role }) => wrong.includes(role))).toEqual([]);
  }
  const { entries } = scanned(documents('cdk-and-sam', 'names'));
  expect(entries.find(({ role }) => role.endsWith('sam-deny-other-claim'))).toMatchObject({
    severity: 'right',
    from: shopAnywhere,
  });
});

const ABOUT_POWERS = ['ADMINISTRATOR', 'ESCALATION', 'NO_BOUNDARY', 'UNUSED'];
