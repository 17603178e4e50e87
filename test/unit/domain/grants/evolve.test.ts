import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../../domain/grants/event.ts';
import { evolve, replay } from '../../../../domain/grants/evolve/evolve.ts';
import { changeOf, type Grant, grantStates, roleOf } from '../../../../domain/grants/grant.ts';
import type { Principal } from '../../../../domain/shared/principal.ts';
import { appended, given, streamOf, type Told } from '../../../support/domain/decider-story.ts';
import { ada, createdRole, grace, hashes, subject, web } from '../../../support/domain/samples.ts';
import * as story from '../../../support/domain/stories.ts';
import { asInstant, asProjectUuid } from '../../../support/identifiers.ts';

const MARCH = asInstant('2026-03-01T00:00:00.000Z');
const APRIL = asInstant('2026-04-01T00:00:00.000Z');
const carol: Principal = { kind: 'person', id: 'carol@acme.example' };
const pipeline: Principal = { kind: 'pipeline', id: subject.repository.uuid };
const { requested, started, created, compensating, storyOf, changeWaits, updating } = story;
const toCompensating = [requested(), started, created, compensating];

/** The grant before an event and after it. */
function moved(told: readonly Told[], event: NewEvent): [Grant | undefined, Grant | undefined] {
  const stream = streamOf(told);
  const before = replay(stream);
  return [before, evolve(before, appended(stream, event, { at: MARCH }))];
}

describe('an approval of before identifiers were recorded', () => {
  const person = (id: string): Principal => ({ kind: 'person', id });
  const folded = (requester: Principal, approver: Principal) =>
    given([
      { by: requester, event: requested('required') },
      { by: approver, event: story.approved },
    ]).state;

  test('remains valid by the ids, without regard to case', () => {
    expect(folded(person('ada@acme.example'), person('grace@acme.example'))).toBe('provisioning');
    expect(folded(person('ada@acme.example'), person('Ada@acme.example'))).toBe('pending');
  });

  test('is none where one of the two has identifiers', () => {
    expect(folded(ada, person('grace@acme.example'))).toBe('pending');
    expect(folded(person('ada@acme.example'), grace)).toBe('pending');
  });
});

describe('an event that does not fit changes nothing', () => {
  test.each<[string, Told[], NewEvent]>([
    ['a change while another is made', updating, story.changeRequested('required')],
    ['a role disabled while it is made', [requested(), started, created], story.disabled],
    ['a role not found while it is made', [requested(), started, created], story.notFound],
    ['a role deleted while it is made', [requested(), started, created], story.deleted],
    ['a role disabled where there is none', [requested(), compensating], story.disabled],
    ['a role not found where there is none', [requested(), compensating], story.notFound],
    ['an unconfirmed role disabled', [requested(), started, compensating], story.disabled],
    ['a role not found where a revoke has none', [requested(), story.revocation], story.notFound],
    ['a role disabled that nobody ever made', [requested(), story.revocation], story.disabled],
    ['a role created that was never announced', [requested()], created],
    ['a rejection of another plan', storyOf.pending, story.rejectedChange],
    ['a lapse of what is live', changeWaits, story.lapsed],
    ['an update where nothing is changed', storyOf.active, story.updated],
    ['a failed update where nothing is changed', storyOf.active, story.updateFailed],
    ['an update while the change waits', changeWaits, story.updated],
    ['a compensation of an active grant', storyOf.active, compensating],
    [
      "another repository's name",
      storyOf.active,
      { type: 'RepositoryRenamed', data: { ...subject, repository: { uuid: web.uuid, fullName: 'acme/x' } } },
    ],
  ])('%s', (_, told, event) => {
    const [before, after] = moved(told, event);
    expect(after).toBe(before);
  });
});

describe('in every state', () => {
  const provider = { ...subject, providerArn: 'arn:p' };
  const announced: NewEvent = { type: 'ProviderCreationStarted', data: provider };
  const update = { ...subject, role: createdRole, ...hashes };
  const foreign = { ...subject, role: createdRole, inline: [], attached: ['arn:x'] };

  test.each(grantStates)('%s, a provider is announced until it is created', (state) => {
    expect(given([...storyOf[state], announced]).announcedProvider).toBe('arn:p');
    const created = given([...storyOf[state], announced, { type: 'ProviderCreated', data: provider }]);
    expect(created.announcedProvider).toBeUndefined();
  });

  test.each(grantStates)('%s, a failed attempt is the last error', (state) => {
    expect(given([...storyOf[state], story.attemptFailed]).lastError).toMatchObject(story.failure);
  });

  test.each(grantStates)(
    '%s, what is announced moves the time of the last change and nothing else',
    (state) => {
      for (const event of [
        { type: 'UpdateStarted', data: update },
        { type: 'ForeignPoliciesFound', data: foreign },
      ] as NewEvent[]) {
        const [before, after] = moved(storyOf[state], event);
        expect(after).toEqual({ ...before, updatedAt: MARCH });
      }
    },
  );
});

