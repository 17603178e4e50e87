import { describe, expect, test } from '@jest/globals';
import {
  type Decision,
  decideApproval,
  decideRejection,
  decideRuleApproval,
} from '../../../../domain/grants/deciders/decide-approval.ts';
import type { NewEvent } from '../../../../domain/grants/event.ts';
import { evolve, replay } from '../../../../domain/grants/evolve/evolve.ts';
import { decideLapse } from '../../../../domain/grants/lapse.ts';
import {
  CONFIGURATION,
  identifiersOf,
  type Principal,
  REPOSITORY_RULES,
} from '../../../../domain/shared/principal.ts';
import type { ProblemCode } from '../../../../domain/shared/problem.ts';
import { type Instant, seconds } from '../../../../domain/shared/time.ts';
import { appended, expectEffect, given, streamOf, type Told } from '../../../support/domain/decider-story.ts';
import { ada, grace, personOf, problemOf, subject } from '../../../support/domain/samples.ts';
import * as story from '../../../support/domain/stories.ts';
import { asInstant } from '../../../support/identifiers.ts';

const NOON = asInstant('2026-06-01T12:00:00.000Z');
const { LAPSES_AT } = story;
const AFTER = asInstant('2026-12-31T00:00:00.001Z');
const OTHER_PLAN = 'f'.repeat(64);
const carol = personOf('carol@acme.example');
/** A person of whom an email is not known. */
const bySlack = {
  kind: 'person',
  id: 'someone@acme.example',
  identifiers: identifiersOf({ slack: ['T01ACME', 'U01ADA'] }),
} as const satisfies Principal;
const plan = story.planOf();
const changePlan = story.planOf(story.otherBucket, true);

const waiting = story.requested('required');
const lasting = (event: NewEvent): NewEvent => {
  if (event.type !== 'GrantRequested') throw new Error('a request was expected');
  return { ...event, data: { ...event.data, expiresInSeconds: seconds(28_800), expiresAt: NOON } };
};
const withoutProposal = (event: NewEvent): NewEvent => {
  if (event.type !== 'GrantRequested' && event.type !== 'GrantChangeRequested') throw new Error(event.type);
  const { proposal: _, ...data } = event.data;
  return { type: event.type, data };
};
const approval = (more: object = {}, planHash = plan): NewEvent => ({
  type: 'GrantApproved',
  data: { ...subject, planHash, ...more },
});
const decided = (over: Partial<Decision> = {}): Decision => ({
  planHash: plan,
  principal: grace,
  now: NOON,
  ...over,
});
const { storyOf, changeWaits, updating } = story;

/** Stories in which nothing waits. */
const atRest: [string, Told[]][] = [
  ['provisioning', storyOf.provisioning],
  ['active', storyOf.active],
  ['being updated', updating],
  ['revoking', storyOf.revoking],
  ['revoked', storyOf.revoked],
  ['rejected', storyOf.rejected],
  ['failed', storyOf.failed],
];

type Row = [rule: string, given: Told[], when: Partial<Decision>, then: NewEvent[] | ProblemCode];

