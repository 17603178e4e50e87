import { type Evidence, eventsOf } from '../../../invariants/evidence.ts';
import type { End, Flow } from '../walk.ts';
import { freeze } from '../world/containment.ts';
import type { Stage } from '../world/stage.ts';
import { closeByHand, deleteByHand, openByHand, reopenByHand, replaceByHand } from '../world/tampering.ts';
import { driftedAfterAnHour, pass } from './flow-parts.ts';

const HOUR_MS = 3_600_000;

/** A pass over drift that is due, after what somebody has done to the role. */
const passAfter = (tamper: (stage: Stage) => Promise<unknown>) =>
  ({
    watchesDrift: true,
    isTampered: true,
    prepare: (stage: Stage) => driftedAfterAnHour(stage, tamper),
    act: pass,
    // What a run is kept from is done by the next one.
    otherwise: [],
    again: (end: End) => end,
  }) satisfies Partial<Flow>;

const repaired = (evidence: Evidence): boolean => eventsOf(evidence, 'DriftRepaired').length === 1;

async function both(stage: Stage): Promise<void> {
  await openByHand(stage);
  await closeByHand(stage);
}

/** Passes over drift after which the grant is active. */
export const repairFlows: Flow[] = [
  {
    name: 'a pass over a role that is as it was applied',
    isVariation: true,
    ...passAfter(async () => {}),
    isTampered: false,
    target: 'active',
    isDone: (evidence) => eventsOf(evidence, 'DriftFound').length === 0,
  },
  {
    name: 'a pass over a role that somebody opened',
    ...passAfter(openByHand),
    target: 'active',
    isDone: repaired,
    ifRefused: ['frozen'],
  },
  {
    name: 'a pass over a role in a spoke that somebody opened',
    isVariation: true,
    account: 'staging',
    ...passAfter(openByHand),
    target: 'active',
    isDone: repaired,
    ifRefused: ['frozen'],
  },
  {
    name: 'a pass that one run begins and others go on with',
    isVariation: true,
    ...passAfter(openByHand),
    async act(stage) {
      // A look takes a second of the pace: a run of this length stops before its end.
      stage.world.passMs = 900;
      const answer = await pass(stage);
      stage.world.passMs = 270_000;
      return answer;
    },
    target: 'active',
    isDone: repaired,
    ifRefused: ['frozen'],
  },
];

/** Passes over drift after which the grant is frozen. */
export const freezeByPassFlows: Flow[] = [
  { name: 'a pass over a role that somebody closed', ...passAfter(closeByHand), target: 'frozen' },
  {
    name: 'a pass over a role that somebody opened and closed',
    isVariation: true,
    ...passAfter(both),
    target: 'frozen',
  },
  {
    name: 'a pass over a role that somebody deleted',
    isVariation: true,
    ...passAfter(deleteByHand),
    target: 'frozen',
  },
  {
    name: 'a pass over a role that somebody replaced by their own',
    isVariation: true,
    ...passAfter(replaceByHand),
    target: 'frozen',
  },
  {
    name: 'a pass over a frozen role that somebody opened',
    isVariation: true,
    ...passAfter(async (stage) => {
      await freeze(stage);
      await reopenByHand(stage);
    }),
    target: 'frozen',
    isDone: (evidence) => eventsOf(evidence, 'DriftFound').length === 1,
  },
  {
    name: 'a pass over a role that somebody opened in the same way again',
    isVariation: true,
    ...passAfter(async (stage) => {
      await openByHand(stage);
      await pass(stage);
      stage.world.clock.advance(HOUR_MS);
      await openByHand(stage);
    }),
    target: 'frozen',
  },
];
