import { describe, expect, test } from '@jest/globals';
import { START } from '../sandbox/aws/world.ts';
import { scanned } from './fixture-files.ts';

const ISSUER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
const SHOP = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
const ARN = 'arn:aws:iam::111122223333:role/x';
const Federated = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const own = { [`${ISSUER}:sub`]: `${SHOP}:*` };
const aud = { StringEquals: { [`${ISSUER}:aud`]: AUDIENCE } };

const allow = (Condition: object, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
  ...more,
});
const trust = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

/** What a scan says of one role. */
function said(document: unknown, role: object = {}, ...files: unknown[]) {
  const account = {
    RoleDetailList: [{ RoleName: 'x', Arn: ARN, AssumeRolePolicyDocument: document, ...role }],
  };
  const report = scanned([account, ...files].map((content, index) => ({ file: `${index}.json`, content })));
  return {
    ...report,
    codes: report.findings.map(({ severity, code }) => `${severity} ${code}`),
    reasons: report.unknown.map(({ reason }) => reason),
    subs: report.findings.flatMap(({ admits }) => admits?.claims.sub ?? []),
  };
}

const POLICIES_MISSING = 'what it can do is not known: its policies are not in the documents';

describe('what cannot be judged is said, and promises nothing', () => {
  test.each<[string, object, string]>([
    [
      'a key that a scan knows nothing of',
      { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
      'StringEquals aws:PrincipalOrgID',
    ],
    [
      'a policy variable',
      { StringLike: { [`${ISSUER}:sub`]: '${aws:PrincipalTag/repo}:*' } },
      `StringLike ${ISSUER}:sub`,
    ],
    [
      'an operator for another type',
      { NumericEquals: { [`${ISSUER}:sub`]: '7' } },
      `NumericEquals ${ISSUER}:sub`,
    ],
    ['networks of IPv6', { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } }, 'IpAddress aws:SourceIp'],
  ])('%s', (_, condition, shown) => {
    const { codes, reasons, right, subs } = said(trust(allow({ ...aud, ...condition })));
    expect(reasons).toContain(`it depends on conditions that are not judged: ${shown}`);
    expect([subs, right, codes.filter((code) => !code.startsWith('low'))]).toEqual([[], [], []]);
  });

  test.each<[string, unknown]>([
    ['text', 'what'],
    ['no statement', { Version: '2012-10-17', Statement: [] }],
    ['an element that IAM does not know', trust(allow({}, { Resource: '*' }))],
    ['NotPrincipal', trust({ ...allow({}), Principal: undefined, NotPrincipal: { AWS: '*' } })],
    ['conditions that are no object', trust(allow({ StringLike: [1] }))],
    ['no effect', trust(allow({}, { Effect: undefined }))],
  ])('a trust policy that is %s', (_, document) => {
    const { reasons, findings } = said(document);
    expect(reasons[0]).toMatch(/trust policy/);
    expect(findings).toEqual([]);
  });

  test('one page of several, and policies that are not in the file', () => {
    const attached = { AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::111122223333:policy/secret' }] };
    expect(said(trust(allow({ ...aud, StringLike: own })), attached).reasons).toEqual([
      'what it can do is not all known: arn:aws:iam::111122223333:policy/secret is not in the documents',
    ]);
    expect(said(trust(allow(aud)), {}, { RoleDetailList: [], IsTruncated: true }).reasons).toContain(
      'more pages follow it: the roles on those are not in it',
    );
  });
});

describe('a condition on a claim that no token has', () => {
  const claim = { [`${ISSUER}:branchName`]: 'main' };

  test.each([
    ['ForAllValues:StringEquals', claim, ['high NO_SUBJECT', 'high UNKNOWN_CLAIM', 'high FOR_ALL_VALUES']],
    ['StringLikeIfExists', claim, ['high NO_SUBJECT', 'high UNKNOWN_CLAIM', 'high IF_EXISTS']],
    ['StringNotEquals', claim, ['high NO_SUBJECT', 'high UNKNOWN_CLAIM']],
    [
      'Null',
      { [`${ISSUER}:branchName`]: 'true' },
      ['high NO_SUBJECT', 'high UNKNOWN_CLAIM', 'high NULL_CONDITION'],
    ],
  ])('holds for every token by %s', (operator, block, codes) => {
    expect(said(trust(allow({ ...aud, [operator]: block }))).codes).toEqual(codes);
  });

  test.each([
    ['StringEquals', claim, ['low UNKNOWN_CLAIM']],
    ['ForAnyValue:StringLike', claim, ['low UNKNOWN_CLAIM']],
    ['Null', { [`${ISSUER}:branchName`]: 'false' }, ['low UNKNOWN_CLAIM', 'low NULL_CONDITION']],
  ])('holds for no token by %s', (operator, block, codes) => {
    const bound = { StringEquals: { ...aud.StringEquals }, StringLike: own };
    const more = operator === 'StringEquals' ? { ...aud.StringEquals, ...block } : block;
    expect(said(trust(allow({ ...bound, [operator]: more }))).codes).toEqual(codes);
  });
});

describe('conditions on the request', () => {
  test('a network is no lock: the token comes from an address in it', () => {
    const { findings } = said(trust(allow({ ...aud, IpAddress: { 'aws:SourceIp': '34.199.54.113/32' } })));
    expect(findings[0]?.admits?.request).toEqual({ sourceIp: '34.199.54.113' });
  });

  test('a session name is the caller’s to choose', () => {
    const { findings } = said(trust(allow({ ...aud, StringLike: { 'sts:RoleSessionName': 'release-*' } })));
    expect(findings[0]?.admits?.request?.sessionName).toMatch(/^release-/);
  });

  test('an Allow whose time is over admits no token', () => {
    const until = (day: string) => ({ ...aud, DateLessThan: { 'aws:CurrentTime': day } });
    expect(said(trust(allow(until('2027-01-01T00:00:00Z')))).entries).toEqual([]);
    expect(said(trust(allow(until('2027-02-01T00:00:00Z')))).subs).not.toEqual([]);
  });

  test('a Deny for all closes the role, a Deny that strangers get around does not', () => {
    const deny = (Condition?: object) => ({ ...allow({}), Effect: 'Deny', Condition });
    expect(said(trust(allow(aud), deny())).entries).toEqual([]);
    const others = said(trust(allow(aud), deny({ StringNotLike: own })));
    expect(others.right).toEqual([{ role: ARN, admits: expect.stringContaining(SHOP) }]);
    expect(said(trust(allow(aud), deny({ StringLike: own }))).subs.length).toBeGreaterThan(0);
  });
});

test('a step with an audience of its own gets in where the list of audiences is compared one by one', () => {
  const custom = { 'ForAnyValue:StringEquals': { [`${ISSUER}:aud`]: 'deploy' } };
  const provider = { Url: ISSUER, ClientIDList: [AUDIENCE, 'deploy'] };
  const { findings } = said(trust(allow(custom)), {}, provider);
  expect(findings[0]?.admits?.claims.aud).toEqual([AUDIENCE, 'deploy']);
});

test('documents as the API shows them, URL-encoded, are read as well', () => {
  expect(said(encodeURIComponent(JSON.stringify(trust(allow(aud))))).codes[0]).toBe('high NO_SUBJECT');
});

test('roles of list-roles and get-role are judged by their trust alone', () => {
  const role = {
    RoleName: 'y',
    Arn: 'arn:aws:iam::111122223333:role/y',
    AssumeRolePolicyDocument: trust(allow(aud)),
  };
  for (const content of [{ Roles: [role] }, { Role: role }]) {
    const report = scanned([{ file: 'a.json', content }]);
    expect(report.findings.map(({ code }) => code)).toEqual(['NO_SUBJECT']);
    expect(report.unknown.map(({ reason }) => reason)).toEqual([POLICIES_MISSING]);
  }
});

describe('what a role can do', () => {
  const can = (...statements: object[]) => {
    const RolePolicyList = [
      { PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: statements } },
    ];
    const { findings, codes } = said(trust(allow(aud)), { RolePolicyList });
    return { can: findings[0]?.can ?? [], codes };
  };
  const on = (Action: string | string[], Resource = '*', more: object = {}) => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...more,
  });

  test.each<[string, object[], string]>([
    ['everything', [on('*')], 'administer the account: every action on every resource'],
    ['identities', [on('iam:CreateUser')], 'change or become identities: iam:CreateUser'],
    ['a way to another role', [on('ecs:RunTask')], 'reach another role: ecs:RunTask'],
    [
      'a pair',
      [on('iam:PassRole'), on('lambda:UpdateFunctionCode')],
      'reach another role: iam:PassRole together with lambda:UpdateFunctionCode',
    ],
    [
      'roles by a wildcard',
      [on('sts:AssumeRole', 'arn:aws:iam::111122223333:role/cdk-*')],
      'assume other roles: arn:aws:iam::111122223333:role/cdk-*',
    ],
    [
      'the log',
      [on('cloudtrail:StopLogging')],
      'switch off or shorten what records and watches: cloudtrail:StopLogging',
    ],
    ['secrets', [on('secretsmanager:GetSecretValue')], 'read secrets: every one'],
    ['writing', [on('s3:PutObject', 'arn:aws:s3:::shop/*')], 'write to s3: arn:aws:s3:::shop/*'],
    [
      'all but identities',
      [{ Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' }],
      'write to s3: every resource',
    ],
  ])('%s', (_, statements, text) => {
    expect(can(...statements).can).toContain(text);
  });

  test('reading is no escalation, and a Deny on everything takes away', () => {
    expect(can(on(['iam:GetRole', 's3:GetObject'])).can).toEqual([]);
    const deny = { Effect: 'Deny', Action: 'iam:*', Resource: '*' };
    expect(can(on('iam:CreateUser'), deny).can).toEqual([]);
    expect(can(on('*'), { ...deny, Action: '*' }).codes).not.toContain('critical ADMINISTRATOR');
  });
});

