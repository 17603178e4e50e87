import { describe, expect, test } from '@jest/globals';
import {
  type GrantKey,
  grantIdOf,
  NAME,
  parseUuid,
  withoutBraces,
} from '../../../../domain/shared/identifiers.ts';
import { asAccountId, asEnvironmentUuid, asRepositoryUuid } from '../../../support/identifiers.ts';

const SHOP = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';

describe('a UUID', () => {
  test('is read in either case and kept in lower case', () => {
    expect(parseUuid(SHOP.toUpperCase())).toBe(SHOP);
  });

  test.each([
    ['without braces', SHOP.slice(1, -1)],
    ['with one brace', SHOP.slice(1)],
    ['a digit short', '{1de489be-ce6a-42a0-a8c8-eadbf1174ac}'],
    ['a digit long', '{1de489be-ce6a-42a0-a8c8-eadbf1174ac77}'],
    ['with a letter beyond f', '{1de489be-ce6a-42a0-a8c8-eadbf1174acg}'],
    ['with hyphens elsewhere', '{1de489bec-e6a-42a0-a8c8-eadbf1174ac7}'],
    ['with a newline at the end', `${SHOP}\n`],
    ['with a blank before', ` ${SHOP}`],
    ['a wildcard', '{*}'],
    ['nothing', ''],
  ])('is refused %s', (_, text) => {
    expect(parseUuid(text)).toBeUndefined();
  });

  test('loses exactly its braces for places that cannot hold them', () => {
    expect(withoutBraces(asRepositoryUuid(SHOP))).toBe('1de489be-ce6a-42a0-a8c8-eadbf1174ac7');
  });
});

describe('a grant id', () => {
  const key: GrantKey = {
    accountId: asAccountId('111122223333'),
    repositoryUuid: asRepositoryUuid(SHOP),
    template: 's3-static-site',
    name: 'default',
  };

  test("is the contract's for the contract's example", () => {
    expect(grantIdOf(key)).toBe('gr_hrq6egvaok6463yco36ybujl4g');
  });

  test('changes with every part of the key', () => {
    const others: GrantKey[] = [
      { ...key, accountId: asAccountId('111122223334') },
      { ...key, repositoryUuid: asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac8}') },
      { ...key, environmentUuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}') },
      { ...key, template: 'ecr-push' },
      { ...key, name: 'second' },
    ];
    expect(new Set([key, ...others].map(grantIdOf)).size).toBe(6);
  });

  test('without an environment is the one of the environment "*" of the contract', () => {
    expect(grantIdOf({ ...key, environmentUuid: undefined })).toBe('gr_hrq6egvaok6463yco36ybujl4g');
  });
});

describe('a template or grant name', () => {
  test.each(['a', 'a'.repeat(32), 's3-static-site', 'a-', 'a0'])('may be %s', (name) => {
    expect(NAME.test(name)).toBe(true);
  });

  test.each(['', 'a'.repeat(33), '1a', '-a', 'A', 'aB', 'a_b', 'a.b', 'a b', 'a\n', 'é', '__proto__'])(
    'may not be %j',
    (name) => {
      expect(NAME.test(name)).toBe(false);
    },
  );
});
