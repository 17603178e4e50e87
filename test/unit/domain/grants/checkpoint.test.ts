import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventHash, type GrantEvent, type NewEvent } from '../../../../domain/grants/event.ts';
import {
  type Checkpoint,
  dueCheckpoint,
  fromCheckpoint,
  isCheckpointOf,
  parseCheckpoint,
  replayPart,
  verifyPart,
} from '../../../../domain/grants/evolve/checkpoint.ts';
import { replay } from '../../../../domain/grants/evolve/evolve.ts';
import type { Instant } from '../../../../domain/shared/time.ts';
import { chain, GRANT_ID, present } from '../../../support/domain/samples.ts';
import * as story from '../../../support/domain/stories.ts';
import { asGrantId, asInstant } from '../../../support/identifiers.ts';

const OTHER = asGrantId(`gr_${'a'.repeat(26)}`);
const instants = (count: number): Instant[] =>
  Array.from({ length: count }, (_, n) =>
    asInstant(`2027-01-01T00:${String(n % 60).padStart(2, '0')}:00.000Z`),
  );

/** A long story: what the pieces say, one after the other. */
const longStory = (pieces: readonly NewEvent[][]): GrantEvent[] => chain(pieces.flat());

const renewals = (count: number): NewEvent[] => instants(count).map(story.expiryChanged);
const whole = (events: readonly GrantEvent[]) => ({ checkpoint: undefined, events });
const checkpointOf = (events: readonly GrantEvent[]): Checkpoint => present(dueCheckpoint(whole(events)));

const pieces: NewEvent[][] = [
  ...Object.values(story.storyOf),
  story.changeWaits,
  story.updating,
  [story.approvedChange, story.updated],
  [story.rejectedChange],
  [story.revocation, story.disabled, story.deleted, story.revoked],
  renewals(5),
];

describe('a grant read from a checkpoint on', () => {
  test('is the grant of the whole stream, whatever happened before and after it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 4, maxLength: 12 }), (told) => {
        const events = longStory(told);
        const due = dueCheckpoint(whole(events));
        if (!due) return;
        const stored = present(parseCheckpoint(GRANT_ID, JSON.stringify(due)));
        const part = fromCheckpoint(whole(events), stored);
        expect(isCheckpointOf(stored, part.events)).toBe(true);
        expect(verifyPart(part, GRANT_ID)).toBeUndefined();
        expect(replayPart(part)).toEqual(replay(events));
      }),
    );
  });

  test('may itself be the beginning of the next checkpoint', () => {
    const events = longStory([story.storyOf.active, renewals(40)]);
    const first = checkpointOf(events.slice(0, 20));
    const second = present(dueCheckpoint(fromCheckpoint(whole(events), first)));
    expect(second.seq).toBe(events.length - 4);
    expect(replayPart(fromCheckpoint(whole(events), second))).toEqual(replay(events));
    expect(second.causes).toEqual(checkpointOf(events).causes);
  });

  test('is short: at most the events since the checkpoint, and the last four before', () => {
    const events = longStory([story.storyOf.active, renewals(300)]);
    expect(fromCheckpoint(whole(events), checkpointOf(events)).events).toHaveLength(5);
  });
});

describe('no checkpoint', () => {
  const events = longStory([story.storyOf.active, renewals(30)]);
  const honest = checkpointOf(events);

  test('is due for a short stream', () => {
    expect(dueCheckpoint(whole(longStory([story.storyOf.active])))).toBeUndefined();
    expect(dueCheckpoint(whole(events.slice(0, 15)))).toBeUndefined();
    expect(dueCheckpoint(whole(events.slice(0, 16)))).toMatchObject({ seq: 12 });
  });

  test('is due so soon after another, and the next comes sooner than the first', () => {
    const dueWith = (count: number) =>
      dueCheckpoint(fromCheckpoint(whole(events.slice(0, honest.seq - 1 + count)), honest));
    const honest = checkpointOf(events.slice(0, 16));
    expect(dueWith(9)).toBeUndefined();
    expect(dueWith(10)).toMatchObject({ seq: honest.seq + 5 });
  });

  test('is due for a stream without a beginning', () => {
    expect(dueCheckpoint(whole(events.filter(({ type }) => type !== 'GrantRequested')))).toBeUndefined();
  });

  test.each<[string, (text: string) => string]>([
    ['of another version', (text) => text.replace(/"version":\d+/, '"version":0')],
    ['of another grant', (text) => text.replaceAll(GRANT_ID, OTHER)],
    [
      'whose grant is another',
      (text) => text.replace(`"grant":{"id":"${GRANT_ID}"`, `"grant":{"id":"${OTHER}"`),
    ],
    [
      'of another grant, whose grant is this one',
      (text) => text.replace(`"grantId":"${GRANT_ID}"`, `"grantId":"${OTHER}"`),
    ],
    ['with a longer cause', (text) => text.replace('"causes":["', '"causes":["0')],
    ['with a field more', (text) => text.replace('{', '{"more":1,')],
    ['of a state that there is not', (text) => text.replace('"state":"active"', '"state":"open"')],
    ['cut off', (text) => text.slice(0, -1)],
    ['of nothing', () => ''],
  ])('is read %s', (_, alter) => {
    const text = JSON.stringify(honest);
    expect(alter(text)).not.toBe(text);
    expect(parseCheckpoint(GRANT_ID, text)).toEqual(honest);
    expect(parseCheckpoint(GRANT_ID, alter(text))).toBeUndefined();
  });

  test.each<[string, (event: GrantEvent) => GrantEvent | undefined]>([
    ['another hash', (event) => ({ ...event, hash: 'f'.repeat(64) })],
    ['another number', (event) => ({ ...event, seq: event.seq + 1 })],
    ['its hash, and other content', (event) => ({ ...event, correlationId: 'another' })],
    [
      'other content, and the hash of that',
      (event) => {
        const other = { ...event, correlationId: 'another' };
        return { ...other, hash: eventHash(other) };
      },
    ],
    ['nothing', () => undefined],
  ])('is of a log that has %s in its place', (_, alter) => {
    const [first, ...rest] = fromCheckpoint(whole(events), honest).events;
    const altered = alter(present(first));
    expect(isCheckpointOf(honest, [present(first), ...rest])).toBe(true);
    expect(isCheckpointOf(honest, altered ? [altered, ...rest] : [])).toBe(false);
  });

  test('hides an event that is missing, altered or of another grant behind it', () => {
    const { events: read } = fromCheckpoint(whole(events), honest);
    const verified = (changed: readonly GrantEvent[]) =>
      verifyPart({ checkpoint: honest, events: changed }, GRANT_ID);
    expect(verified(read)).toBeUndefined();
    expect(verified([...read.slice(0, 2), ...read.slice(3)])).toContain('is missing');
    expect(verified(read.map((event, n) => (n === 2 ? { ...event, correlationId: 'x' } : event)))).toContain(
      'was altered',
    );
    expect(verifyPart({ checkpoint: honest, events: read }, OTHER)).toContain('belongs to another grant');
  });
});
