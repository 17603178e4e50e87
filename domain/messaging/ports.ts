import type { Instant } from '../shared/time.ts';
import type { WorkerMessage } from './worker-message.ts';

/** The worker as its callers see it: it processes messages asynchronously. */
export type Worker = {
  /** Passes on a message. Returns once the message is durably queued; it is then processed at least once. Throws when
   *  that is uncertain. */
  handOn(message: WorkerMessage): Promise<void>;
};

/** Records of what was received or sent, kept for a while, so that nothing is done twice. */
export type ClaimStore = {
  /** True for the first claim of this id. A claim is forgotten at `until`; its id may then be claimed
   *  again. */
  claim(id: string, until: Instant): Promise<boolean>;
  /** Stores with a claim the position of its message in Slack. */
  keepMessage(id: string, message: { channel: string; ts: string }): Promise<void>;
  /** The message of a claim, read consistently; undefined when none was sent, or not yet. */
  findMessage(id: string): Promise<{ channel: string; ts: string } | undefined>;
  /** Releases a claim whose action certainly did not happen. */
  release(id: string): Promise<void>;
};
