import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  ListOpenIDConnectProviderTagsCommand,
  ListRoleTagsCommand,
  type Tag,
  TagOpenIDConnectProviderCommand,
  TagRoleCommand,
  UntagOpenIDConnectProviderCommand,
  UntagRoleCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AUDIENCE,
  ISSUER,
  PROVIDER_ARN,
  refusal,
  startWorld,
  type TestWorld,
  TRUST_POLICY,
} from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
  await world.iam.send(new CreateRoleCommand({ RoleName: 'shop', AssumeRolePolicyDocument: TRUST_POLICY }));
  await world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE] }));
});
afterEach(() => world.close());

const onRole = {
  tag: (Tags: Tag[]) => world.iam.send(new TagRoleCommand({ RoleName: 'shop', Tags })),
  untag: (TagKeys: string[]) => world.iam.send(new UntagRoleCommand({ RoleName: 'shop', TagKeys })),
  list: (input = {}) => world.iam.send(new ListRoleTagsCommand({ RoleName: 'shop', ...input })),
};
const onProvider = {
  tag: (Tags: Tag[]) =>
    world.iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN, Tags })),
  untag: (TagKeys: string[]) =>
    world.iam.send(
      new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN, TagKeys }),
    ),
  list: (input = {}) =>
    world.iam.send(
      new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn: PROVIDER_ARN, ...input }),
    ),
};

const tags = (count: number, from = 0): Tag[] =>
  Array.from({ length: count }, (_, i) => ({ Key: `key${String(from + i).padStart(3, '0')}`, Value: 'v' }));

describe.each([
  ['a role', onRole],
  ['a provider', onProvider],
])('tags of %s', (_, on) => {
  test('are added, replaced whatever the case of the key, and removed', async () => {
    await on.tag([
      { Key: 'Owner', Value: 'a' },
      { Key: 'stage', Value: '' },
    ]);
    await on.tag([{ Key: 'OWNER', Value: 'b' }]);
    expect((await on.list()).Tags).toEqual([
      { Key: 'OWNER', Value: 'b' },
      { Key: 'stage', Value: '' },
    ]);
    await on.untag(['owner', 'missing']);
    expect((await on.list()).Tags).toEqual([{ Key: 'stage', Value: '' }]);
  });

  test('are at most 50', async () => {
    await on.tag(tags(49));
    expect(await refusal(on.tag(tags(2, 49)))).toMatch(/^409 LimitExceeded/);
    expect(await refusal(on.tag(tags(1, 49)))).toBe('accepted');
    expect(await refusal(on.tag(tags(51)))).toMatch(/^400 ValidationError: .*'tags'/);
  });

  test('come in pages', async () => {
    await on.tag(tags(5));
    const first = await on.list({ MaxItems: 3 });
    expect(first.Tags).toEqual(tags(3));
    expect((await on.list({ MaxItems: 3, Marker: first.Marker })).Tags).toEqual(tags(2, 3));
  });

  test.each([
    ['a key of 128 and a value of 256 characters', { Key: 'k'.repeat(128), Value: 'v'.repeat(256) }],
    ['letters, digits, spaces and _.:/=+-@ of any script', { Key: 'Ключ _.:/=+-@', Value: '値 1' }],
  ])('may be %s', async (_title, tag) => {
    expect(await refusal(on.tag([tag]))).toBe('accepted');
  });

  test.each([
    [
      'a key of 129 characters',
      { Key: 'k'.repeat(129), Value: '' },
      /^400 ValidationError: .*'tags\.1\.member\.key'/,
    ],
    [
      'a value of 257 characters',
      { Key: 'k', Value: 'v'.repeat(257) },
      /^400 ValidationError: .*'tags\.1\.member\.value'/,
    ],
    ['an empty key', { Key: '', Value: '' }, /^400 ValidationError/],
    ['a reserved key', { Key: 'AWS:x', Value: '' }, /^400 InvalidInput/],
    ['a key with braces', { Key: '{k}', Value: '' }, /^400 ValidationError: .*'tags\.1\.member\.key'/],
  ])('may not be %s', async (_title, tag, message) => {
    expect(await refusal(on.tag([tag]))).toMatch(message);
  });

  test('cannot hold a UUID in braces', async () => {
    const Value = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
    expect(await refusal(on.tag([{ Key: 'repository', Value }]))).toBe(
      `400 ValidationError: 1 validation error detected: Value '${Value}' at 'tags.1.member.value' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*`,
    );
  });

  test('do not repeat a key, whatever its case', async () => {
    const twice = [
      { Key: 'a', Value: '1' },
      { Key: 'A', Value: '2' },
    ];
    expect(await refusal(on.tag(twice))).toBe(
      '400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  });
});

test('one bad tag fails the whole creation', async () => {
  const Tags = [{ Key: 'aws:x', Value: '' }];
  const role = { RoleName: 'other', AssumeRolePolicyDocument: TRUST_POLICY, Tags };
  expect(await refusal(world.iam.send(new CreateRoleCommand(role)))).toMatch(/^400 InvalidInput/);
  expect(await refusal(world.iam.send(new ListRoleTagsCommand({ RoleName: 'other' })))).toMatch(
    /^404 NoSuchEntity/,
  );
});

test('tags of what is not there are neither written nor read', async () => {
  const OpenIDConnectProviderArn = PROVIDER_ARN.replace('acme', 'nobody');
  for (const call of [
    world.iam.send(new TagRoleCommand({ RoleName: 'nobody', Tags: tags(1) })),
    world.iam.send(new UntagRoleCommand({ RoleName: 'nobody', TagKeys: ['a'] })),
    world.iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: tags(1) })),
    world.iam.send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ['a'] })),
    world.iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn })),
  ]) {
    expect(await refusal(call)).toMatch(/^404 NoSuchEntity/);
  }
});
