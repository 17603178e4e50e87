import { setTimeout as wait } from 'node:timers/promises';
import type { Stack } from '../../sandbox/stack.ts';
import { percentile } from '../statistics.ts';
import { type Client, type Subject, subjectsOf } from './subjects.ts';
import { wrongOf } from './verification.ts';

/** One run: how many callers at once, over how many grants, with or without faults. Each caller makes a grant, and ends every
 *  other one again. */
export type Load = { inFlight: number; grants: number; faults: boolean };

/** What a run found. Milliseconds from the first request until the answer that settles it, repeats included. `answers` are all
 *  that were no success, by status. `wrong` are grants that are not as they should be at the end, and roles of none. */
export type LoadFigures = Load & {
  perSecond: number;
  request: { p50: number; p95: number; p99: number };
  revoke: { p50: number; p95: number; p99: number };
  answers: Record<string, number>;
  withoutRetryAfter: number;
  wrong: string[];
};

/** Runs every load in turn on one stack. */
export async function measureInFlight(
  stack: Stack,
  token: string,
  loads: readonly Load[],
): Promise<LoadFigures[]> {
  const figures: LoadFigures[] = [];
  for (const [n, load] of loads.entries()) figures.push(await run(stack, token, { load, name: `load-${n}` }));
  return figures;
}

const percentiles = (taken: readonly number[]) => ({
  p50: percentile(taken, 0.5),
  p95: percentile(taken, 0.95),
  p99: percentile(taken, 0.99),
});

async function run(
  stack: Stack,
  token: string,
  { load, name }: { load: Load; name: string },
): Promise<LoadFigures> {
  const client: Client = { stack, token, answers: {}, withoutRetryAfter: 0 };
  const subjects = await subjectsOf(client, load.grants, name);
  if (load.faults) await armFaults(stack);
  const taken = { request: [] as number[], revoke: [] as number[] };
  const queue = [...subjects.entries()];
  const began = performance.now();
  let operations = 0;
  const caller = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [n, subject] = next;
      taken.request.push(await subject.make());
      operations += 1;
      if (n % 2 === 0) continue;
      taken.revoke.push(await subject.end());
      operations += 1;
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, caller));
  const seconds = (performance.now() - began) / 1000;
  await clearFaults(stack);
  // What the gateway still does for callers that have been answered.
  await wait(500);
  const wrong = await wrongOf(client, subjects as Subject[], name);
  const { answers, withoutRetryAfter } = client;
  return {
    ...load,
    ...{ perSecond: operations / seconds, answers, withoutRetryAfter, wrong },
    request: percentiles(taken.request),
    revoke: percentiles(taken.revoke),
  };
}

const FOR_EVER = 10_000_000;

/** Throttles one in ten calls of IAM, and fails one in twenty of DynamoDB. */
async function armFaults(stack: Stack): Promise<void> {
  await arm(stack.aws.url, { match: '*', effect: 'throttle', every: 10, times: FOR_EVER });
  await arm(stack.dynamodb.url, { match: '*', effect: 'error', every: 20, times: FOR_EVER });
}

async function arm(url: string, fault: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/sandbox/faults`, {
    method: 'POST',
    headers,
    body: JSON.stringify(fault),
  });
  if (!response.ok) throw new Error(`the fault was refused: ${await response.text()}`);
}

async function clearFaults(stack: Stack): Promise<void> {
  for (const { url } of [stack.aws, stack.dynamodb])
    await fetch(`${url}/sandbox/faults`, { method: 'DELETE' });
}
