import { eventsOf } from '../../../invariants/evidence.ts';
import type { End, Flow } from '../walk.ts';
import { pass } from './flow-parts.ts';

const LAPSED_MS = 73 * 3_600_000;
/** A bucket that no ownership rule covers: whoever asks for it waits for approval. */
const UNOWNED = { parameters: { bucket: 'payroll' } };

/** A decision that is made again decides what still waits, and nothing else. */
const decided =
  (target: End) =>
  (end: End): End =>
    end === 'pending' || end === 'active' ? target : end;

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
];
