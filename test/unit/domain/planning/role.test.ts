import { describe, expect, test } from '@jest/globals';
import {
  denyAllArn,
  isRoleNameOf,
  roleArnOf,
  roleNameOf,
  roleTags,
  tagsInForce,
} from '../../../../domain/planning/role.ts';
import { asAccountId, asEnvironmentUuid, asGrantId, asRepositoryUuid } from '../../../support/identifiers.ts';

const ID = asGrantId('gr_hrq6egvaok6463yco36ybujl4g');
const PART = 'hrq6egvaok64';

describe('a role name', () => {
  test.each([
    ['the example of the design', 'shop', 's3-static-site', `rw-shop-s3-static-site-${PART}`],
    ['a slug of 24 characters', 'a'.repeat(24), 'b', `rw-${'a'.repeat(24)}-b-${PART}`],
    ['a slug of 25 characters', `${'a'.repeat(24)}z`, 'b', `rw-${'a'.repeat(24)}-b-${PART}`],
    ['a template of 20 characters', 'a', 'b'.repeat(20), `rw-a-${'b'.repeat(20)}-${PART}`],
    ['a template of 21 characters', 'a', `${'b'.repeat(20)}z`, `rw-a-${'b'.repeat(20)}-${PART}`],
    ['dots and underscores', 'my.shop_site', 'b', `rw-my-shop-site-b-${PART}`],
    ['a hyphen where the cut falls', `${'a'.repeat(23)}-z`, 'b', `rw-${'a'.repeat(23)}-b-${PART}`],
    ['odd characters at the end', 'shop._.', 'b', `rw-shop-b-${PART}`],
    ['characters of other alphabets', 'møøse', 'b', `rw-m--se-b-${PART}`],
    ['a slug of nothing that a name can hold', '___', 'b', `rw--b-${PART}`],
  ])('is built from slug, template and id: %s', (_, slug, template, name) => {
    expect(roleNameOf(ID, slug, template)).toBe(name);
    expect(isRoleNameOf(name, ID)).toBe(true);
  });

  test('never exceeds the 64 characters of IAM', () => {
    expect(roleNameOf(ID, 's'.repeat(62), 't'.repeat(32))).toHaveLength(61);
  });

  test.each([
    ['of another grant', 'rw-shop-s3-static-site-aaaaaaaaaaaa'],
    ['without the prefix', `shop-s3-static-site-${PART}`],
    ['of a foreign alphabet', `rw-Shop-s3-static-site-${PART}`],
    ['with a path', `rw-../shop-${PART}`],
    ['longer than a slug and a template can make it', `rw-${'a'.repeat(47)}-${PART}`],
    ['of the id alone', `-${PART}`],
    ['with something before the prefix', `x-rw-shop-${PART}`],
  ])('is not accepted as fixed earlier when it is one %s', (_, name) => {
    expect(isRoleNameOf(name, ID)).toBe(false);
  });

  test('stays acceptable after the repository was renamed', () => {
    expect(isRoleNameOf(`rw-old-name-ecr-push-${PART}`, ID)).toBe(true);
  });
});

describe('a role', () => {
  test.each([
    [
      'aws',
      '/rolewright/',
      'arn:aws:iam::111122223333:role/rolewright/rw-a-b-c',
      'arn:aws:iam::aws:policy/AWSDenyAll',
    ],
    [
      'aws-cn',
      '/rolewright/dev/',
      'arn:aws-cn:iam::111122223333:role/rolewright/dev/rw-a-b-c',
      'arn:aws-cn:iam::aws:policy/AWSDenyAll',
    ],
  ] as const)('lives below its path, in the partition %s', (partition, rolePath, arn, denyAll) => {
    expect(roleArnOf({ id: asAccountId('111122223333'), partition, rolePath }, 'rw-a-b-c')).toBe(arn);
    expect(denyAllArn(partition)).toBe(denyAll);
  });

  test('carries tags whose values IAM can hold', () => {
    const tags = roleTags({
      stage: 'dev',
      configured: undefined,
      grantId: ID,
      repositoryUuid: asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
      environmentUuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'),
      template: 's3-static-site',
    });
    expect(tags).toEqual({
      'rolewright:grant': ID,
      'rolewright:stage': 'dev',
      'rolewright:repository': '1de489be-ce6a-42a0-a8c8-eadbf1174ac7',
      'rolewright:environment': 'bd715740-c970-486b-b68a-b421ec2a1f8b',
      'rolewright:template': 's3-static-site',
    });
    for (const value of Object.values(tags)) expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u);
  });

  test('carries the configured tags of its applied request that are still configured so', () => {
    const configured = { team: 'shop', cost: '7' };
    expect(tagsInForce({ team: 'shop', cost: '8', other: 'x' }, configured)).toEqual({ team: 'shop' });
    expect(tagsInForce(configured, undefined)).toEqual({});
    expect(tagsInForce(undefined, configured)).toEqual({});
  });

  test('of a whole repository has no environment tag', () => {
    const tags = roleTags({
      stage: 'dev',
      configured: undefined,
      grantId: ID,
      repositoryUuid: asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
      template: 'b',
    });
    expect(Object.keys(tags)).not.toContain('rolewright:environment');
  });
});
