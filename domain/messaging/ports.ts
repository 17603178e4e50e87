import type { StreamPart } from '../grants/evolve/checkpoint.ts';
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
  /** Stores with a claim the position of its message in Slack, and keeps it until `until`. */
  keepMessage(id: string, message: { channel: string; ts: string }, until: Instant): Promise<void>;
  /** The message of a claim, read consistently; undefined when none was sent, or not yet. */
  findMessage(id: string): Promise<{ channel: string; ts: string } | undefined>;
  /** Releases a claim whose action certainly did not happen. */
  release(id: string): Promise<void>;
};

/** Has people notified of events. */
export type Notifier = {
  /** Keeps, before the last event of a stream is appended, that there are messages about it: from then on the
   *  reconciler sees to it. Throws where that is uncertain. An event that is never appended has no message. */
  prepare(part: StreamPart): Promise<void>;
  /** Has the worker notify of the last event, once it is appended. Never throws. */
  notify(part: StreamPart): Promise<void>;
};
