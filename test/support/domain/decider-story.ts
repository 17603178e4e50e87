import { expect } from '@jest/globals';
import { eventHash, type GrantEvent, type NewEvent } from '../../../domain/grants/event.ts';
import { evolve, replay } from '../../../domain/grants/evolve/evolve.ts';
import type { Grant } from '../../../domain/grants/grant.ts';
import type { Principal } from '../../../domain/shared/principal.ts';
import type { Instant } from '../../../domain/shared/time.ts';
import { chain, GRANT_ID, grace, present } from './samples.ts';

/** An event of a story, by Ada (an approval by Grace) or by the one who is named. */
export type Told = NewEvent | { by: Principal; event: NewEvent };

/** The stream of a story. */
export const streamOf = (given: readonly Told[]): GrantEvent[] =>
  given.reduce<GrantEvent[]>(
    (stream, told) =>
      'by' in told ? chain([told.event], GRANT_ID, stream, told.by) : chain([told], GRANT_ID, stream),
    [],
  );

/** The grant that a story makes. */
export const given = (story: readonly Told[]): Grant => present(replay(streamOf(story)));

/** A stream with one more event, as the log would hold it. */
export function appended(
  stream: readonly GrantEvent[],
  event: NewEvent,
  { principal = grace, at }: { principal?: Principal; at: Instant },
): GrantEvent {
  const last = present(stream.at(-1));
  const { grantId, entryPoint } = last;
  const body = {
    ...event,
    grantId,
    seq: last.seq + 1,
    at,
    principal,
    correlationId: 'decided',
    entryPoint,
    prevHash: last.hash,
  };
  return { ...body, hash: eventHash(body) };
}

/** Fails for a decided event that changes nothing: what is void is not written. */
export function expectEffect(
  story: readonly Told[],
  event: NewEvent,
  by: { principal?: Principal; at: Instant },
): void {
  const stream = streamOf(story);
  const before = replay(stream);
  expect(evolve(before, appended(stream, event, by))).not.toBe(before);
}
