import { describe, expect, test } from '@jest/globals';
import { allHold } from '../../../../sandbox/aws/policy/conditions.ts';

const CONTEXT = new Map<string, string[]>([
  ['k', ['Value']],
  ['many', ['a', 'b']],
  ['empty', []],
  ['n', ['10']],
  ['t', ['2027-01-15T08:00:00Z']],
  ['epoch', ['1800000000']],
  ['ip', ['10.1.2.3']],
  ['ip6', ['2001:db8::1']],
  ['flag', ['true']],
  ['arn', ['arn:aws:iam::111122223333:role/a/b']],
  ['star', ['*']],
]);

const holds = (operator: string, key: string, ...values: string[]) =>
  allHold([{ operator, key, values }], CONTEXT, true);

describe('string operators', () => {
  test.each([
    ['StringEquals', 'k', 'Value', true],
    ['StringEquals', 'K', 'Value', true],
    ['StringEquals', 'k', 'value', false],
    ['StringEquals', 'k', 'Val*', false],
    ['StringNotEquals', 'k', 'Value', false],
    ['StringNotEquals', 'k', 'other', true],
    ['StringEqualsIgnoreCase', 'k', 'vALUE', true],
    ['StringNotEqualsIgnoreCase', 'k', 'vALUE', false],
    ['StringLike', 'k', 'V*', true],
    ['StringLike', 'k', 'V?lue', true],
    ['StringLike', 'k', 'V?ue', false],
    ['StringLike', 'k', 'v*', false],
    ['StringLike', 'k', 'alu', false],
    ['StringNotLike', 'k', 'V*', false],
    ['StringNotLike', 'k', 'X*', true],
  ])('%s of %s with %s: %s', (operator, key, value, expected) => {
    expect(holds(operator, key, value)).toBe(expected);
  });

  test('one of several values is enough, and for a negated operator too many', () => {
    expect(holds('StringEquals', 'k', 'other', 'Value')).toBe(true);
    expect(holds('StringNotEquals', 'k', 'other', 'Value')).toBe(false);
  });
});

describe('a missing key', () => {
  test('fails every positive operator and passes a negated one', () => {
    for (const operator of [
      'StringEquals',
      'StringLike',
      'NumericEquals',
      'DateLessThan',
      'Bool',
      'IpAddress',
      'ArnLike',
    ]) {
      expect(holds(operator, 'missing', '*')).toBe(false);
    }
    expect(holds('StringNotEquals', 'missing', 'x')).toBe(true);
    expect(holds('NotIpAddress', 'missing', '10.0.0.0/8')).toBe(true);
  });

  test('passes IfExists and ForAllValues, and fails ForAnyValue', () => {
    expect(holds('StringEqualsIfExists', 'missing', 'x')).toBe(true);
    expect(holds('StringEqualsIfExists', 'k', 'x')).toBe(false);
    expect(holds('ForAllValues:StringEquals', 'missing', 'x')).toBe(true);
    expect(holds('ForAnyValue:StringEquals', 'missing', 'x')).toBe(false);
    expect(holds('ForAnyValue:StringNotEquals', 'missing', 'x')).toBe(false);
  });

  test('is what Null true asks for', () => {
    expect(holds('Null', 'missing', 'true')).toBe(true);
    expect(holds('Null', 'missing', 'false')).toBe(false);
    expect(holds('Null', 'k', 'false')).toBe(true);
    expect(holds('Null', 'k', 'true')).toBe(false);
  });
});

describe('a key with several values', () => {
  test('never meets an operator for one value', () => {
    expect(holds('StringEquals', 'many', 'a', 'b')).toBe(false);
    expect(holds('StringLike', 'many', '*')).toBe(false);
    expect(holds('StringNotEquals', 'many', 'c')).toBe(false);
    expect(holds('StringEquals', 'empty', '')).toBe(false);
  });

  test('is tested value by value with a set operator', () => {
    expect(holds('ForAnyValue:StringEquals', 'many', 'b')).toBe(true);
    expect(holds('ForAnyValue:StringEquals', 'many', 'c')).toBe(false);
    expect(holds('ForAllValues:StringEquals', 'many', 'a')).toBe(false);
    expect(holds('ForAllValues:StringEquals', 'many', 'a', 'b', 'c')).toBe(true);
    expect(holds('ForAllValues:StringNotEquals', 'many', 'a')).toBe(false);
    expect(holds('ForAllValues:StringNotEquals', 'many', 'c')).toBe(true);
    expect(holds('ForAnyValue:StringNotEquals', 'many', 'a')).toBe(true);
  });
});

