import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { invariants, type PolicyViolation } from '../../invariants/all.ts';
import { type Mode, modes } from './injector.ts';
import { type Flow, OTHER, REFUSED, Walk } from './walk.ts';
import { mintTokens } from './world/tokens.ts';
import { CrashWorld } from './world/world.ts';

/** Short: one of each flow's first twenty-four calls is broken once, in a mode that the seed chooses. Bounded: every other call. Full: each in every
 *  mode (of a variation, in every other one), and every call of every recovery as well. */
const isFull = process.env.CRASH_WALK === 'full';
const isBounded = process.env.CRASH_WALK === 'bounded';
/** Changes which modes and second points the shorter walks take. */
const SEED = Number(process.env.CRASH_WALK_SEED ?? 20_270_115);
const FULL_TIMEOUT_MS = 3_600_000;
/** For a busy machine: a test that is given up goes on in the world of the next one. */
const TIMEOUT_MS = 300_000;
/** Of so many calls, the bounded walk takes one. */
const STEP = 2;
/** Among so many first calls of a flow is the one that the short walk breaks. */
const FIRST_CALLS = 24;
/** Of a variation, the shorter walks take one call in so many, and the full one as many pairs. */
const VARIATION_STEP = 10;
/** Pairs of faults in each flow of the shorter walks that is no variation. */
const PAIRS = 1;
/** Of the full walk, these modes only; all unless given. */
const { CRASH_MODES } = process.env;
const walked = modes.filter((mode) => !CRASH_MODES || CRASH_MODES.split(',').includes(mode));
/** Runs after which the stand-ins are replaced by new ones. */
const RUNS_OF_A_WORLD = 300;
/** Calls that nearly every flow makes. */
const FEWEST_CALLS = 8;
/** More calls than any flow makes: a flow that never ends is a fault. */
const MOST_CALLS = 400;

/** What may go wrong in a recovery. */
const secondModes = modes.filter((mode) => !mode.startsWith('stall'));
/** First faults that leave work behind. */
const beginnings: readonly Mode[] = [
  'die-before',
  'die-after',
  'die-late',
  'lost-replies',
  'timeout',
  'forbid',
];

const mix = (...numbers: number[]): number =>
  numbers.reduce((hash, n) => Math.imul(hash ^ n, 0x9e3779b1) >>> 7, SEED) >>> 0;

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** Defines the walk of some flows: a test for each flow, then one for each invariant over all that was seen. */
export function crashSuite(flows: readonly Flow[]): void {
  const found: (PolicyViolation & { flow: Flow; where: string })[] = [];
  const points = { first: 0, second: 0 };
  let world: CrashWorld | undefined;
  let walk: Walk;

  /** Runs one pair of faults; false when the last of them met no call any more. */
  async function explore(flow: Flow, first: [Mode, number], second?: [Mode, number]): Promise<boolean> {
    const [a, b] = [first, second].map((fault) => fault && { mode: fault[0], at: fault[1] });
    if (!a) return false;
    if (walk.runs >= RUNS_OF_A_WORLD) await renew();
    const run = await walk.run(flow, a, b);
    const where = `${flow.name}: ${a.mode} at call ${a.at}, ${run.call}${b ? `, then ${b.mode} at ${b.at}` : ''}`;
    found.push(...run.violations.map((violation) => ({ ...violation, flow, where })));
    const isHit = b ? run.isHit[1] : run.isHit[0];
    if (isHit) points[b ? 'second' : 'first'] += 1;
    return isHit;
  }

  /** A new world with empty stand-ins: their files and memory grow with what they have seen. */
  async function renew(): Promise<void> {
    await world?.stop();
    world = await CrashWorld.start();
    walk = new Walk(world, await mintTokens(world.standIns.bitbucketUrl));
  }

  /** Has something happen at n = 1, 2, 3 … until there is no such call. */
  async function untilUnhit(at: (n: number) => Promise<boolean>): Promise<number> {
    for (let n = 1; n <= MOST_CALLS; n += 1) if (!(await at(n))) return n - 1;
    throw new Error('the calls never end');
  }

  /** Breaks one call of a flow. Returns how many calls it surely has. */
  async function exploreOne(flow: Flow, index: number): Promise<number> {
    const at = 1 + (mix(index, 5) % FIRST_CALLS);
    const mode = pick(modes, mix(index, 1));
    // A flow with fewer calls has one of its first broken, or the very first.
    for (const n of [at, 1 + (at % FEWEST_CALLS), 1]) if (await explore(flow, [mode, n])) return n;
    return 0;
  }

  /** Breaks every other call of a flow; of a variation, one in ten. Returns how many calls it has, about. */
  async function exploreMany(flow: Flow, index: number): Promise<number> {
    const step = flow.isVariation ? VARIATION_STEP : STEP;
    const at = (n: number) => (n - 1) * step + 1 + (mix(index, 5) % Math.min(step, FEWEST_CALLS));
    const points = await untilUnhit((n) => explore(flow, [pick(modes, mix(index, 1) + n), at(n)]));
    // Of a flow with fewer calls the first one is broken.
    const isShort = points === 0 && (await explore(flow, [pick(modes, mix(index, 1)), 1]));
    return isShort ? 1 : points * step;
  }

  async function exploreSome(flow: Flow, index: number): Promise<number> {
    const calls = await (isBounded ? exploreMany : exploreOne)(flow, index);
    for (let k = 0; k < PAIRS && !flow.isRefused && !flow.isVariation; k += 1) {
      const first = 1 + (mix(index, k, 2) % calls);
      const second = 1 + (mix(index, k, 3) % 9);
      await explore(
        flow,
        [pick(beginnings, k + index), first],
        [pick(secondModes, mix(index, k, 4)), second],
      );
    }
    return calls;
  }

  async function exploreFull(flow: Flow): Promise<number> {
    let calls = 0;
    for (const [i, mode] of walked.entries()) {
      const [every, offset] = flow.isVariation ? [2, i % 2] : [1, 0];
      const hit = await untilUnhit((n) => explore(flow, [mode, n * every - offset]));
      calls = Math.max(calls, hit * every);
    }
    const step = flow.isVariation ? VARIATION_STEP : 1;
    for (let n = 1; n <= calls && !flow.isRefused && !CRASH_MODES; n += step) {
      await untilUnhit((m) => explore(flow, [pick(beginnings, n), n], [pick(secondModes, n + m), m]));
    }
    return calls;
  }

  const of = (title: string, flow?: Flow) =>
    found
      .filter((v) => v.title === title && (!flow || v.flow === flow))
      .map(({ where, fault }) => `${where}: ${fault}`);

  beforeAll(renew);
  afterAll(async () => {
    process.stdout.write(
      `crash walk: ${points.first} points and ${points.second} second points in ${flows.length} flows\n`,
    );
    await world?.stop();
  });

  describe('a fault at each outgoing call', () => {
    for (const [index, flow] of flows.entries()) {
      test(
        `leaves ${flow.name} explained and recoverable`,
        async () => {
          const calls = await (isFull ? exploreFull(flow) : exploreSome(flow, index));
          expect(calls).toBeGreaterThan(flow.isRefused ? -1 : 0);
          expect(of(OTHER, flow)).toEqual([]);
        },
        isFull ? FULL_TIMEOUT_MS : TIMEOUT_MS,
      );
    }
  });

  describe('after recovery', () => {
    test.each([...Object.keys(invariants), REFUSED])('%s', (title) => {
      expect(of(title)).toEqual([]);
    });
  });
}
