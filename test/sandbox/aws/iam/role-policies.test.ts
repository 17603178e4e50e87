import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  type ListPoliciesCommandInput,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ACCOUNT,
  ADMINISTRATOR_ARN,
  allow,
  BOUNDARY_ARN,
  DENY_ALL_ARN,
  policy,
  refusal,
  startWorld,
  type TestWorld,
  TRUST_POLICY,
} from '../world.ts';

const RoleName = 'shop';
const DOCUMENT = policy(allow('s3:GetObject', 'arn:aws:s3:::shop/*'));

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
  await world.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST_POLICY }));
});
afterEach(() => world.close());

const put = (PolicyName: string, PolicyDocument = DOCUMENT) =>
  world.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
const read = (PolicyName: string) => world.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
const attach = (PolicyArn: string) => world.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
const detach = (PolicyArn: string) => world.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
const createPolicy = (PolicyName: string, PolicyDocument = DOCUMENT, Path = '/') =>
  world.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument, Path }));

/** A valid identity policy of exactly so many characters, without white space. */
function documentOf(length: number): string {
  const base = policy(allow('s3:GetObject', 'arn:aws:s3:::'));
  return policy(allow('s3:GetObject', `arn:aws:s3:::${'b'.repeat(length - base.length)}`));
}

describe('an inline policy', () => {
  test('is read as it was put, and putting it again replaces it', async () => {
    await put('permissions', ` ${DOCUMENT}\n`);
    const answer = await read('permissions');
    expect(answer).toMatchObject({ RoleName, PolicyName: 'permissions' });
    expect(decodeURIComponent(answer.PolicyDocument ?? '')).toBe(` ${DOCUMENT}\n`);
    await put('permissions', documentOf(200));
    expect(decodeURIComponent((await read('permissions')).PolicyDocument ?? '')).toBe(documentOf(200));
  });

  test('is listed by name, in pages', async () => {
    for (const name of ['c', 'a', 'b']) await put(name);
    const list = (input: object) => world.iam.send(new ListRolePoliciesCommand({ RoleName, ...input }));
    const first = await list({ MaxItems: 2 });
    expect(first).toMatchObject({ PolicyNames: ['a', 'b'], IsTruncated: true });
    expect(await list({ Marker: first.Marker })).toMatchObject({ PolicyNames: ['c'], IsTruncated: false });
  });

  test('that is not there is neither read nor deleted', async () => {
    const message = '404 NoSuchEntity: The role policy with name p cannot be found.';
    const remove = () => world.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }));
    expect(await refusal(read('p'))).toBe(message);
    expect(await refusal(remove())).toBe(message);
    await put('p');
    expect(await refusal(remove())).toBe('accepted');
    expect(await refusal(read('p'))).toBe(message);
  });

  test('has a name of 1 to 128 characters', async () => {
    expect(await refusal(put('p'.repeat(128)))).toBe('accepted');
    expect(await refusal(put('p'.repeat(129)))).toMatch(/^400 ValidationError: .*'policyName'/);
    expect(await refusal(put('a b'))).toMatch(/^400 ValidationError: .*'policyName'/);
  });

  test('shares 10240 characters with the others of the role, white space not counted', async () => {
    await put('first', documentOf(5000));
    await put('second', JSON.stringify(JSON.parse(documentOf(5240)), null, 8));
    const message = '409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role shop';
    expect(await refusal(put('second', documentOf(5241)))).toBe(message);
    expect(await refusal(put('third'))).toBe(message);
    expect(await refusal(put('first', documentOf(4000)))).toBe('accepted');
  });

  test('must be a policy', async () => {
    expect(await refusal(put('p', 'no json'))).toMatch(/^400 MalformedPolicyDocument/);
    expect(await refusal(put('p', TRUST_POLICY))).toBe(
      '400 MalformedPolicyDocument: Policy document should not specify a principal.',
    );
    expect(await refusal(put('p', '☃'))).toMatch(/^400 ValidationError: .*'policyDocument'/);
  });
});

describe('an attached policy', () => {
  test('is attached once, listed with its name, and detached', async () => {
    await attach(ADMINISTRATOR_ARN);
    await attach(ADMINISTRATOR_ARN);
    await attach(BOUNDARY_ARN);
    const list = (input: object) =>
      world.iam.send(new ListAttachedRolePoliciesCommand({ RoleName, ...input }));
    expect(await list({})).toMatchObject({
      AttachedPolicies: [
        { PolicyName: 'boundary', PolicyArn: BOUNDARY_ARN },
        { PolicyName: 'AdministratorAccess', PolicyArn: ADMINISTRATOR_ARN },
      ],
      IsTruncated: false,
    });
    expect((await list({ PathPrefix: '/rolewright/' })).AttachedPolicies).toHaveLength(1);
    await detach(ADMINISTRATOR_ARN);
    expect((await list({})).AttachedPolicies).toHaveLength(1);
    expect(await refusal(detach(ADMINISTRATOR_ARN))).toBe(
      `404 NoSuchEntity: Policy ${ADMINISTRATOR_ARN} was not found.`,
    );
  });

  test('must exist', async () => {
    const arn = `arn:aws:iam::${ACCOUNT}:policy/missing`;
    expect(await refusal(attach(arn))).toBe(
      `404 NoSuchEntity: Policy ${arn} does not exist or is not attachable.`,
    );
    expect(await refusal(attach('arn:aws:s3:::some-bucket'))).toMatch(/^400 InvalidInput/);
  });

  test('is one of at most ten', async () => {
    for (let i = 0; i < 11; i += 1) await createPolicy(`p${i}`);
    for (let i = 0; i < 10; i += 1) await attach(`arn:aws:iam::${ACCOUNT}:policy/p${i}`);
    expect(await refusal(attach(`arn:aws:iam::${ACCOUNT}:policy/p10`))).toBe(
      '409 LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10',
    );
  });
});