test('a role is unused after 90 days, not before, and only where the document says anything of its use', () => {
  const daysAgo = (days: number) => new Date(START - days * 86_400_000).toISOString();
  const narrow = trust(allow({ ...aud, StringLike: own }));
  const codes = (role: object) => said(narrow, role).codes;
  expect(codes({ RoleLastUsed: { LastUsedDate: daysAgo(91) } })).toEqual(['low UNUSED']);
  expect(codes({ RoleLastUsed: { LastUsedDate: daysAgo(89) } })).toEqual([]);
  expect(codes({ RoleLastUsed: {}, CreateDate: daysAgo(400) })).toEqual(['low UNUSED']);
  expect(codes({ RoleLastUsed: {}, CreateDate: daysAgo(10) })).toEqual([]);
  expect(codes({ CreateDate: daysAgo(400) })).toEqual([]);
});

test('what the trust says of others than OIDC providers is kept in the corrected policy', () => {
  const service = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const { findings, files } = said(trust(allow(aud), service));
  expect(findings[0]?.correctedTrustPolicy).toMatchObject({ Statement: [{ Effect: 'Allow' }, service] });
  expect(files.map(({ policy }) => policy)).toEqual([
    findings[0]?.correctedTrustPolicy,
    {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity' },
        service,
      ],
    },
  ]);
});

test('other principals alone are not judged: services, accounts, SAML', () => {
  const saml = { SAML: 'x', Federated: 'arn:aws:iam::111122223333:saml-provider/okta' };
  for (const Principal of [
    { Service: 'ec2.amazonaws.com' },
    { AWS: '111122223333' },
    { Federated: saml.Federated },
  ]) {
    const document = trust({ Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithSAML' });
    expect(said(document)).toMatchObject({ roles: 0, rolesRead: 1, findings: [], unknown: [] });
  }
});
