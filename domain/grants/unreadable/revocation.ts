import * as z from 'zod';
import { type GrantId, grantIdSchema, type StreamId, streamIdSchema } from '../../shared/identifiers.ts';
import type { EventOf, GrantEvent } from '../event.ts';

/** What the id of a stream beside an unreadable one looks like: `un_` and the grant's 26 characters. */
const UNREADABLE_STREAM = /^un_[a-z2-7]{26}$/;

/** The id of such a stream. */
export const unreadableStreamSchema = z.string().regex(UNREADABLE_STREAM).pipe(streamIdSchema);

/** The stream in which the revoke of a grant is recorded whose own stream cannot be read. */
export const streamBeside = (grantId: GrantId): StreamId => streamIdSchema.parse(`un_${grantId.slice(3)}`);

/** The grant beside whose stream this one is; undefined for every other stream. */
export const grantBeside = (streamId: StreamId): GrantId | undefined =>
  UNREADABLE_STREAM.test(streamId) ? grantIdSchema.parse(`gr_${streamId.slice(3)}`) : undefined;

/** How far the revoke of an unreadable grant is.
 *  - `none`: it was never asked for
 *  - `requested`: asked for, and not done yet
 *  - `closed`: the role's trust policy denies and its boundary is AWSDenyAll
 *  - `nothing`: IAM has no role that is provably the grant's */
export type UnreadableRevocation =
  | { state: 'none' }
  | { state: 'requested'; request: EventOf<'UnreadableRevocationRequested'> }
  | { state: 'closed'; role: { name: string; arn: string; id: string } }
  | { state: 'nothing' };

/** Folds the stream beside an unreadable one. */
export function unreadableRevocationOf(events: readonly GrantEvent[]): UnreadableRevocation {
  return events.reduce<UnreadableRevocation>(
    (before, event) => {
      switch (event.type) {
        case 'UnreadableRevocationRequested':
          return { state: 'requested', request: event };
        case 'UnreadableRoleDisabled':
          return { state: 'closed', role: event.data.role };
        case 'UnreadableRoleNotFound':
          return { state: 'nothing' };
        default:
          return before;
      }
    },
    { state: 'none' },
  );
}
