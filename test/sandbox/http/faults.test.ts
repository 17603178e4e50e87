import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noFaults } from '../../../sandbox/http/faults.ts';

test('a fault of every so many calls hits these and lets the others pass, as often as it is armed for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }), (every, times) => {
      const faults = noFaults();
      expect(faults.arm({ match: 'GetRole', effect: 'throttle', every, times })).toEqual([]);
      const calls = Array.from({ length: every * (times + 2) }, (_, n) => n + 1);
      const hit = calls.filter(() => faults.take((match) => match === 'GetRole') !== undefined);
      expect(hit).toEqual(Array.from({ length: times }, (_, n) => every * (n + 1)));
    }),
  );
});

test('calls that do not match are not counted', () => {
  const faults = noFaults();
  faults.arm({ match: 'GetRole', effect: 'throttle', every: 2 });
  const call = (action: string) => faults.take((match) => match === action) !== undefined;
  expect(['GetRole', 'PutRole', 'PutRole', 'GetRole'].map(call)).toEqual([false, false, false, true]);
});

test.each([0, 1.5, '10'])('every: %j is refused', (every) => {
  expect(noFaults().arm({ match: '*', effect: 'error', every })).not.toEqual([]);
});
