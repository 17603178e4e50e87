import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toAttributes } from '../../adapters/dynamodb/event-item.ts';
import { eventHash, type GrantEvent, parseEvent } from '../../domain/grants/event.ts';
import type { StreamId } from '../../domain/shared/identifiers.ts';
import { requestGrant } from '../../domain/use-cases/requests/request-grant.ts';
import { mean } from '../statistics.ts';
import { putIn, writeAll } from './fill.ts';
import { patternOf, SITE } from './measure-filled.ts';
import { ADMINISTRATOR, readGrant } from './operations.ts';
import { type FilledWorld, startFilledWorld } from './world.ts';

/** What one operation on a stream cost, as the mean of some: DynamoDB calls and read units. */
export type MeanCost = { calls: number; units: number };

/** A stream of so many events: a read of the grant, and a renewal, which is a decision and one event more. */
export type LongStreamFigures = { events: number; read: MeanCost; renewal: MeanCost };

/** Renewals of the long stream whose mean is taken: more than there are between two checkpoints. */
const RENEWALS = 20;
/** For the provisioner, which reads the whole stream once. */
const WAIT_MS = 60_000;
const WRITTEN_AT_ONCE = 100;

/** Measures a grant that is new, and the same grant once pipelines have renewed it until its stream has `events`. */
export async function measureLongStream(
  root: string,
  dir: string,
  events: number,
): Promise<LongStreamFigures[]> {
  const folder = join(dir, 'long-stream');
  mkdirSync(folder, { recursive: true });
  const world = await startFilledWorld(root, folder);
  try {
    const { grant } = await patternOf(world, { ...SITE, expiresIn: 'PT8H' });
    const young = await meanCosts(world, grant.id, 1);
    await lengthen(world, grant.id, events);
    await world.ports.provisioner.run(grant.id, WAIT_MS);
    return [young, await meanCosts(world, grant.id, RENEWALS)];
  } finally {
    await world.stop();
  }
}

/** Reads the grant and renews it, some times over. The provisioner keeps the checkpoint when it is due, as the reconciler has it do
 *  within a minute. */
async function meanCosts(world: FilledWorld, id: StreamId, renewals: number): Promise<LongStreamFigures> {
  const events = (await world.ports.log.loadTexts(id)).length;
  const reads: MeanCost[] = [];
  const renewed: MeanCost[] = [];
  for (let n = 1; n <= renewals; n += 1) {
    reads.push(await costOf(world, () => readGrant(world.ports, id)));
    renewed.push(await costOf(world, () => renew(world, n)));
    await world.ports.provisioner.run(id, WAIT_MS);
  }
  return { events, read: meanOf(reads), renewal: meanOf(renewed) };
}

async function costOf({ calls }: FilledWorld, run: () => Promise<unknown>): Promise<MeanCost> {
  calls.splice(0);
  await run();
  const made = calls.splice(0);
  const reads = made.filter(({ operation }) => /^(Query|GetItem|BatchGetItem|Scan)$/.test(operation));
  return { calls: made.length, units: reads.reduce((sum, { units }) => sum + units, 0) };
}

const meanOf = (costs: readonly MeanCost[]): MeanCost => ({
  calls: mean(costs.map(({ calls }) => calls)),
  units: mean(costs.map(({ units }) => units)),
});

/** A renewal for a time that the grant has not had, so that it is an event. */
async function renew({ ports }: FilledWorld, n: number): Promise<void> {
  const context = {
    caller: ADMINISTRATOR,
    entryPoint: 'http' as const,
    dryRun: false,
    correlationId: `renewal-${n}`,
  };
  const answer = await requestGrant(ports, { ...SITE, expiresIn: `PT${n}H` }, context);
  if (!answer.ok) throw new Error(answer.problem.detail);
}

/** Repeats the stream's newest event until there are so many. */
async function lengthen(world: FilledWorld, id: StreamId, length: number): Promise<void> {
  const texts = await world.ports.log.loadTexts(id);
  let last: GrantEvent = parseEvent(JSON.parse(texts.at(-1) ?? ''));
  const added: GrantEvent[] = [];
  for (let seq = texts.length + 1; seq <= length; seq += 1) {
    const { hash, ...fields } = last;
    const body = { ...fields, seq, prevHash: hash, correlationId: `renewal-${seq}` };
    last = parseEvent({ ...body, hash: eventHash(body as never) });
    added.push(last);
    if (added.length === WRITTEN_AT_ONCE || seq === length) {
      await writeAll(
        world,
        added.splice(0).map((event) => putIn(world.tables.events, toAttributes(event))),
      );
    }
  }
}
