import { describe, expect, test } from '@jest/globals';
import {
  epochOf,
  epochTime,
  instantSchema,
  parseDuration,
  plusSeconds,
  seconds,
  toEpoch,
  toInstant,
} from '../../../../domain/shared/time.ts';
import { asInstant } from '../../../support/identifiers.ts';

describe('a duration', () => {
  test.each([
    ['P1D', 86_400],
    ['P30D', 2_592_000],
    ['P3650D', 315_360_000],
    ['PT1H', 3600],
    ['PT24H', 86_400],
    ['PT87600H', 315_360_000],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    'P0D',
    'PT0H',
    'P3651D',
    'P10000D',
    'PT87601H',
    'PT100000H',
    'P-1D',
    'P+1D',
    'P1.5D',
    'P01D',
    'P1W',
    'P1M',
    'P1Y',
    'PT1M',
    'PT3600S',
    'P1DT1H',
    'P1H',
    'PT1D',
    'p1d',
    '1D',
    'P',
    'PT',
    'P1D ',
    ' P1D',
    'P1D\n',
    'P٣D',
    '30',
    '',
  ])('is never %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('an instant', () => {
  test('is UTC with milliseconds', () => {
    expect(toInstant(epochTime(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(toEpoch(asInstant('1970-01-01T00:00:01.500Z'))).toBe(1500);
  });

  test.each([
    ['forwards over the end of a day', 60, '2026-11-24T00:00:30.000Z'],
    ['backwards', -60, '2026-11-23T23:58:30.000Z'],
    ['nowhere', 0, '2026-11-23T23:59:30.000Z'],
  ])('moves by seconds %s', (_, count, moved) => {
    expect(plusSeconds(asInstant('2026-11-23T23:59:30.000Z'), seconds(count))).toBe(moved);
  });

  test.each([
    'yesterday',
    '2026-11-23',
    '2026-11-23T09:00:00Z',
    '2026-11-23T09:00:00.000+00:00',
    '2026-11-31T09:00:00.000Z',
    '2026-11-23T09:00:00.000Z ',
  ])('is not parsed from %j', (text) => {
    expect(instantSchema.safeParse(text).success).toBe(false);
  });
});

describe('a text', () => {
  test('that is a date of any form has an epoch time', () => {
    expect(epochOf('1970-01-01T01:00:01+01:00')).toBe(1000);
    expect(epochOf('1970-01-02')).toBe(86_400_000);
  });

  test('that is none has no epoch time', () => {
    expect(epochOf('yesterday')).toBeNaN();
  });
});
