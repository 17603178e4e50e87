import type { ProblemCode } from './problem.ts';

/** How a call to another system failed. Adapters translate every failure into one of these.
 *  - `NOT_FOUND`: what the call is about does not exist, or cannot be seen yet
 *  - `CONFLICT`: another change is in the way
 *  - `THROTTLED`, `UNAVAILABLE`: try again later
 *  - `DENIED`: our own credentials may not do this
 *  - `REJECTED`: the other system understood and refuses; a retry would not help */
export type PortErrorCode = 'NOT_FOUND' | 'CONFLICT' | 'THROTTLED' | 'DENIED' | 'REJECTED' | 'UNAVAILABLE';

/** The systems that Rolewright calls. */
export type UpstreamSystem =
  | 'Bitbucket'
  | 'IAM'
  | 'STS'
  | 'DynamoDB'
  | 'Lambda'
  | 'SSM'
  | 'Slack'
  | 'identity provider';

/** A failed call. `certain` means that the call certainly had no effect. Without it a write may have happened, and
 *  its effect must be observed before anything is decided. `detail` may be shown to callers. `retryAfter` is in
 *  seconds; a `DENIED` has one if an administrator can resolve it. `problemCode` is set if the refusal has a code of
 *  its own. */
export class PortError extends Error {
  readonly code: PortErrorCode;
  readonly system: UpstreamSystem;
  readonly certain: boolean;
  readonly retryAfter: number | undefined;
  readonly problemCode: ProblemCode | undefined;

  // biome-ignore lint/complexity/useMaxParams: as an Error's, its text comes before what few callers add.
  constructor(
    system: UpstreamSystem,
    code: PortErrorCode,
    detail: string,
    more: { certain?: boolean; retryAfter?: number; problemCode?: ProblemCode; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = 'PortError';
    this.system = system;
    this.code = code;
    this.certain = more.certain ?? false;
    this.retryAfter = more.retryAfter;
    this.problemCode = more.problemCode;
  }
}
