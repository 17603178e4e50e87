import { eventsOf } from '../../../invariants/evidence.ts';
import type { End, Flow } from '../walk.ts';
import type { Stage } from '../world/stage.ts';
import { pass } from './flow-parts.ts';

const HOUR_MS = 3_600_000;
const LAPSED_MS = 73 * HOUR_MS;
/** A bucket that no ownership rule covers: whoever asks for it waits for approval. */
const UNOWNED = { parameters: { bucket: 'payroll' } };

/** A decision that is made again decides what still waits, and nothing else. */
const decided =
  (target: End) =>
  (end: End): End =>
    end === 'pending' || end === 'active' ? target : end;

/** What a grant lasts for at most before somebody approves it again; a renewal for as long goes beyond the term of a grant
 *  that is there. */
const MAX = 'PT20H';
const TERM = { lifetime: { max: MAX } };
const renew = (stage: Stage) => stage.request({ expiresIn: MAX });

/** A live grant in the second half of its time. */
async function granted(stage: Stage): Promise<void> {
  await stage.request({ expiresIn: 'PT12H' });
  stage.world.clock.advance(10 * HOUR_MS);
}

/** What waits for approval, and what people or the passing of time decide about it. */
export const approvalFlows: Flow[] = [
  {
    name: 'a request that waits for approval',
    act: (stage) => stage.request(UNOWNED),
    target: 'pending',
    otherwise: ['none'],
  },
  {
    name: 'an approval of a new grant',
    prepare: (stage) => stage.request(UNOWNED),
    act: (stage) => stage.decide('approve'),
    target: 'active',
    otherwise: ['pending', 'failed'],
    again: decided('active'),
  },
  {
    name: 'an approval of a change',
    isVariation: true,
    async prepare(stage) {
      await stage.request();
      await stage.request(UNOWNED);
    },
    act: (stage) => stage.decide('approve'),
    target: 'active',
    otherwise: [],
    again: decided('active'),
    isDone: (evidence) => eventsOf(evidence, 'GrantUpdated').length > 0,
  },
  {
    name: 'a rejection',
    prepare: (stage) => stage.request(UNOWNED),
    act: (stage) => stage.decide('reject'),
    target: 'rejected',
    otherwise: ['pending'],
    again: decided('rejected'),
  },
  {
    name: 'a request that nobody decides in time',
    async prepare(stage) {
      await stage.request(UNOWNED);
      stage.world.clock.advance(LAPSED_MS);
    },
    act: pass,
    target: 'rejected',
    otherwise: [],
    again: (end) => end,
  },
  {
    name: 'a revoke of a request that waits',
    prepare: (stage) => stage.request(UNOWNED),
    act: (stage) => stage.revoke(),
    target: 'revoked',
    otherwise: ['pending'],
  },
  {
    name: 'a renewal beyond its term',
    ...TERM,
    isVariation: true,
    prepare: granted,
    act: renew,
    target: 'active',
    otherwise: [],
    isDone: (evidence) => eventsOf(evidence, 'GrantChangeRequested').length > 0,
  },
  {
    name: 'an approval of a renewal beyond its term',
    ...TERM,
    isVariation: true,
    async prepare(stage) {
      await granted(stage);
      await renew(stage);
    },
    act: (stage) => stage.decide('approve'),
    target: 'active',
    otherwise: [],
    again: decided('active'),
    isDone: (evidence) => eventsOf(evidence, 'GrantUpdated').length > 0,
  },
  {
    name: 'the end of a renewal that was approved',
    ...TERM,
    isVariation: true,
    async prepare(stage) {
      await granted(stage);
      await renew(stage);
      await stage.decide('approve');
      // The end that the grant had before has passed, and the approved one holds.
      stage.world.clock.advance(10 * HOUR_MS);
      await pass(stage);
      await stage.openSession();
      stage.world.clock.advance(10 * HOUR_MS);
    },
    act: pass,
    target: 'revoked',
    otherwise: [],
    again: (end) => end,
  },
];
