import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { awsRoleInventory } from '../../adapters/aws/role-inventory.ts';
import { dynamodbPassStore } from '../../adapters/dynamodb/pass-store.ts';
import { later } from '../../domain/shared/time.ts';
import { type AccountPass, passOverAccounts } from '../../domain/use-cases/drift/drift-pass.ts';
import { patternOf, SITE } from '../filled/measure-filled.ts';
import { type FilledWorld, startFilledWorld } from '../filled/world.ts';
import { driftedGrants } from './roles.ts';

/** A pass over an account with so many grants, some of whose roles were closed by hand before. `perSecond` are the most calls of
 *  IAM in any ten seconds, by second. `liveMegabytes`: by how much the pass's own memory grew, garbage aside. */
export type DriftFigures = {
  grants: number;
  altered: number;
  seconds: number;
  runs: number;
  iamCalls: number;
  perSecond: number;
  dynamodbCalls: number;
  liveMegabytes: number;
};

/** Milliseconds of a run of the reconciler that a pass may use: its limit in `serverless.yml` less what it keeps for the last
 *  look. */
const RUN_MS = 265_000;
const MOST_RUNS = 12;
const WINDOW_MS = 10_000;

/** Fills tables and IAM to each size in turn, and has the reconciler pass over the account: once with roles that are as they were
 *  applied, and once with one in a hundred that an operator closed. */
export async function measureDrift(
  root: string,
  dir: string,
  sizes: readonly number[],
): Promise<DriftFigures[]> {
  const folder = join(dir, 'drift');
  mkdirSync(folder, { recursive: true });
  const calls: number[] = [];
  const world = await startFilledWorld(root, folder, (_call, send) => {
    calls.push(Date.now());
    return send();
  });
  const grants = driftedGrants(world, await patternOf(world, { ...SITE, name: 'second' }));
  const figures: DriftFigures[] = [];
  let at = 0;
  try {
    for (const size of sizes) {
      await grants.grow(at, size);
      figures.push(await measurePass(world, calls, { grants: size, altered: 0 }));
      const altered = Math.ceil((size - at) / 100);
      await grants.close(at, altered);
      at = size;
      figures.push(await measurePass(world, calls, { grants: size, altered }));
    }
    return figures;
  } finally {
    grants.stop();
    await world.stop();
  }
}

async function measurePass(
  world: FilledWorld,
  calls: number[],
  { grants, altered }: { grants: number; altered: number },
): Promise<DriftFigures> {
  world.calls.splice(0);
  calls.splice(0);
  const memory = watchMemory();
  const began = performance.now();
  const { runs, pass } = await passToItsEnd(world, { calls, memory });
  const seconds = (performance.now() - began) / 1000;
  const { found } = pass;
  if (found.frozen !== altered || found.failed > 0 || found.grants < grants) {
    throw new Error(`a pass over ${grants} grants found ${JSON.stringify(found)}`);
  }
  const figures = { grants, altered, seconds, runs, iamCalls: calls.length, perSecond: busiest(calls) };
  return { ...figures, dynamodbCalls: world.calls.length, liveMegabytes: memory.grown() };
}

async function passToItsEnd(
  { ports, client, tables }: FilledWorld,
  { calls, memory }: { calls: number[]; memory: Memory },
): Promise<{ runs: number; pass: AccountPass }> {
  const { accounts, workspaces } = ports.configuration;
  const hub = accounts.filter(({ provisionerRole }) => provisionerRole === undefined);
  const inventory = awsRoleInventory(accounts, ports.clock, async (_call, send) => {
    calls.push(Date.now());
    memory.look();
    return send();
  });
  for (let runs = 1; runs <= MOST_RUNS; runs += 1) {
    const [pass] = await passOverAccounts(
      {
        ...ports,
        accounts: hub,
        workspaces,
        inventory,
        passes: dynamodbPassStore(client, tables.grants),
        reportOrphan: () => {},
        reportFailure: (about, error) => {
          throw new Error(`${about} could not be looked at`, { cause: error });
        },
      },
      { owner: `bench-${calls.length}`, deadline: later(ports.clock.now(), RUN_MS), isForced: runs === 1 },
    );
    memory.look();
    if (pass?.isDone) return { runs, pass };
  }
  throw new Error('a pass came to no end');
}

/** The most calls in any window, for each second of it. */
function busiest(calls: readonly number[]): number {
  const most = calls.map((from) => calls.filter((at) => at >= from && at < from + WINDOW_MS).length);
  return Math.max(0, ...most) / (WINDOW_MS / 1000);
}

type Memory = { look(): void; grown(): number };

/** What is alive in the heap at each call of the pass, collected first. The stand-ins share the process; what they hold is there
 *  before, too. */
function watchMemory(): Memory {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const alive = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = alive();
  let most = before;
  return {
    look() {
      most = Math.max(most, alive());
    },
    grown: () => (most - before) / 1e6,
  };
}
