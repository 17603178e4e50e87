import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Grant } from '../../domain/grants/grant.ts';
import type { GrantRequest } from '../../domain/grants/request.ts';
import { requestGrant } from '../../domain/use-cases/requests/request-grant.ts';
import { fill, type Pattern } from './fill.ts';
import { ADMINISTRATOR, passOf, readingOperations, writingOperations } from './operations.ts';
import { type FilledWorld, startFilledWorld } from './world.ts';

/** What an operation cost: items shown, calls of DynamoDB by kind, read units, and milliseconds in this process. */
export type Cost = { name: string; shown: number; calls: Record<string, number>; units: number; ms: number };

/** One size: the grants that the tables hold, and what each operation costs there. */
export type FilledFigures = { grants: number; fillSeconds: number; costs: Cost[] };

/** A pass of the reconciler over so many due grants that are at rest. */
export type PassFigures = { due: number; seconds: number; callsPerGrant: number; peakMegabytes: number };

/** A grant that its project owns. */
export const SITE: GrantRequest = {
  repository: 'acme/shop',
  template: 's3-static-site',
  parameters: { bucket: 'shop-site' },
  name: 'default',
};
/** Waits for approval, because nobody owns the name. */
const UNOWNED: GrantRequest = {
  repository: 'acme/shop',
  template: 'ecr-push',
  parameters: { repository: 'no-owner' },
  name: 'default',
  environment: 'Production',
  expiresIn: 'P30D',
};

/** Grants that the filters are for: few, and older than all others. */
const OWN = 5;
const OWN_FROM = 9_000_000;
const DUE_FROM = 5_000_000;

/** Fills the tables to each size in turn, and measures there. Then has the reconciler pass over due grants. */
export async function measureFilled(
  root: string,
  dir: string,
  { sizes, due }: { sizes: readonly number[]; due: readonly number[] },
): Promise<{ filled: FilledFigures[]; passes: PassFigures[] }> {
  const folder = join(dir, 'filled');
  mkdirSync(folder, { recursive: true });
  const world = await startFilledWorld(root, folder);
  try {
    await patternOf(world, SITE);
    const usual = await patternOf(world, { ...SITE, name: 'second' });
    const waiting = await patternOf(world, UNOWNED);
    const own = await fill(world, waiting, { from: OWN_FROM, to: OWN_FROM + OWN, isOwn: true });
    if (!own) throw new Error('nothing was filled');
    await nameOwn(world, own);
    // The first grant of a project also remembers its key.
    await createRepository(world, 'warm-up');
    for (const { run } of writingOperations(world, 'warm-up')) await run();
    const filled: FilledFigures[] = [];
    let other: Grant | undefined;
    let at = 0;
    for (const size of sizes) {
      const began = performance.now();
      const first = await fill(world, usual, { from: at, to: size });
      at = size;
      other ??= first;
      const fillSeconds = (performance.now() - began) / 1000;
      if (other)
        filled.push({ grants: size, fillSeconds, costs: await costsOf(world, { own, other, size }) });
    }
    return { filled, passes: await measurePasses(world, usual, due) };
  } finally {
    await world.stop();
  }
}

async function createRepository({ standIns }: FilledWorld, slug: string): Promise<void> {
  const response = await fetch(`${standIns.bitbucket.url}/sandbox/repositories`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workspace: 'acme', slug, project: 'WEB' }),
  });
  if (!response.ok) throw new Error(`the sandbox made no repository: ${await response.text()}`);
}

/** A stream as the use cases write it. */
export async function patternOf({ ports }: FilledWorld, request: GrantRequest): Promise<Pattern> {
  const context = {
    caller: ADMINISTRATOR,
    entryPoint: 'http' as const,
    dryRun: false,
    correlationId: 'fill',
  };
  const answer = await requestGrant(ports, request, context);
  if (!answer.ok || !('grant' in answer.value)) throw new Error(JSON.stringify(answer));
  const { grant } = answer.value;
  return { grant, texts: await ports.log.loadTexts(grant.id) };
}

/** Enrols the own grants, and remembers their names, as their requests would have. */
async function nameOwn({ ports }: FilledWorld, { id, request: { intent } }: Grant): Promise<void> {
  const { repository, project } = intent;
  await ports.grants.enrol(repository.uuid, id, [
    { kind: 'repository', name: repository.fullName, uuid: repository.uuid },
    ...(project ? [{ kind: 'project' as const, name: project.key, uuid: project.uuid }] : []),
  ]);
}

async function costsOf(
  world: FilledWorld,
  { own, other, size }: { own: Grant; other: Grant; size: number },
): Promise<Cost[]> {
  const costs: Cost[] = [];
  await createRepository(world, `size-${size}`);
  const operations = [...readingOperations(world, own, other), ...writingOperations(world, `size-${size}`)];
  for (const { name, run } of operations) {
    world.calls.splice(0);
    const began = performance.now();
    const shown = await run();
    const ms = performance.now() - began;
    const made = world.calls.splice(0);
    const calls: Record<string, number> = {};
    for (const { operation } of made) calls[operation] = (calls[operation] ?? 0) + 1;
    const reads = made.filter(({ operation }) => /^(Query|GetItem|BatchGetItem|Scan)$/.test(operation));
    costs.push({ name, shown, calls, units: reads.reduce((sum, { units }) => sum + units, 0), ms });
  }
  return costs;
}

async function measurePasses(
  world: FilledWorld,
  pattern: Pattern,
  sizes: readonly number[],
): Promise<PassFigures[]> {
  const passes: PassFigures[] = [];
  let from = DUE_FROM;
  for (const due of sizes) {
    const dueAt = new Date(world.ports.clock.now() - 60_000).toISOString();
    await fill(world, pattern, { from, to: from + due, dueAt });
    from += due;
    let peak = 0;
    const before = process.memoryUsage().heapUsed;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().heapUsed - before);
    }, 20);
    const began = performance.now();
    const found = await passOf(world.ports);
    clearInterval(watch);
    const seconds = (performance.now() - began) / 1000;
    if (found.settled !== due) throw new Error(`a pass over ${due} settled ${JSON.stringify(found)}`);
    passes.push({
      ...{ due, seconds, peakMegabytes: peak / 1e6 },
      callsPerGrant: world.calls.splice(0).length / due,
    });
  }
  return passes;
}