describe('other operators', () => {
  test.each([
    ['NumericEquals', 'n', '10.0', true],
    ['NumericNotEquals', 'n', '10', false],
    ['NumericLessThan', 'n', '11', true],
    ['NumericLessThanEquals', 'n', '10', true],
    ['NumericGreaterThan', 'n', '10', false],
    ['NumericGreaterThanEquals', 'n', '10', true],
    ['NumericEquals', 'k', 'Value', false],
    ['DateEquals', 't', '2027-01-15T08:00:00.000Z', true],
    ['DateEquals', 't', '1800000000', true],
    ['DateNotEquals', 'epoch', '1800000000', false],
    ['DateLessThan', 't', '2027-01-15T08:00:01Z', true],
    ['DateLessThan', 't', '2027-01-15T08:00:00Z', false],
    ['DateLessThanEquals', 't', '2027-01-15T08:00:00Z', true],
    ['DateGreaterThan', 'epoch', '2027-01-15T07:59:59Z', true],
    ['DateGreaterThanEquals', 't', 'nonsense', false],
    ['Bool', 'flag', 'TRUE', true],
    ['Bool', 'flag', 'false', false],
    ['BinaryEquals', 'k', 'Value', true],
    ['IpAddress', 'ip', '10.0.0.0/8', true],
    ['IpAddress', 'ip', '10.1.2.3', true],
    ['IpAddress', 'ip', '10.1.2.4', false],
    ['NotIpAddress', 'ip', '10.0.0.0/8', false],
    ['IpAddress', 'ip6', '2001:db8::/32', true],
    ['IpAddress', 'ip6', '10.0.0.0/8', false],
    ['IpAddress', 'ip', 'nonsense', false],
    ['ArnEquals', 'arn', 'arn:aws:iam::111122223333:role/a/*', true],
    ['ArnLike', 'arn', 'arn:aws:iam::*:role/?/b', true],
    ['ArnLike', 'arn', 'arn:aws:*:role/a/b', false],
    ['ArnNotLike', 'arn', 'arn:aws:iam::111122223333:role/*', false],
    ['ArnNotEquals', 'arn', 'arn:aws:iam::111122223333:role/c', true],
    ['StringMatches', 'k', 'Value', false],
  ])('%s of %s with %s: %s', (operator, key, value, expected) => {
    expect(holds(operator, key, value)).toBe(expected);
  });

  test('all conditions must hold', () => {
    const conditions = [
      { operator: 'StringEquals', key: 'k', values: ['Value'] },
      { operator: 'Bool', key: 'flag', values: ['false'] },
    ];
    expect(allHold(conditions, CONTEXT, true)).toBe(false);
    expect(allHold(conditions.slice(0, 1), CONTEXT, true)).toBe(true);
    expect(allHold([], CONTEXT, true)).toBe(true);
  });
});

describe('policy variables', () => {
  test('stand for the value of a key, a default or themselves', () => {
    expect(holds('StringEquals', 'k', '${K}')).toBe(true);
    expect(holds('StringLike', 'k', '${k}*')).toBe(true);
    expect(holds('StringEquals', 'k', "${missing, 'Value'}")).toBe(true);
    expect(holds('StringEquals', 'k', '${missing}')).toBe(false);
    expect(holds('StringLike', 'k', '${*}')).toBe(false);
    expect(holds('StringLike', 'star', '${*}')).toBe(true);
  });

  test('whose value has a wildcard match it literally', () => {
    expect(holds('StringLike', 'k', '${star}')).toBe(false);
  });

  test('are plain text in the old version', () => {
    const condition = { operator: 'StringEquals', key: 'k', values: ['${k}'] };
    expect(allHold([condition], CONTEXT, false)).toBe(false);
    expect(allHold([condition], new Map([['k', ['${k}']]]), false)).toBe(true);
  });
});
