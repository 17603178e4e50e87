import {
  CreateRoleCommand,
  type CreateRoleCommandInput,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ACCOUNT,
  BOUNDARY_ARN,
  DENY_ALL_ARN,
  policy,
  refusal,
  START,
  startWorld,
  type TestWorld,
  TRUST,
  TRUST_POLICY,
} from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const create = (input: Partial<CreateRoleCommandInput> = {}) =>
  world.iam.send(
    new CreateRoleCommand({ RoleName: 'shop', AssumeRolePolicyDocument: TRUST_POLICY, ...input }),
  );
const get = async (RoleName = 'shop') => (await world.iam.send(new GetRoleCommand({ RoleName }))).Role;
const remove = (RoleName = 'shop') => world.iam.send(new DeleteRoleCommand({ RoleName }));

describe('a role', () => {
  test('is read as it was created, its documents byte for byte', async () => {
    const spaced = `${JSON.stringify(JSON.parse(TRUST_POLICY), null, 2)}\n`;
    await create({
      Path: '/rolewright/',
      Description: 'for <acme> & "shop"\nÄ',
      MaxSessionDuration: 7200,
      AssumeRolePolicyDocument: spaced,
      PermissionsBoundary: BOUNDARY_ARN,
      Tags: [{ Key: 'rolewright:grant', Value: 'gr_1' }],
    });
    const role = await get();
    expect(role).toMatchObject({
      RoleName: 'shop',
      Path: '/rolewright/',
      Arn: `arn:aws:iam::${ACCOUNT}:role/rolewright/shop`,
      Description: 'for <acme> & "shop"\nÄ',
      MaxSessionDuration: 7200,
      CreateDate: new Date(START),
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: BOUNDARY_ARN },
      Tags: [{ Key: 'rolewright:grant', Value: 'gr_1' }],
    });
    expect(role?.RoleId).toMatch(/^AROA[A-Z0-9]{17}$/);
    expect(decodeURIComponent(role?.AssumeRolePolicyDocument ?? '')).toBe(spaced);
    expect(role?.AssumeRolePolicyDocument).not.toMatch(/[^\w%.~-]/);
  });

  test('has the path / and sessions of an hour unless asked otherwise, and no boundary, tags or description', async () => {
    await create();
    const role = await get();
    expect(role).toMatchObject({
      Path: '/',
      MaxSessionDuration: 3600,
      Arn: `arn:aws:iam::${ACCOUNT}:role/shop`,
    });
    expect(role?.PermissionsBoundary).toBeUndefined();
    expect(role?.Tags).toBeUndefined();
    expect(role?.Description).toBeUndefined();
  });

  test('is one per name, whatever the case and the path', async () => {
    await create();
    expect(await refusal(create({ RoleName: 'SHOP', Path: '/other/' }))).toBe(
      '409 EntityAlreadyExists: Role with name SHOP already exists.',
    );
  });

  test('is found whatever the case', async () => {
    await create({ RoleName: 'Shop' });
    expect((await get('sHOP'))?.RoleName).toBe('Shop');
    await remove('shop');
    expect(await refusal(get('Shop'))).toBe('404 NoSuchEntity: The role with name Shop cannot be found.');
  });

  test('has a new id when it is created again', async () => {
    const first = (await create()).Role?.RoleId;
    await remove();
    expect((await create()).Role?.RoleId).not.toBe(first);
  });

  test('may trust a provider that does not exist', async () => {
    const Federated = `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example`;
    const document = policy({ ...TRUST, Principal: { Federated } });
    expect(await refusal(create({ AssumeRolePolicyDocument: document }))).toBe('accepted');
  });
});

