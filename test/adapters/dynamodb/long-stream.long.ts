import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { measureLongStream } from '../../../bench/filled/measure-long-stream.ts';
import { present } from '../../support/domain/samples.ts';

const EVENTS = 500;
const WITHIN_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'long-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));

test(
  'a read of a grant that was renewed hundreds of times costs at most 1.2 times a new one, and a renewal twice',
  async () => {
    const [young, old] = await measureLongStream(process.cwd(), folder, EVENTS);
    expect([present(young).events, present(old).events]).toEqual([6, EVENTS]);
    expect(present(old).read.units / present(young).read.units).toBeLessThanOrEqual(1.2);
    expect(present(old).renewal.units / present(young).renewal.units).toBeLessThanOrEqual(2);
  },
  WITHIN_MS,
);