describe('the document of a managed policy', () => {
  const read = async (PolicyArn: string, VersionId = 'v1') =>
    (await world.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))).PolicyVersion;

  test('is read by the one version that it has, byte for byte', async () => {
    const arn = (await createPolicy('own', DOCUMENT)).Policy?.Arn ?? '';
    const { Versions } = await world.iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn }));
    expect(Versions).toMatchObject([{ VersionId: 'v1', IsDefaultVersion: true }]);
    const version = await read(arn);
    expect([decodeURIComponent(version?.Document ?? ''), version?.IsDefaultVersion]).toEqual([
      DOCUMENT,
      true,
    ]);
    expect(decodeURIComponent((await read(ADMINISTRATOR_ARN))?.Document ?? '')).toContain('"Action":"*"');
  });

  test('of another version, or of no policy, is not there', async () => {
    expect(await refusal(read(BOUNDARY_ARN, 'v2'))).toMatch(/^404 NoSuchEntity/);
    expect(await refusal(read(BOUNDARY_ARN, 'two'))).toMatch(/^400 ValidationError/);
    expect(await refusal(read(`${BOUNDARY_ARN}-missing`))).toMatch(/^404 NoSuchEntity/);
  });
});

describe('a customer managed policy', () => {
  const get = async (PolicyArn: string) => (await world.iam.send(new GetPolicyCommand({ PolicyArn }))).Policy;
  const remove = (PolicyArn: string) => world.iam.send(new DeletePolicyCommand({ PolicyArn }));

  test('is created, read with its uses, listed and deleted', async () => {
    const created = (await createPolicy('own', DOCUMENT, '/team/')).Policy;
    const arn = `arn:aws:iam::${ACCOUNT}:policy/team/own`;
    expect(created).toMatchObject({ PolicyName: 'own', Arn: arn, Path: '/team/', AttachmentCount: 0 });
    await attach(arn);
    await world.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: arn }));
    expect(await get(arn)).toMatchObject({ AttachmentCount: 1, PermissionsBoundaryUsageCount: 1 });
    expect(await refusal(remove(arn))).toMatch(/^409 DeleteConflict/);
    await detach(arn);
    expect(await refusal(remove(arn))).toMatch(/^409 DeleteConflict/);
    await world.iam.send(
      new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: DENY_ALL_ARN }),
    );
    expect(await refusal(remove(arn))).toBe('accepted');
    expect(await refusal(get(arn))).toBe(`404 NoSuchEntity: Policy ${arn} was not found.`);
    expect(await refusal(remove(arn))).toBe(`404 NoSuchEntity: Policy ${arn} was not found.`);
  });

  test('is one per name and of at most 6144 characters', async () => {
    expect(await refusal(createPolicy('own', documentOf(6144)))).toBe('accepted');
    expect(await refusal(createPolicy('OWN', DOCUMENT, '/team/'))).toMatch(/^409 EntityAlreadyExists/);
    expect(await refusal(createPolicy('other', documentOf(6145)))).toBe(
      '409 LimitExceeded: Cannot exceed quota for PolicySize: 6144',
    );
    expect(await refusal(createPolicy('other', TRUST_POLICY))).toMatch(/^400 MalformedPolicyDocument/);
  });

  test('is listed apart from those of AWS', async () => {
    const arns = async (Scope: 'All' | 'AWS' | 'Local') =>
      (await world.iam.send(new ListPoliciesCommand({ Scope }))).Policies?.map((item) => item.Arn);
    expect(await arns('Local')).toEqual([BOUNDARY_ARN]);
    expect(await arns('AWS')).toContain(DENY_ALL_ARN);
    expect(await arns('All')).toEqual([BOUNDARY_ARN, ...((await arns('AWS')) ?? [])]);
    expect((await get(DENY_ALL_ARN))?.PolicyName).toBe('AWSDenyAll');
  });

  test('is listed by what it is used for', async () => {
    await world.iam.send(new CreatePolicyCommand({ PolicyName: 'own', PolicyDocument: DOCUMENT }));
    const own = `arn:aws:iam::${ACCOUNT}:policy/own`;
    await world.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: own }));
    await world.iam.send(
      new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: BOUNDARY_ARN }),
    );
    const arns = async (input: ListPoliciesCommandInput) =>
      (await world.iam.send(new ListPoliciesCommand(input))).Policies?.map((item) => item.Arn);
    expect(await arns({ OnlyAttached: true })).toEqual([own]);
    expect(await arns({ PolicyUsageFilter: 'PermissionsPolicy' })).toEqual([own]);
    expect(await arns({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual([BOUNDARY_ARN]);
    expect(await arns({ OnlyAttached: true, PolicyUsageFilter: 'PermissionsBoundary' })).toEqual([]);
    expect(await arns({ OnlyAttached: false, Scope: 'Local' })).toEqual([own, BOUNDARY_ARN]);
    expect(await arns({ PathPrefix: '/rolewright/' })).toEqual([BOUNDARY_ARN]);
    const wrong = { PolicyUsageFilter: 'Other' as never };
    expect(await refusal(arns(wrong))).toMatch(/^400 ValidationError: /);
  });
});
