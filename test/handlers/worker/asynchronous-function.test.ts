import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { asynchronousFunction } from '../../../handlers/worker/asynchronous-function.ts';

/** Attempts that end as told, the last one for ever; what was logged of them. */
function world(isOnLambda: boolean, ...ends: ('done' | 'fails' | 'hangs')[]) {
  const lines: string[] = [];
  let attempts = 0;
  const logger = { error: (line: string) => lines.push(line) } as never;
  const handler = asynchronousFunction({ logger, isOnLambda }, async () => {
    const end = ends[Math.min(attempts, ends.length - 1)];
    attempts += 1;
    if (end === 'fails') throw new Error('this attempt failed');
    if (end === 'hangs') await wait(60_000, undefined, { ref: false });
  });
  const until = performance.now() + (ends.includes('hangs') ? 1200 : 10_000);
  const context = { getRemainingTimeInMillis: () => until - performance.now() } as Context;
  return { run: () => handler({}, context), attempts: () => attempts, lines };
}

describe('on Lambda', () => {
  test('what fails is thrown after one attempt, so that Lambda repeats and keeps it', async () => {
    const { run, attempts, lines } = world(true, 'fails');
    await expect(run()).rejects.toThrow('this attempt failed');
    expect([attempts(), lines.length]).toEqual([1, 1]);
  });

  test('what takes too long has failed before Lambda ends it', async () => {
    await expect(world(true, 'hangs').run()).rejects.toThrow('took too long');
  });

  test('what is done is done', async () => {
    const { run, attempts, lines } = world(true, 'done');
    await run();
    expect([attempts(), lines]).toEqual([1, []]);
  });
});

describe('in a local gateway, which dies of what is thrown', () => {
  test('what fails is tried again', async () => {
    const { run, attempts } = world(false, 'fails', 'done');
    await run();
    expect(attempts()).toBe(2);
  });

  test('nothing is thrown when every attempt fails', async () => {
    const { run, attempts, lines } = world(false, 'fails');
    await run();
    expect([attempts(), lines.length]).toEqual([3, 3]);
  });

  test('nothing is thrown when an attempt takes the function’s whole time', async () => {
    const { run, attempts } = world(false, 'hangs');
    await run();
    expect(attempts()).toBe(1);
  });
});
