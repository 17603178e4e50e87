import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { replay } from '../../domain/grants/evolve/evolve.ts';
import type { Result } from '../../domain/shared/result.ts';
import { violationsOf } from '../invariants/all.ts';
import { GRANT_ID } from '../support/domain/samples.ts';
import { evidenceOfFakes, rolesOf } from './evidence-of-fakes.ts';
import { ScheduledWorld } from './scheduled-world.ts';

const RUNS = { numRuns: 20, seed: 20_270_115 };

/** What a person or the schedule does to the one grant. */
type Command = 'site' | 'other' | 'revoke' | 'reconcile';
/** Where the grant stands: with which bucket it is active, or that it is not. */
type Model = 'none' | 'site' | 'other' | 'revoked';
type Answer = { command: Command; code: string; outcome?: string };

const bucketOf = { site: 'shop-site', other: 'shop-other' } as const;

/** The grant after one command that has its effect. */
function after(model: Model, command: Command): Model {
  if (command === 'reconcile') return model;
  if (command === 'revoke') return model === 'none' ? 'none' : 'revoked';
  return command;
}

/** Every state that some order of the commands leads to, when those that were refused have none. */
function reachable(model: Model, commands: readonly Command[]): Set<Model> {
  if (commands.length === 0) return new Set([model]);
  const ends = new Set<Model>();
  for (const [i, command] of commands.entries()) {
    const rest = commands.toSpliced(i, 1);
    for (const end of reachable(after(model, command), rest)) ends.add(end);
  }
  return ends;
}

async function perform(world: ScheduledWorld, command: Command): Promise<Answer> {
  if (command === 'reconcile') {
    await world.reconcile();
    return { command, code: 'ok' };
  }
  const result: Result<{ outcome: string }> =
    command === 'revoke'
      ? await world.revoke()
      : await world.request({ parameters: { bucket: bucketOf[command] } });
  return result.ok
    ? { command, code: 'ok', outcome: result.value.outcome }
    : { command, code: result.problem.code };
}

/** What the table of the design lets a caller hear. */
const allowed: Record<Command, { outcomes: string[]; codes: string[] }> = {
  site: { outcomes: ['unchanged', 'changed', 'created', 'accepted'], codes: ['CONFLICT'] },
  other: { outcomes: ['unchanged', 'changed', 'created', 'accepted'], codes: ['CONFLICT'] },
  revoke: { outcomes: ['changed', 'accepted'], codes: ['GRANT_NOT_FOUND'] },
  reconcile: { outcomes: [], codes: [] },
};

const isAllowed = ({ command, code, outcome }: Answer): boolean =>
  outcome === undefined
    ? command === 'reconcile' || allowed[command].codes.includes(code)
    : allowed[command].outcomes.includes(outcome);

async function modelOf(world: ScheduledWorld): Promise<Model | string> {
  const grant = replay(await world.log.load(GRANT_ID));
  if (!grant) return 'none';
  if (grant.state !== 'active') return grant.state;
  return grant.request.intent.parameters.bucket === bucketOf.site ? 'site' : 'other';
}

/** Whether the log tells of a command that was answered as done or under way. */
async function isTold(world: ScheduledWorld, start: Model, { command, code }: Answer): Promise<boolean> {
  if (code !== 'ok' || command === 'reconcile' || command === start) return true;
  const events = await world.log.load(GRANT_ID);
  if (command === 'revoke') return events.some(({ type }) => type === 'RevocationRequested');
  return events.some((event) => JSON.stringify(event.data).includes(bucketOf[command]));
}

async function snapshot(world: ScheduledWorld): Promise<string> {
  return JSON.stringify([await world.log.load(GRANT_ID), rolesOf(world)]);
}

/** Runs the commands in an order that the scheduler draws, and asks what must hold whatever the order was. */
async function holds(
  scheduler: fc.Scheduler,
  before: readonly Command[],
  commands: readonly Command[],
  plant: (world: ScheduledWorld) => void = () => {},
) {
  const world = new ScheduledWorld();
  plant(world);
  world.iam.handMade('somebody-elses', { path: '/rolewright/' });
  const foreign = rolesOf(world);
  for (const command of before) await perform(world, command);
  const start = (await modelOf(world)) as Model;
  world.scheduler = scheduler;
  const answers = await scheduler.waitFor(Promise.all(commands.map((command) => perform(world, command))));
  await world.settle();
  expect(answers.filter((answer) => !isAllowed(answer))).toEqual([]);
  const refused = answers.filter(({ code }) => code !== 'ok').map(({ command }) => command);
  const effective = commands.filter((command, i) => answers[i]?.code === 'ok' || command === 'revoke');
  const ends = new Set([...reachable(start, effective), ...reachable(start, commands)]);
  expect(ends).toContain(await modelOf(world));
  if (new Set(commands).size === 1) expect(refused).toEqual([]);
  for (const answer of answers) expect([answer, await isTold(world, start, answer)]).toEqual([answer, true]);
  const made = answers.filter(({ outcome }) => outcome === 'created').length;
  const activated = (await world.log.load(GRANT_ID)).filter(({ type }) => type === 'GrantActivated').length;
  expect(made).toBeLessThanOrEqual(activated);
  const quiet = await snapshot(world);
  await world.settle();
  const changes = (await snapshot(world)) === quiet ? [] : ['the log or IAM'];
  expect(violationsOf(await evidenceOfFakes(world, foreign, changes))).toEqual([]);
}

const scenes: [string, Command[], Command[]][] = [
  ['two equal requests', [], ['site', 'site']],
  ['three equal requests', [], ['site', 'site', 'site']],
  ['two different requests', [], ['site', 'other']],
  ['two equal changes of an active grant', ['site'], ['other', 'other']],
  ['a request and a revoke', ['site'], ['other', 'revoke']],
  ['a revoke while a grant is being made', [], ['site', 'revoke']],
  ['a revoke between two requests', ['site'], ['site', 'revoke', 'other']],
  ['a pass of the reconciler between two requests', [], ['site', 'reconcile', 'site']],
  ['two revokes and a request', ['site'], ['revoke', 'revoke', 'site']],
  ['a revoke and two passes', ['site'], ['revoke', 'reconcile', 'reconcile']],
];

test.each(scenes)(
  'invariant 1, invariant 4, invariant 8, invariant 10: %s have one effect and one story in whatever order',
  async (_, before, commands) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), (scheduler) => holds(scheduler, before, commands)),
      RUNS,
    );
  },
);

test.each<[string, Command[], Command[], (world: ScheduledWorld) => void]>([
  [
    'a lease that two have at once',
    [],
    ['site', 'site', 'site'],
    (world) => {
      world.grants.takeLease = async () => true;
    },
  ],
  [
    'a lost race that is taken for won',
    ['site'],
    ['other', 'revoke'],
    ({ log }) => {
      const append = log.append.bind(log);
      log.append = async (event) => {
        await append(event);
        return 'appended';
      };
    },
  ],
])('these stories find %s', async (_, before, commands, plant) => {
  const property = fc.asyncProperty(fc.scheduler(), (scheduler) => holds(scheduler, before, commands, plant));
  expect((await fc.check(property, RUNS)).failed).toBe(true);
});