describe('an approval', () => {
  test.each<Row>([
    ['by a person who did not ask', [waiting], {}, [approval()]],
    ['with a reason', [waiting], { reason: 'Reviewed' }, [approval({ reason: 'Reviewed' })]],
    ['at the last moment', [waiting], { now: LAPSES_AT }, [approval()]],
    ['after the lapse', [waiting], { now: AFTER }, 'CONFLICT'],
    ['of another plan', [waiting], { planHash: OTHER_PLAN }, 'PLAN_CHANGED'],
    [
      'begins the lifetime that was asked for',
      [lasting(waiting)],
      {},
      [approval({ expiresAt: asInstant('2026-06-01T20:00:00.000Z') })],
    ],
    ['of what does not show what it grants', [withoutProposal(waiting)], {}, 'CONFLICT'],
    ['by the requester', [waiting], { principal: ada }, 'DENIED'],
    [
      'by the requester under an id in another case',
      [waiting],
      { principal: { kind: 'person', id: 'ADA@acme.example' } },
      'DENIED',
    ],
    [
      'by a person with the id of the service that asked',
      [{ by: { kind: 'service', id: 'release-bot' }, event: waiting }],
      { principal: { kind: 'person', id: 'release-bot' } },
      [approval()],
    ],
    [
      'by one who asked before the request was replaced',
      [waiting, { by: carol, event: story.requested('required') }],
      { principal: ada },
      'DENIED',
    ],
    [
      'by one of two who asked, the second time',
      [waiting, { by: carol, event: story.requested('required') }],
      { principal: carol },
      'DENIED',
    ],
    [
      'by one who asked before the last approval only',
      [waiting, story.approved, story.failed, { by: carol, event: story.requested('required') }],
      { principal: ada },
      [approval()],
    ],
    ['by a service', [waiting], { principal: { kind: 'service', id: 'bot' } }, 'DENIED'],
    ['by a pipeline', [waiting], { principal: { kind: 'pipeline', id: 'p' } }, 'DENIED'],
    ['by the system', [waiting], { principal: { kind: 'system', id: 'worker' } }, 'DENIED'],
    ['by the configuration of what a person asked', [waiting], { principal: CONFIGURATION }, 'DENIED'],
    ['of a change', changeWaits, { planHash: changePlan }, [approval({}, changePlan)]],
    ['of a change by its requester', changeWaits, { planHash: changePlan, principal: ada }, 'DENIED'],
    ['of a change after its lapse', changeWaits, { planHash: changePlan, now: AFTER }, 'CONFLICT'],
    ['of the live plan while another waits', changeWaits, {}, 'PLAN_CHANGED'],
  ])('%s', (_, told, when, then) => {
    const command = decided(when);
    const result = decideApproval(given(told), command);
    expect(result.ok ? [result.value.event] : result.problem.code).toEqual(then);
    if (result.ok) expectEffect(told, result.value.event, { principal: command.principal, at: command.now });
  });

  test.each(atRest)('of a grant that is %s is a conflict, whoever approves', (_, told) => {
    for (const principal of [grace, ada]) {
      for (const planHash of [plan, changePlan]) {
        const result = decideApproval(given(told), decided({ principal, planHash }));
        expect(result).toMatchObject({ ok: false, problem: { code: 'CONFLICT' } });
      }
    }
  });

  test('of a frozen grant is refused as such', () => {
    for (const told of [storyOf.frozen, [...changeWaits, story.frozen]])
      expect(decideApproval(given(told), decided())).toMatchObject({
        ok: false,
        problem: { code: 'FROZEN' },
      });
  });

  test.each<[whose: string, requesters: Principal[], by: Principal, says: string]>([
    ['the requester’s', [ada], ada, 'cannot approve this'],
    ['one of two requesters’', [bySlack, ada], ada, 'cannot approve this'],
    ['a service’s', [bySlack], { kind: 'service', id: 'bot' }, 'cannot approve this'],
    ['that of a person who may be the requester', [bySlack], ada, 'nothing verified tells them apart'],
    ['that of one who may be one of two', [carol, bySlack], ada, 'nothing verified tells them apart'],
  ])('that is %s says why it is refused', (_, requesters, principal, says) => {
    const told = requesters.map((by): Told => ({ by, event: waiting }));
    expect(problemOf(decideApproval(given(told), decided({ principal }))).detail).toContain(says);
  });

  test('is about the request that waits', () => {
    const result = decideApproval(given(changeWaits), decided({ planHash: changePlan }));
    expect(result).toMatchObject({ ok: true, value: { request: { planHash: changePlan, seq: 5 } } });
  });
});

describe('an approval by a rule of the configuration', () => {
  const asked: Told = { by: REPOSITORY_RULES, event: waiting };

  test.each<[rule: string, given: Told[], now: Instant, then: NewEvent[]]>([
    ['of what a rule asked', [asked], NOON, [approval()]],
    ['at the last moment', [asked], LAPSES_AT, [approval()]],
    ['after the lapse', [asked], AFTER, []],
    ['of what a person asked', [waiting], NOON, []],
    ['of what another part of the system asked', [{ by: CONFIGURATION, event: waiting }], NOON, []],
    ['of what a person asked last', [asked, waiting], NOON, []],
    [
      'of what does not show what it grants',
      [{ by: REPOSITORY_RULES, event: withoutProposal(waiting) }],
      NOON,
      [],
    ],
    [
      'of a change that a rule asked',
      [...storyOf.active, { by: REPOSITORY_RULES, event: story.changeRequested('required') }],
      NOON,
      [],
    ],
    ...atRest.map(([state, told]): [string, Told[], Instant, NewEvent[]] => [
      `while ${state}`,
      told,
      NOON,
      [],
    ]),
  ])('%s', (_, told, now, then) => {
    const result = decideRuleApproval(given(told), now);
    expect(result ? [result.event] : []).toEqual(then);
    if (result) expectEffect(told, result.event, { principal: CONFIGURATION, at: now });
  });
});

