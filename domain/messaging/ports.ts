import type { Instant } from '../shared/time.ts';
import type { WorkerMessage } from './worker-message.ts';

/** The worker, from outside: does later what must not keep a caller waiting. */
export type Worker = {
  /** Hands a message on. Once this returns the message is kept and worked on, more than once where need be; it throws
   *  when that is not certain. */
  handOn(message: WorkerMessage): Promise<void>;
};

/** What was taken or sent already, kept for a while, so that nothing is done twice. */
export type ClaimStore = {
  /** True for the first claim of this id. A claim is forgotten at `until`; its id may then be claimed
   *  again. */
  claim(id: string, until: Instant): Promise<boolean>;
  /** Keeps with a claim the place of its message in Slack. */
  keepMessage(id: string, message: { channel: string; ts: string }): Promise<void>;
  /** The message of a claim, read consistently; undefined when none was sent, or not yet. */
  findMessage(id: string): Promise<{ channel: string; ts: string } | undefined>;
  /** Gives a claim back, because what it stood for certainly did not happen. */
  release(id: string): Promise<void>;
};
