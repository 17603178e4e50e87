import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { problem, toFieldErrors, toPointer } from '../../../../domain/shared/problem.ts';

describe('a pointer', () => {
  test.each<[PropertyKey[], string]>([
    [[], ''],
    [['parameters', 'bucket'], '/parameters/bucket'],
    [['a/b'], '/a~1b'],
    [['m~n'], '/m~0n'],
    [['~1'], '/~01'],
    [['items', 0], '/items/0'],
    [[''], '/'],
    [['"quoted"', ' '], '/"quoted"/ '],
  ])('escapes its path by RFC 6901: %j', (path, pointer) => {
    expect(toPointer(path)).toBe(pointer);
  });
});

describe('field errors', () => {
  const schema = z.strictObject({ name: z.string(), list: z.array(z.int()) });

  test('name every faulty field, each unknown one by its own pointer', () => {
    const parsed = schema.safeParse({ name: 1, list: [1, 'x'], 'a/b': 1, other: 2 });
    const pointers = parsed.success ? [] : toFieldErrors(parsed.error).map(({ pointer }) => pointer);
    expect(pointers.sort()).toEqual(['/a~1b', '/list/1', '/name', '/other']);
  });

  test('stand below a prefix', () => {
    const parsed = schema.safeParse({ name: 'a', list: [], more: 1 });
    expect(parsed.success ? [] : toFieldErrors(parsed.error, ['body'])).toEqual([
      { pointer: '/body/more', detail: 'is not a known field' },
    ]);
  });
});

test('a problem has no member that was not given', () => {
  expect(problem('DENIED', 'No.')).toEqual({ code: 'DENIED', detail: 'No.' });
  expect(Object.keys(problem('CONFLICT', 'Wait.', { retryAfter: 5 }))).toEqual([
    'code',
    'detail',
    'retryAfter',
  ]);
});