describe('a rejection', () => {
  const rejection = (more: object = {}, planHash = plan): NewEvent => ({
    type: 'GrantRejected',
    data: { ...subject, planHash, ...more },
  });

  test.each<Row>([
    ['by another person', [waiting], { reason: 'No' }, [rejection({ reason: 'No' })]],
    ['without a reason', [waiting], {}, [rejection()]],
    ['by the requester', [waiting], { principal: ada }, [rejection()]],
    ['at the last moment', [waiting], { now: LAPSES_AT }, [rejection()]],
    ['after the lapse', [waiting], { now: AFTER }, 'CONFLICT'],
    ['of another plan', [waiting], { planHash: OTHER_PLAN }, 'PLAN_CHANGED'],
    ['of what does not show what it grants', [withoutProposal(waiting)], {}, 'CONFLICT'],
    ['of a change', changeWaits, { planHash: changePlan }, [rejection({}, changePlan)]],
    ['of the live plan while another waits', changeWaits, {}, 'PLAN_CHANGED'],
    ['while frozen', storyOf.frozen, {}, 'FROZEN'],
    ...atRest.map(([state, told]): Row => [`while ${state}`, told, {}, 'CONFLICT']),
  ])('%s', (_, told, when, then) => {
    const command = decided(when);
    const result = decideRejection(given(told), command);
    expect(result.ok ? [result.value.event] : result.problem.code).toEqual(then);
    if (result.ok) expectEffect(told, result.value.event, { principal: command.principal, at: command.now });
  });
});

describe('a lapse', () => {
  const lapse = (planHash = plan): NewEvent => ({ type: 'RequestLapsed', data: { ...subject, planHash } });

  test.each<[rule: string, given: Told[], now: Instant, then: NewEvent[]]>([
    ['before its time', [waiting], NOON, []],
    ['at its very time', [waiting], LAPSES_AT, []],
    ['after its time', [waiting], AFTER, [lapse()]],
    ['of a change', changeWaits, AFTER, [lapse(changePlan)]],
    ['of what has no time', [withoutProposal(waiting)], AFTER, []],
    ...atRest.map(([state, told]): [string, Told[], Instant, NewEvent[]] => [
      `while ${state}`,
      told,
      AFTER,
      [],
    ]),
  ])('%s', (_, told, now, then) => {
    const event = decideLapse(given(told), now);
    expect(event ? [event] : []).toEqual(then);
    if (event) expectEffect(told, event, { at: now });
  });
});

describe('an approval in the log is void', () => {
  const asked: Told = { by: REPOSITORY_RULES, event: waiting };

  test.each<[rule: string, given: Told[], event: NewEvent, by: { principal?: Principal; at: Instant }]>([
    ['after the lapse', [waiting], approval(), { at: AFTER }],
    ['of another plan', [waiting], approval({}, OTHER_PLAN), { at: NOON }],
    ['by the requester', [waiting], approval(), { at: NOON, principal: ada }],
    ['by a service', [waiting], approval(), { at: NOON, principal: { kind: 'service', id: 'bot' } }],
    ['of what does not show what it grants', [withoutProposal(waiting)], approval(), { at: NOON }],
    [
      'by the configuration of what a person asked',
      [waiting],
      approval(),
      { at: NOON, principal: CONFIGURATION },
    ],
    ['by the rules themselves', [asked], approval(), { at: NOON, principal: REPOSITORY_RULES }],
    ['by the configuration after the lapse', [asked], approval(), { at: AFTER, principal: CONFIGURATION }],
    [
      'by the configuration of a change',
      [...storyOf.active, { by: REPOSITORY_RULES, event: story.changeRequested('required') }],
      approval({}, changePlan),
      { at: NOON, principal: CONFIGURATION },
    ],
    ['of a change after its lapse', changeWaits, approval({}, changePlan), { at: AFTER }],
    ['of a change by its requester', changeWaits, approval({}, changePlan), { at: NOON, principal: ada }],
    ...atRest.map(([state, told]): [string, Told[], NewEvent, { at: Instant }] => [
      `while ${state}`,
      told,
      approval({}, state === 'being updated' ? changePlan : plan),
      { at: NOON },
    ]),
  ])('%s', (_, told, event, by) => {
    const stream = streamOf(told);
    const before = replay(stream);
    expect(evolve(before, appended(stream, event, by))).toBe(before);
  });

  test('else it ends the waiting, names who approved, and clears who asked', () => {
    const stream = streamOf([lasting(waiting)]);
    const after = evolve(
      replay(stream),
      appended(stream, approval({ expiresAt: LAPSES_AT }), { at: LAPSES_AT }),
    );
    expect(after).toMatchObject({
      state: 'provisioning',
      requesters: [],
      expiresAt: LAPSES_AT,
      request: { approvedBy: grace, expiresAt: LAPSES_AT },
    });
  });

  test('by the configuration, of what its rules asked, it counts', () => {
    const stream = streamOf([asked]);
    const after = evolve(
      replay(stream),
      appended(stream, approval(), { at: NOON, principal: CONFIGURATION }),
    );
    expect(after).toMatchObject({ state: 'provisioning', request: { approvedBy: CONFIGURATION } });
  });
});
