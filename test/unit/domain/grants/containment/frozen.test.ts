import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../../../domain/grants/event.ts';
import { evolve, replay } from '../../../../../domain/grants/evolve/evolve.ts';
import { documentsOf, freezeOf, roleOf } from '../../../../../domain/grants/grant.ts';
import type { Principal } from '../../../../../domain/shared/principal.ts';
import { appended, given, streamOf, type Told } from '../../../../support/domain/decider-story.ts';
import { ada, createdRole, documents, grace, subject } from '../../../../support/domain/samples.ts';
import * as story from '../../../../support/domain/stories.ts';
import { asInstant } from '../../../../support/identifiers.ts';

const { requested, started, created, frozen, disabled, storyOf, thawing } = story;
const NOON = asInstant('2026-06-01T12:00:00.000Z');
const robot = { kind: 'service', id: 'robot' } as const;
const unconfirmed = [requested(), started, frozen];

/** That an event changes nothing. */
function expectVoid(told: readonly Told[], event: NewEvent): void {
  const stream = streamOf(told);
  const before = replay(stream);
  expect(evolve(before, appended(stream, event, { at: NOON }))).toBe(before);
}

describe('the role of a frozen grant', () => {
  test('is confirmed, though the freeze came while it was made', () => {
    expect(roleOf(given(unconfirmed))).not.toHaveProperty('id');
    expect(roleOf(given([...unconfirmed, created]))).toMatchObject({ id: createdRole.id });
  });

  test('was not found, or is deleted, once the log says so', () => {
    expect(roleOf(given([...unconfirmed, story.notFound]))).toHaveProperty('notFoundAt');
    expect(roleOf(given([...storyOf.frozen, story.deleted]))).toBeUndefined();
  });

  test('may be open again where it differs, so that it is closed again', () => {
    expect(roleOf(given(storyOf.frozen))).toMatchObject({ disabled: true });
    const grant = given([...storyOf.frozen, story.driftFound('freeze')]);
    expect(roleOf(grant)).not.toHaveProperty('disabled');
    expect(grant.drift).toMatchObject({ action: 'frozen', kinds: ['TRUST_CHANGED'] });
    expect(grant.drift).not.toHaveProperty('pending');
  });

  test('keeps its documents through a thaw that fails, and through a freeze while it is thawed', () => {
    for (const last of [story.thawFailed, frozen]) {
      const grant = given([...thawing, last]);
      expect([grant.state, documentsOf(grant)]).toEqual(['frozen', documents]);
    }
  });

  test('may be gone while it is thawed, which is then no failed creation', () => {
    const gone = [...thawing, story.deleted];
    expect(given(gone)).toMatchObject({
      state: 'provisioning',
      thawing: { frozen: { reason: 'Odd calls' } },
    });
    expect(roleOf(given(gone))).toBeUndefined();
    expectVoid(gone, story.deleted);
    expectVoid(thawing, story.compensating);
  });

  test('has none where it never was active', () => {
    const grant = given([requested(), started, created, frozen, disabled, story.thawed, story.thawFailed]);
    expect(grant.state).toBe('frozen');
    expect(grant).not.toHaveProperty('documents');
  });
});

test('why a grant is frozen is known while it is, and while it is opened again', () => {
  for (const told of [storyOf.frozen, story.freezing, thawing])
    expect(freezeOf(given(told))).toMatchObject({ reason: 'Odd calls', cause: 'person' });
  for (const told of [storyOf.provisioning, storyOf.active, [...thawing, story.activated], storyOf.revoking])
    expect(freezeOf(given(told))).toBeUndefined();
});

describe('what was found to differ, of a grant that is frozen', () => {
  test('is what it is frozen for, where that was decided', () => {
    const { drift } = given([...storyOf.active, story.driftFound('freeze'), frozen]);
    expect(drift).toMatchObject({ action: 'frozen' });
    expect(drift).not.toHaveProperty('pending');
  });

  test('stays reported where it was, whoever freezes', () => {
    expect(given([...storyOf.active, story.driftFound('report'), frozen]).drift).toMatchObject({
      action: 'reported',
    });
    expect(given(storyOf.frozen)).not.toHaveProperty('drift');
  });
});

describe('a hold', () => {
  const revoked = (hold: true | undefined, by: Principal): Told => ({
    by,
    event: {
      type: 'RevocationRequested',
      data: { ...subject, cause: 'requested', ...(hold ? { hold } : {}) },
    },
  });

  test.each<[whose: string, hold: true | undefined, by: Principal, isHeld: boolean]>([
    ['a person’s that holds', true, ada, true],
    ['a person’s that lets machines ask again', undefined, ada, false],
    ['a machine’s', true, robot, false],
  ])('is put on a grant by %s revoke: %j', (_, hold, by, isHeld) => {
    expect(given([...storyOf.active, revoked(hold, by)]).hold !== undefined).toBe(isHeld);
  });

  test('names who holds, and why where they said it', () => {
    expect(given([...storyOf.active, story.held]).hold).toEqual({
      by: ada,
      at: expect.any(String),
      reason: 'Leaked',
    });
    const { hold } = given([...storyOf.active, revoked(true, grace)]);
    expect(hold).toEqual({ by: grace, at: expect.any(String) });
    expect(hold).not.toHaveProperty('reason');
  });

  test('stays the first one until a person who did not ask releases it', () => {
    const again: Told = {
      by: grace,
      event: { ...story.held, data: { ...subject, reason: 'Again' } } as NewEvent,
    };
    const held = [...storyOf.active, story.held];
    expect(given([...held, again]).hold).toMatchObject({ by: ada, reason: 'Leaked' });
    expect(given([...held, revoked(true, grace)]).hold).toMatchObject({ by: ada, reason: 'Leaked' });
    for (const by of [ada, robot]) {
      expect(given([...held, { by, event: story.released }]).hold).toBeDefined();
    }
    expect(given([...held, story.released])).not.toHaveProperty('hold');
  });
});