describe('the parameters of a role', () => {
  test.each([
    ['a name of 64 characters', { RoleName: 'r'.repeat(64) }],
    ['every character that a name may have', { RoleName: 'aZ0_+=,.@-' }],
    ['a path of 512 characters', { Path: `/${'p'.repeat(510)}/` }],
    ['the shortest session', { MaxSessionDuration: 3600 }],
    ['the longest session', { MaxSessionDuration: 43_200 }],
    ['a description of 1000 characters', { Description: 'd'.repeat(1000) }],
  ])('may be %s', async (_, input) => {
    expect(await refusal(create(input))).toBe('accepted');
  });

  test.each([
    ['a name of 65 characters', { RoleName: 'r'.repeat(65) }, /'roleName' .* less than or equal to 64/],
    ['an empty name', { RoleName: '' }, /'roleName' .* greater than or equal to 1/],
    ['a name with a slash', { RoleName: 'a/b' }, /Value 'a\/b' at 'roleName' .* pattern: \[\\w\+=,\.@-\]\+/],
    ['a path of 513 characters', { Path: `/${'p'.repeat(511)}/` }, /'path' .* less than or equal to 512/],
    ['a path without its last slash', { Path: '/a' }, /'path' .* pattern/],
    ['a path with a space', { Path: '/a b/' }, /'path' .* pattern/],
    [
      'a session below an hour',
      { MaxSessionDuration: 3599 },
      /'maxSessionDuration' .* greater than or equal to 3600/,
    ],
    [
      'a session over twelve hours',
      { MaxSessionDuration: 43_201 },
      /'maxSessionDuration' .* less than or equal to 43200/,
    ],
    ['a description of 1001 characters', { Description: 'd'.repeat(1001) }, /'description' .* 1000/],
    ['a description beyond Latin-1', { Description: '€' }, /'description' .* pattern/],
    ['an empty trust policy', { AssumeRolePolicyDocument: '' }, /'assumeRolePolicyDocument'/],
  ])('may not be %s', async (_, input, message) => {
    expect(await refusal(create(input))).toMatch(/^400 ValidationError: \d validation errors? detected: /);
    expect(await refusal(create(input))).toMatch(message);
  });

  test('are refused all at once', async () => {
    expect(await refusal(create({ RoleName: 'a/b', Path: 'x', MaxSessionDuration: 1 }))).toMatch(
      /3 validation errors detected: .*'roleName'.*; .*'path'.*; .*'maxSessionDuration'/,
    );
  });

  test('must be there when they are required', async () => {
    const { status, text } = await world.raw('Action=CreateRole&Version=2010-05-08');
    expect(status).toBe(400);
    expect(text).toContain('<Code>ValidationError</Code>');
    expect(text).toContain("Value null at 'roleName' failed to satisfy constraint: Member must not be null");
    expect(text).toContain("Value null at 'assumeRolePolicyDocument'");
  });
});

describe('a trust policy', () => {
  const ofLength = (length: number) => {
    const base = policy({ ...TRUST, Sid: '' });
    return policy({ ...TRUST, Sid: 'S'.repeat(length - base.length) });
  };

  test('has at most 2048 characters, white space not counted', async () => {
    expect(ofLength(2048)).toHaveLength(2048);
    const spaced = JSON.stringify(JSON.parse(ofLength(2048)), null, 8);
    expect(await refusal(create({ AssumeRolePolicyDocument: spaced }))).toBe('accepted');
    expect(await refusal(create({ RoleName: 'other', AssumeRolePolicyDocument: ofLength(2049) }))).toBe(
      '409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
    );
  });

  test('is replaced as a whole, under the same rules', async () => {
    await create();
    const update = (PolicyDocument: string, RoleName = 'shop') =>
      world.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    const denied = policy({ Effect: 'Deny', Principal: TRUST.Principal, Action: TRUST.Action });
    await update(denied);
    expect(decodeURIComponent((await get())?.AssumeRolePolicyDocument ?? '')).toBe(denied);
    expect(await refusal(update('{'))).toMatch(/^400 MalformedPolicyDocument/);
    expect(await refusal(update(ofLength(2049)))).toMatch(/^409 LimitExceeded/);
    expect(await refusal(update(denied, 'nobody'))).toMatch(/^404 NoSuchEntity/);
  });
});

describe('a permissions boundary', () => {
  const put = (PermissionsBoundary: string) =>
    world.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'shop', PermissionsBoundary }));

  test('is put, replaced and deleted', async () => {
    await create();
    await put(BOUNDARY_ARN);
    await put(DENY_ALL_ARN);
    expect((await get())?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(DENY_ALL_ARN);
    await world.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'shop' }));
    expect((await get())?.PermissionsBoundary).toBeUndefined();
  });

  test.each([
    `arn:aws:iam::${ACCOUNT}:policy/missing`,
    'arn:aws:iam::aws:policy/NoSuchPolicy',
    'arn:aws:iam::999900001111:policy/foreign',
  ])('must exist: %s', async (arn) => {
    await create();
    const text = `404 NoSuchEntity: Scope ARN: ${arn} does not exist or is not attachable.`;
    expect(await refusal(put(arn))).toBe(text);
    expect(await refusal(create({ RoleName: 'other', PermissionsBoundary: arn }))).toBe(text);
  });

  test('must be the ARN of a policy', async () => {
    await create();
    expect(await refusal(put(`arn:aws:iam::${ACCOUNT}:role/shop`))).toMatch(
      /^400 InvalidInput: ARN .* is not valid/,
    );
    expect(await refusal(put('short'))).toMatch(/^400 ValidationError/);
  });
});