describe('the role', () => {
  test.each<[string, Told[]]>([
    ['compensated', toCompensating],
    ['revoked', storyOf.revoking],
  ])('of a grant that is %s is disabled, not found and deleted', (_, told) => {
    expect(roleOf(given([...told, story.disabled]))).toMatchObject({ ...createdRole, disabled: true });
    expect(roleOf(given([...told, story.notFound]))).toMatchObject({ notFoundAt: expect.any(String) });
    expect(roleOf(given([...told, story.notFound]))).not.toHaveProperty('disabled');
    expect(roleOf(given([...told, story.deleted]))).toBeUndefined();
  });

  test('is confirmed while a revoke is under way', () => {
    expect(roleOf(given([requested(), started, story.revocation, created]))).toMatchObject(createdRole);
  });
});

describe('a new name of the repository', () => {
  const renamed: NewEvent = {
    type: 'RepositoryRenamed',
    data: { ...subject, repository: { ...subject.repository, fullName: 'acme/store' } },
  };
  const inProject = {
    ...renamed,
    data: { ...renamed.data, project: { key: 'NEW', uuid: asProjectUuid(web.uuid) } },
  } as NewEvent;

  test('reaches what is live and the change that waits, and leaves the project', () => {
    const grant = given([...changeWaits, renamed]);
    for (const request of [grant.request, changeOf(grant)]) {
      expect(request?.intent.repository.fullName).toBe('acme/store');
      expect(request?.intent.project?.key).toBe('SHOP');
    }
  });

  test('brings the project where there is one', () => {
    expect(given([...storyOf.active, inProject]).request.intent.project?.key).toBe('NEW');
  });

  test('makes no change where none waits', () => {
    expect(given([...storyOf.active, renamed])).not.toHaveProperty('change');
  });
});

describe('a request', () => {
  const asked = (more: object): NewEvent => {
    const event = requested();
    return { ...event, data: { ...event.data, ...more } } as NewEvent;
  };

  test('keeps reason and lifetime, and names who answers for the lifetime', () => {
    const grant = given([asked({ reason: 'Release', expiresInSeconds: 60, expiresAt: APRIL })]);
    expect(grant).toMatchObject({
      expiresAt: APRIL,
      lifetimeSetBy: ada,
      lifetimeSeconds: 60,
      request: { reason: 'Release', expiresInSeconds: 60, expiresAt: APRIL },
    });
  });

  test('has none of these where none was given', () => {
    const grant = given([asked({})]);
    expect(grant.expiresAt).toBeUndefined();
    expect(grant.lifetimeSetBy).toEqual(ada);
    expect(grant).not.toHaveProperty('lifetimeSeconds');
    expect(Object.keys(grant.request).sort()).toEqual(
      ['approval', 'at', 'intent', 'intentHash', 'planHash', 'requestedBy', 'seq'].sort(),
    );
  });

  test('begins the age of a grant once', () => {
    const [first] = streamOf([asked({})]);
    expect(given([asked({})]).createdAt).toBe(first?.at);
    expect(given([asked({}), story.failed, asked({})]).createdAt).toBe(first?.at);
  });
});

describe('who answers for the time of a grant', () => {
  const setBy = (by: Principal): Told => ({ by, event: story.expiryChanged(MARCH) });

  test.each<[string, Told[], Principal]>([
    ['a person who sets it', [setBy(carol)], carol],
    ['the last person of two', [setBy(carol), setBy(ada)], ada],
    ['the person who left it open, before a pipeline', [setBy(pipeline)], ada],
    ['the person before a pipeline', [setBy(carol), setBy(pipeline)], carol],
    ['the person after a pipeline', [setBy(pipeline), setBy(carol)], carol],
  ])('is %s', (_, told, by) => {
    expect(given([...storyOf.active, ...told])).toMatchObject({ expiresAt: MARCH, lifetimeSetBy: by });
  });

  const changedBy = (by: Principal): Told[] => [{ by, event: story.changeRequested('none') }, story.updated];

  test.each<[string, Told[], Principal]>([
    ['a person who changes it and leaves it open', changedBy(carol), carol],
    ['the person before a pipeline that changes it', changedBy(pipeline), ada],
    ['the person who set an end, before one who changes it', [setBy(ada), ...changedBy(carol)], ada],
  ])('after a change without an end is %s', (_, told, by) => {
    expect(given([...storyOf.active, ...told]).lifetimeSetBy).toEqual(by);
  });
});

describe('the latest decision', () => {
  const rejection = (more: object): Told => ({
    by: grace,
    event: { type: 'GrantRejected', data: { ...subject, planHash: story.planOf(), ...more } },
  });

  test('names who decided, and why where they said it', () => {
    const at = expect.any(String);
    const why = { reason: 'Too wide' };
    expect(given([requested('required'), rejection(why)]).decision).toEqual({
      outcome: 'rejected',
      by: grace,
      at,
      ...why,
    });
    expect(Object.keys(given([requested('required'), rejection({})]).decision ?? {})).not.toContain('reason');
    expect(given([requested('required'), story.approved]).decision).toEqual({
      outcome: 'approved',
      by: grace,
      at,
    });
  });

  test('of a request that lapsed is nobody’s', () => {
    const { decision } = given([requested('required'), story.lapsed]);
    expect(decision).toEqual({ outcome: 'lapsed', at: expect.any(String) });
    expect(decision).not.toHaveProperty('by');
  });
});
