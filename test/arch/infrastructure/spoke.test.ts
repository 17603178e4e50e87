import { describe, expect, test } from '@jest/globals';
import { CLOUD, resourcesOf, rolePolicies, textOf, verdict } from '../../support/arch/infrastructure.ts';

const { Boundary, SpokeRole, ReadingRole } = resourcesOf('spoke.yml');
type Statement = Record<string, unknown> & { Sid: string; Effect: string; Action: string[] };
type Document = { Statement: Statement[] };
const documentOf = (role: typeof SpokeRole): Document => {
  const policies = role?.Properties.Policies as { PolicyDocument: Document }[] | undefined;
  return policies?.[0]?.PolicyDocument ?? { Statement: [] };
};
const trustOf = (role: typeof SpokeRole) =>
  (role?.Properties.AssumeRolePolicyDocument as Document | undefined)?.Statement;
const boundary = Boundary?.Properties.PolicyDocument as Document;
const writing = documentOf(SpokeRole);
const reading = documentOf(ReadingRole);
const ACCOUNT = CLOUD['AWS::AccountId'];
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/rolewright-boundary`;
const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/rolewright/rw-shop`;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc`;
const may = (action: string, resource: string, keys: Record<string, string> = {}) =>
  verdict(writing, `iam:${action}`, resource, keys);

describe('the template of a spoke', () => {
  test('is plain CloudFormation: no macro, no variable of the framework, no import or export', () => {
    const text = textOf('infrastructure/spoke.yml');
    expect(text).not.toMatch(
      /^Transform:|Fn::Transform|!Transform|ImportValue|Export:|\$\{(?:self|sls|opt|env|file)/m,
    );
    const resources = Object.values(resourcesOf('spoke.yml')).map(({ Type }) => Type);
    expect(resources).toEqual(['AWS::IAM::ManagedPolicy', 'AWS::IAM::Role', 'AWS::IAM::Role']);
  });

  test('names no partition or account', () => {
    const code = textOf('infrastructure/spoke.yml').replace(/^\s*#.*$/gm, '');
    expect(code).not.toMatch(/arn:aws|\d{12}|amazonaws/);
  });
});

describe('the boundary of a spoke', () => {
  const hub = resourcesOf('boundary.yml').Boundary?.Properties.PolicyDocument as Document;

  test('is that of the hub, but for the hub’s gateway and for stacks that are instances of a set', () => {
    const withoutOwn = ({ Statement }: Document) =>
      Statement.map((statement) => ({
        ...statement,
        NotResource: [statement.NotResource].flat(),
        Resource: [statement.Resource]
          .flat()
          .filter((arn) => !/:apigateway:|stack\/StackSet-/.test(String(arn))),
      }));
    expect(withoutOwn(boundary)).toEqual(withoutOwn(hub));
    expect(
      verdict(
        boundary,
        'cloudformation:UpdateStack',
        `arn:aws:cloudformation:eu-central-1:${ACCOUNT}:stack/StackSet-rolewright-spoke-1/2`,
      ),
    ).toBe('deny');
  });

  test('fits into a managed policy', () => {
    expect(JSON.stringify(boundary).length).toBeLessThanOrEqual(6144 - 400);
  });

  test.each(['rolewright-spoke', 'rolewright-spoke-reader', 'rolewright-prod-provisioner'])(
    'and that of the hub let no grant pass or assume %s, in any account',
    (role) => {
      for (const document of [boundary, hub])
        for (const account of [ACCOUNT, '999999999999']) {
          const arn = `arn:aws:iam::${account}:role/${role}`;
          expect(verdict(document, 'sts:AssumeRole', arn)).toBe('deny');
          expect(verdict(document, 'iam:PassRole', arn)).toBe('deny');
        }
    },
  );
});

describe('the writing role of a spoke', () => {
  test.each(['rolewright/dev/rw-shop', 'rolewright/teams/dev/rw-shop', 'rw-shop', 'rolewright/other'])(
    'and the provisioner of the hub reach no role %s: it is another stage’s, or no grant’s',
    (name) => {
      const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
      for (const document of [writing, rolePolicies().ProvisionerRole as Document | undefined]) {
        expect(document).toBeDefined();
        for (const action of [
          'CreateRole',
          'PutRolePolicy',
          'UpdateAssumeRolePolicy',
          'DeleteRole',
          'TagRole',
        ]) {
          const keys = { 'iam:PermissionsBoundary': BOUNDARY };
          expect(verdict(document as Document, `iam:${action}`, ROLE, keys)).toBe('allow');
          expect(verdict(document as Document, `iam:${action}`, arn, keys)).not.toBe('allow');
        }
      }
    },
  );

  test('may do in IAM exactly what the provisioner of the hub may, with its providers listed', () => {
    const ofHub = rolePolicies().ProvisionerRole?.Statement.filter(
      ({ Action, Effect }) => Effect === 'Allow' && Action.every((action) => action.startsWith('iam:')),
    );
    const allowing = writing.Statement.filter(({ Effect }) => Effect === 'Allow');
    const comparable = (statements: readonly object[] = []) =>
      statements.map((one) =>
        (one as Statement).Sid === 'EnsureIdentityProviders' ? { ...one, Resource: 0 } : one,
      );
    expect(comparable(allowing)).toEqual(comparable(ofHub));
  });

  test('may do nothing outside IAM', () => {
    expect(
      writing.Statement.flatMap(({ Action }) => Action).filter((one) => !one.startsWith('iam:')),
    ).toEqual([]);
    for (const action of [
      'sts:AssumeRole',
      's3:GetObject',
      'cloudformation:UpdateStack',
      'organizations:LeaveOrganization',
    ]) {
      expect(verdict(writing, action, '*')).toBe('none');
    }
  });

  const bounded = { 'iam:PermissionsBoundary': BOUNDARY };
  test.each(['rolewright-spoke', 'rolewright-spoke-reader', 'rw-shop', 'admin', 'other/rolewright/x'])(
    'may change nothing of the role %s, itself included',
    (name) => {
      const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
      for (const action of [
        'CreateRole',
        'PutRolePolicy',
        'AttachRolePolicy',
        'UpdateAssumeRolePolicy',
        'PutRolePermissionsBoundary',
        'DeleteRolePermissionsBoundary',
        'TagRole',
        'UpdateRole',
        'DeleteRole',
        'PassRole',
      ]) {
        for (const keys of [{}, bounded, { 'iam:PermissionsBoundary': DENY_ALL }]) {
          expect([action, may(action, arn, keys)]).toEqual([action, 'none']);
        }
      }
    },
  );

  test('may change neither the boundary nor the roles of another account', () => {
    for (const action of [
      'CreatePolicyVersion',
      'DeletePolicy',
      'SetDefaultPolicyVersion',
      'DeletePolicyVersion',
    ]) {
      expect(may(action, BOUNDARY)).toBe('none');
    }
    expect(may('CreateRole', ROLE.replace(ACCOUNT ?? '', '999999999999'), bounded)).toBe('none');
    expect(may('DeleteRolePermissionsBoundary', ROLE, bounded)).toBe('none');
    expect(may('AttachRolePolicy', ROLE, bounded)).toBe('none');
  });

  test('may create the providers of the workspaces that it lists, and no other', () => {
    const create = (arn: string) => may('CreateOpenIDConnectProvider', arn);
    expect(create(PROVIDER)).toBe('allow');
    expect(create(PROVIDER.replace('acme', 'globex'))).toBe('none');
    expect(create(`arn:aws:iam::${ACCOUNT}:oidc-provider/evil.example`)).toBe('deny');
    for (const action of [
      'DeleteOpenIDConnectProvider',
      'AddClientIDToOpenIDConnectProvider',
      'UpdateOpenIDConnectProviderThumbprint',
    ]) {
      expect(may(action, PROVIDER)).toBe('none');
    }
  });

  test('sets no tag but Rolewright’s own', () => {
    const tagged = (key: string) => may('CreateRole', ROLE, { ...bounded, 'aws:TagKeys': key });
    expect([tagged('rolewright:grant'), tagged('team')]).toEqual(['allow', 'deny']);
    expect(may('TagRole', ROLE, { 'aws:TagKeys': 'team' })).toBe('deny');
  });
});

describe('the trust of a spoke', () => {
  test('is in the hub’s provisioner, of one organisation, with the external id, for sessions named after a grant', () => {
    expect(trustOf(SpokeRole)).toEqual([
      {
        Sid: 'TheProvisionerOfTheHub',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:role/rolewright-test-provisioner' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'sts:ExternalId': 'external-id', 'aws:PrincipalOrgID': 'o-sandbox0001' },
          StringLike: { 'sts:RoleSessionName': 'gr_*' },
        },
      },
    ]);
    expect(SpokeRole?.Properties.MaxSessionDuration).toBe(3600);
    expect(SpokeRole?.Properties.Path ?? '/').toBe('/');
    expect(SpokeRole?.Properties.ManagedPolicyArns ?? []).toEqual([]);
  });

  test('of the reading role is in the reconciler alone, and it can only look', () => {
    expect(trustOf(ReadingRole)).toMatchObject([
      {
        Principal: { AWS: 'arn:aws:iam::111122223333:role/rolewright-test-reconciler' },
        Condition: {
          StringEquals: { 'sts:ExternalId': 'external-id', 'aws:PrincipalOrgID': 'o-sandbox0001' },
        },
      },
    ]);
    const actions = reading.Statement.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/^iam:(?:Get|List)/.test(action))).toEqual([]);
    const ofHub = rolePolicies().ReconcilerRole?.Statement.filter(({ Action }) =>
      Action.every((action) => action.startsWith('iam:')),
    );
    expect(reading.Statement.map(({ Sid, Action }) => [Sid, Action])).toEqual(
      ofHub?.map(({ Sid, Action }) => [Sid, Action]),
    );
    expect(verdict(reading, 'iam:GetOpenIDConnectProvider', PROVIDER)).toBe('allow');
    const others = PROVIDER.replace('acme', 'globex');
    expect(verdict(reading, 'iam:GetOpenIDConnectProvider', others)).toBe('none');
  });
});
