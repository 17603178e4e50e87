import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideApproval, OWN_REQUEST_RULE } from '../../../../domain/grants/deciders/decide-approval.ts';
import type { EventType, NewEvent } from '../../../../domain/grants/event.ts';
import { evolve } from '../../../../domain/grants/evolve/evolve.ts';
import { type Grant, waitingRequest } from '../../../../domain/grants/grant.ts';
import type { Principal } from '../../../../domain/shared/principal.ts';
import { histories, RUNS } from '../../../support/domain/arbitraries.ts';
import { given, streamOf, type Told } from '../../../support/domain/decider-story.ts';
import { ada, grace, personOf, subject } from '../../../support/domain/samples.ts';
import * as story from '../../../support/domain/stories.ts';
import { asInstant } from '../../../support/identifiers.ts';

const [carol, dave] = [personOf('carol@acme.example'), personOf('dave@acme.example')];
const robot = { kind: 'service', id: 'robot' } as const satisfies Principal;
const NOON = asInstant('2026-06-01T12:00:00.000Z');
const by = (principal: Principal, event: NewEvent): Told => ({ by: principal, event });
const renewed = story.expiryChanged;
const { storyOf } = story;

/** Whom an approval of what waits is refused to, of these four. */
const refusedTo = (grant: Grant): string[] => {
  const { planHash = '' } = waitingRequest(grant) ?? {};
  return [ada, grace, carol, dave].flatMap((principal) => {
    const decided = decideApproval(grant, { planHash, principal, now: NOON });
    return !decided.ok && decided.problem.detail.includes(OWN_REQUEST_RULE)
      ? [principal.id.split('@')[0] ?? '']
      : [];
  });
};
const change = story.changeRequested('required');
const narrower = story.changeRequested('none', { maxSessionDuration: 43_200 });
const approved = (of: NewEvent): NewEvent => {
  if (of.type !== 'GrantChangeRequested') throw new Error(of.type);
  return { type: 'GrantApproved', data: { ...subject, planHash: of.data.planHash } };
};

describe('who asked, renewed or upgraded since the last approval has asked', () => {
  test.each<[string, Told[], string[]]>([
    ['asked', [...storyOf.active, by(carol, change)], ['ada', 'carol']],
    [
      'renewed, though that needed no approval',
      [...storyOf.active, by(grace, renewed(asInstant('2026-07-01T00:00:00.000Z'))), by(carol, change)],
      ['ada', 'grace', 'carol'],
    ],
    [
      'shortened its time',
      [...storyOf.active, by(dave, renewed(asInstant('2026-02-01T00:00:00.000Z'))), by(carol, change)],
      ['ada', 'carol', 'dave'],
    ],
    [
      'upgraded, though that needed no approval',
      [...storyOf.active, by(grace, narrower), story.updated, by(carol, change)],
      ['ada', 'grace', 'carol'],
    ],
    [
      'asked for what was replaced by another request',
      [
        ...storyOf.active,
        by(grace, story.changeRequested('required', { maxSessionDuration: 7200 })),
        by(carol, change),
      ],
      ['ada', 'grace', 'carol'],
    ],
    [
      'asked for what was rejected',
      [...storyOf.active, by(grace, change), story.rejectedChange, by(carol, change)],
      ['ada', 'grace', 'carol'],
    ],
    [
      'asked for the grant that was revoked before',
      [...storyOf.revoked, by(carol, story.requested('required'))],
      ['ada', 'carol'],
    ],
  ])('%s', (_, told, refused) => {
    expect(refusedTo(given(told))).toEqual(refused);
  });

  test('and who asked before the last approval has not: approvers are locked out of no later request', () => {
    const once: Told[] = [...storyOf.active, by(grace, change), by(carol, approved(change)), story.updated];
    const other = story.changeRequested('required', { maxSessionDuration: 7200 });
    expect(refusedTo(given([...once, by(dave, other)]))).toEqual(['dave']);
    expect(refusedTo(given([...once, by(grace, other)]))).toEqual(['grace']);
  });

  test('and an approval of another plan, or of one’s own, clears nobody', () => {
    for (const void_ of [
      by(carol, { type: 'GrantApproved', data: { ...subject, planHash: 'f'.repeat(64) } }),
      by(grace, approved(change)),
    ])
      expect(refusedTo(given([...storyOf.active, by(grace, change), void_]))).toEqual(['ada', 'grace']);
  });

  test('whatever the log holds: exactly those who asked since the last approval that counts', () => {
    const asks: EventType[] = [
      'GrantRequested',
      'GrantChangeRequested',
      'GrantExpiryChanged',
      'GrantThawed',
      'RepairRequested',
      'HoldReleased',
    ];
    const people = fc.infiniteStream(fc.constantFrom<Principal>(ada, grace, carol, robot));
    fc.assert(
      fc.property(histories, people, (events, principals) => {
        const told = events.map((event) => by(principals.next().value as Principal, event));
        let asked = new Set<string>();
        let grant: Grant | undefined;
        for (const event of streamOf(told)) {
          const next = evolve(grant, event);
          const counts = next !== grant;
          grant = next;
          if (counts && event.type === 'GrantApproved') asked = new Set();
          if (counts && asks.includes(event.type)) asked.add(event.principal.id);
          expect(new Set(grant?.requesters.map(({ id }) => id))).toEqual(asked);
        }
      }),
      RUNS,
    );
  });
});
