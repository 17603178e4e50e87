import { describe, expect, test } from '@jest/globals';
import { type ParameterTypeName, parameterFault, parameterTypes } from '../../../domain/parameter-type.ts';
import { isOneSegment } from '../../../domain/placeholder.ts';

const types = Object.keys(parameterTypes) as ParameterTypeName[];

const good: [ParameterTypeName, string[]][] = [
  ['s3BucketName', ['abc', 'a1b', '1-2', 'shop--site', `a${'b'.repeat(61)}c`]],
  ['ecrRepositoryName', ['ab', 'shop-api', 'a.b_c-d', '0a', 'a'.repeat(256)]],
  ['lambdaFunctionName', ['a', 'Shop_Checkout-1', '-', '_', 'a'.repeat(64)]],
  ['cloudFrontDistributionId', ['E1234567', 'E2SHOPSITE0001', `E${'A'.repeat(31)}`]],
];
const bad: [ParameterTypeName, string[]][] = [
  [
    's3BucketName',
    [
      'ab',
      `a${'b'.repeat(62)}c`,
      'Shop-site',
      'shop.site',
      'shop_site',
      '-shop',
      'shop-',
      '192.168.0.1',
      'xn--shop',
      'sthree-shop',
      'amzn-s3-demo-shop',
      'shop-s3alias',
      'shop--ol-s3',
      'shop--x-s3',
      'shop--table-s3',
    ],
  ],
  [
    'ecrRepositoryName',
    ['a', 'a'.repeat(257), 'Shop', 'shop/api', '-shop', 'shop-', 'shop..api', 'a-_b', '.a', 'a.'],
  ],
  ['lambdaFunctionName', ['a'.repeat(65), 'shop.fn', 'shop:1', 'shop:$LATEST', 'arn:aws:lambda:x']],
  [
    'cloudFrontDistributionId',
    ['E', 'E123456', `E${'A'.repeat(32)}`, 'e2SHOPSITE0001', 'E2shopsite0001', 'A1234567', 'E1234-67'],
  ],
];

describe.each(good)('%s', (type, values) => {
  test.each(values)('admits %s', (value) => {
    expect(parameterFault(type, value)).toBeUndefined();
    expect(isOneSegment(value)).toBe(true);
  });
});

describe.each(bad)('%s', (type, values) => {
  test.each(values)('refuses %s', (value) => {
    expect(parameterFault(type, value)).toBe(parameterTypes[type].rule);
  });
});

describe.each(types)('%s', (type) => {
  const { example } = parameterTypes[type];

  test('admits its own example', () => {
    expect(parameterFault(type, example)).toBeUndefined();
  });

  test.each([
    ['a wildcard', '*'],
    ['a wildcard within', `${example}*`],
    ['a one-character wildcard', `${example}?`],
    ['an IAM variable', '${aws:username}'],
    ['an IAM variable within', `${example}\${*}`],
    ['a dollar', `${example}$`],
    ['a double quote', `${example}"`],
    ['a single quote', `${example}'`],
    ['a back quote', `${example}\``],
    ['a slash', `${example}/x`],
    ['a backslash', `${example}\\x`],
    ['a colon', `${example}:x`],
    ['a comma', `${example},x`],
    ['a placeholder', '{{bucket}}'],
    ['a closing brace', `${example}}`],
    ['a newline at the end', `${example}\n`],
    ['a newline in front', `\n${example}`],
    ['a second line', `${example}\n${example}`],
    ['a carriage return', `${example}\r`],
    ['a line separator', `${example}\u2028`],
    ['a tab', `${example}\t`],
    ['a NUL', `${example}\0`],
    ['a delete character', `${example}\u007f`],
    ['a blank', `${example} `],
    ['letters that only look Latin', `${example}а`],
    ['full-width letters', `${example}Ａ`],
    ['a percent escape', `${example}%2a`],
    ['nothing', ''],
    ['far too much', 'E'.repeat(10_000)],
  ])('refuses %s', (_, value) => {
    expect(parameterFault(type, value)).toBe(parameterTypes[type].rule);
  });
});

describe('one segment', () => {
  test.each(['a', 'A-b_c.d', '0', '-', '_a', 'a'.repeat(256)])('is %s', (value) => {
    expect(isOneSegment(value)).toBe(true);
  });

  test.each([
    '',
    '*',
    'a*',
    'a?',
    '${x}',
    'a/b',
    'a:b',
    'a b',
    '"',
    'a\n',
    '.',
    '..',
    '.a',
    'é',
    'a'.repeat(257),
  ])('is not %j', (value) => {
    expect(isOneSegment(value)).toBe(false);
  });
});
