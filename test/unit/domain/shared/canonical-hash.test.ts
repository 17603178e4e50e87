import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { canonicalHash, canonicalJson } from '../../../../domain/shared/canonical-hash.ts';

describe('canonical JSON', () => {
  test("follows RFC 8785's own example", () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('sorts names by UTF-16 code units at every depth and keeps the order of lists', () => {
    expect(canonicalJson({ b: [2, 1, { d: 1, c: 2 }], a: 1, '€': 3, A: 0 })).toBe(
      '{"A":0,"a":1,"b":[2,1,{"c":2,"d":1}],"€":3}',
    );
  });

  test.each([[undefined], [Number.NaN], [Number.POSITIVE_INFINITY], [{ a: Number.NaN }]])(
    'throws on %p, which is not JSON',
    (value) => {
      expect(() => canonicalJson(value)).toThrow();
    },
  );
});

describe('a canonical hash', () => {
  test('is the lower-case hex SHA-256 of the canonical JSON', () => {
    const expected = createHash('sha256').update('{"a":1,"b":2}').digest('hex');
    expect(canonicalHash({ b: 2, a: 1 })).toBe(expected);
  });

  test('tells a list from an object and a text from a number', () => {
    const values = [['1'], [1], { 0: '1' }, '1', 1, null, {}];
    expect(new Set(values.map(canonicalHash)).size).toBe(values.length);
  });
});
