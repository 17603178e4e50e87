import { describe, expect, test } from '@jest/globals';
import { eventTypes, type NewEvent } from '../../../../domain/grants/event.ts';
import { evolve, replay } from '../../../../domain/grants/evolve/evolve.ts';
import {
  canExpire,
  changeOf,
  documentsOf,
  type Grant,
  type GrantState,
  grantStates,
  isLive,
  roleOf,
} from '../../../../domain/grants/grant.ts';
import { isAtRest, workOf } from '../../../../domain/grants/work.ts';
import type { Principal } from '../../../../domain/shared/principal.ts';
import { given } from '../../../support/domain/decider-story.ts';
import {
  ACME,
  ada,
  chain,
  createdRole,
  documents,
  GRANT_ID,
  grantAfter,
  present,
  subject,
} from '../../../support/domain/samples.ts';
import * as story from '../../../support/domain/stories.ts';
import { asInstant } from '../../../support/identifiers.ts';

const { requested, started, created, activated, failed, revocation, revoked } = story;
const provider: NewEvent = { type: 'ProviderCreated', data: { ...subject, providerArn: 'arn:p' } };
const providerAnnounced: NewEvent = {
  type: 'ProviderCreationStarted',
  data: { ...subject, providerArn: 'arn:p' },
};
const updateStarted: NewEvent = {
  type: 'UpdateStarted',
  data: {
    ...subject,
    role: createdRole,
    trustPolicyHash: 'a',
    permissionsPolicyHash: 'b',
    maxSessionDuration: 3600,
  },
};
const foreign: NewEvent = {
  type: 'ForeignPoliciesFound',
  data: { ...subject, role: createdRole, inline: [], attached: ['arn:x'] },
};

const anyEvent: Record<(typeof eventTypes)[number], NewEvent> = {
  GrantRequested: requested(),
  GrantChangeRequested: story.changeRequested('none'),
  GrantExpiryChanged: story.expiryChanged(asInstant('2026-03-01T00:00:00.000Z')),
  GrantApproved: story.approved,
  GrantRejected: story.rejected,
  RequestLapsed: story.lapsed,
  ProviderCreationStarted: providerAnnounced,
  ProviderCreated: provider,
  ProvisioningStarted: started,
  RoleCreated: created,
  GrantActivated: activated,
  UpdateStarted: updateStarted,
  GrantUpdated: story.updated,
  UpdateFailed: story.updateFailed,
  AttemptFailed: story.attemptFailed,
  CompensationStarted: story.compensating,
  ProvisioningFailed: failed,
  RepositoryRenamed: {
    type: 'RepositoryRenamed',
    data: { ...subject, repository: { ...subject.repository, fullName: 'acme/store' } },
  },
  DriftFound: story.driftFound('report'),
  DriftEnded: story.driftEnded,
  GrantFrozen: story.frozen,
  GrantThawed: story.thawed,
  ThawFailed: story.thawFailed,
  RepairRequested: story.repairRequested,
  DriftRepaired: story.repaired,
  RepairFailed: story.repairFailed,
  GrantHeld: story.held,
  HoldReleased: story.released,
  RevocationRequested: revocation,
  RoleDisabled: story.disabled,
  ForeignPoliciesFound: foreign,
  RoleNotFound: story.notFound,
  RoleDeleted: story.deleted,
  GrantRevoked: revoked,
  InstallationFreezeRequested: { type: 'InstallationFreezeRequested', data: { reason: 'Incident' } },
  InstallationFrozen: { type: 'InstallationFrozen', data: {} },
  InstallationThawed: { type: 'InstallationThawed', data: {} },
  InstallationRulesChanged: { type: 'InstallationRulesChanged', data: { rules: [] } },
  InstallationRepositoryFound: {
    type: 'InstallationRepositoryFound',
    data: { repository: subject.repository, workspace: ACME, rules: [0] },
  },
  InstallationRepositoryLost: {
    type: 'InstallationRepositoryLost',
    data: { repository: subject.repository, workspace: ACME, grants: [GRANT_ID] },
  },
  InstallationSwept: {
    type: 'InstallationSwept',
    data: {
      workspace: ACME,
      startedAt: asInstant('2026-11-23T09:00:00.000Z'),
      found: {
        ...{ repositories: 1, grants: 1, renamed: 1, gone: 0, revoked: 0 },
        ...{ kept: 0, requested: 0, without: 0, failed: 0 },
      },
    },
  },
  InstallationCompared: {
    type: 'InstallationCompared',
    data: {
      account: subject.account,
      startedAt: asInstant('2026-11-23T09:00:00.000Z'),
      found: { grants: 9, reported: 0, repaired: 0, frozen: 1, failed: 0, orphans: 0 },
    },
  },
  RepositoryHeld: { type: 'RepositoryHeld', data: { ...story.ofRepository, reason: 'Leaked', revoke: [] } },
  RepositoryRevoked: { type: 'RepositoryRevoked', data: story.ofRepository },
  RepositoryReleased: { type: 'RepositoryReleased', data: { ...story.ofRepository, reason: 'Rotated' } },
  UnreadableRevocationRequested: {
    type: 'UnreadableRevocationRequested',
    data: { ...subject, cause: 'requested' },
  },
  UnreadableRoleDisabled: { type: 'UnreadableRoleDisabled', data: { ...subject, role: createdRole } },
  UnreadableRoleNotFound: { type: 'UnreadableRoleNotFound', data: subject },
};

/** Stories by the state they end in, finer than the state: what a table of states × events must tell apart. */
const stages: Record<string, NewEvent[]> = {
  ...story.storyOf,
  announced: [requested(), started],
  created: [requested(), started, created],
  compensating: [requested(), started, created, story.compensating],
  changeWaits: story.changeWaits,
  updating: story.updating,
  freezing: story.freezing,
  thawing: story.thawing,
  repairing: story.repairing,
};

/** State after an event, where it is another than before; every cell that is not here must keep its state. */
const moves: Record<string, Partial<Record<(typeof eventTypes)[number], GrantState>>> = {
  pending: {
    GrantRequested: 'provisioning',
    GrantApproved: 'provisioning',
    GrantRejected: 'rejected',
    RequestLapsed: 'rejected',
    GrantRevoked: 'revoked',
  },
  provisioning: { ProvisioningFailed: 'failed', RevocationRequested: 'revoking', GrantFrozen: 'frozen' },
  announced: { ProvisioningFailed: 'failed', RevocationRequested: 'revoking', GrantFrozen: 'frozen' },
  created: {
    ProvisioningFailed: 'failed',
    RevocationRequested: 'revoking',
    GrantActivated: 'active',
    GrantFrozen: 'frozen',
  },
  compensating: { ProvisioningFailed: 'failed', RevocationRequested: 'revoking' },
  active: { RevocationRequested: 'revoking', GrantFrozen: 'frozen' },
  changeWaits: { RevocationRequested: 'revoking', GrantFrozen: 'frozen' },
  updating: { RevocationRequested: 'revoking', GrantFrozen: 'frozen' },
  repairing: { RevocationRequested: 'revoking', GrantFrozen: 'frozen' },
  frozen: { RevocationRequested: 'revoking', GrantThawed: 'provisioning', RepairRequested: 'provisioning' },
  freezing: { RevocationRequested: 'revoking', GrantThawed: 'provisioning', RepairRequested: 'provisioning' },
  thawing: {
    RevocationRequested: 'revoking',
    GrantActivated: 'active',
    ThawFailed: 'frozen',
    GrantFrozen: 'frozen',
  },
  revoking: { GrantRevoked: 'revoked' },
  revoked: { GrantRequested: 'provisioning' },
  rejected: { GrantRequested: 'provisioning' },
  failed: { GrantRequested: 'provisioning', RevocationRequested: 'revoking' },
};

describe.each(Object.keys(stages))('a grant that is %s', (stage) => {
  const events = stages[stage] ?? [];
  const before = grantAfter(...events);

  test.each(eventTypes)('moves only where the state diagram says so, on %s', (type) => {
    const after = grantAfter(...events, anyEvent[type]);
    expect(after.state).toBe(moves[stage]?.[type] ?? before.state);
  });

  test.each(eventTypes)('keeps its identity and its beginning, on %s', (type) => {
    const after = grantAfter(...events, anyEvent[type]);
    expect([after.id, after.createdAt]).toEqual([before.id, before.createdAt]);
  });
});

test.each(eventTypes)('%s alone makes a grant only when it is a request', (type) => {
  expect(replay(chain([anyEvent[type]])) !== undefined).toBe(type === 'GrantRequested');
});

test('folding never changes the grant that it folds onto', () => {
  const events = chain([...story.storyOf.active, revocation, story.disabled, story.deleted, revoked]);
  let grant: Grant | undefined;
  for (const event of events) {
    const before = JSON.stringify(grant);
    const next = evolve(grant, event);
    expect(JSON.stringify(grant)).toBe(before);
    grant = next;
  }
});

describe('a role', () => {
  test('has no id until RoleCreated says so, and its documents once active', () => {
    expect(roleOf(grantAfter(requested(), started))).toEqual({
      name: createdRole.name,
      arn: createdRole.arn,
      announcedAt: expect.any(String),
    });
    const active = grantAfter(...story.storyOf.active);
    expect(roleOf(active)).toMatchObject({ id: createdRole.id });
    expect(documentsOf(active)).toEqual(documents);
  });

  test('keeps its first id, whatever a later event says', () => {
    const second: NewEvent = {
      type: 'RoleCreated',
      data: { ...subject, role: { ...createdRole, id: 'AROAOTHER' } },
    };
    expect(roleOf(grantAfter(requested(), started, created, second))?.id).toBe(createdRole.id);
  });

  test('is recorded although a revoke came in between', () => {
    expect(roleOf(grantAfter(requested(), started, revocation, created))?.id).toBe(createdRole.id);
  });

  test.each<[string, NewEvent[]]>([
    ['revoked', story.storyOf.revoked],
    ['failed', [requested(), started, created, story.compensating, story.deleted, failed]],
    ['asked for again', [...story.storyOf.revoked, requested()]],
  ])('is gone from a grant that is %s, and so are its documents', (_, events) => {
    const grant = grantAfter(...events);
    expect([roleOf(grant), documentsOf(grant)]).toEqual([undefined, undefined]);
    expect(grant).not.toHaveProperty('compensating');
  });

  test('that a failed grant left behind is known once a revoke has found it', () => {
    const leftover: NewEvent = {
      type: 'RevocationRequested',
      data: { ...subject, cause: 'leftover', role: createdRole },
    };
    expect(roleOf(grantAfter(...story.storyOf.failed, leftover))).toMatchObject(createdRole);
  });
});

describe('a change', () => {
  const rejectedChange = grantAfter(...story.changeWaits, story.rejectedChange);
  const active = grantAfter(...story.storyOf.active);

  test('waits beside what is live', () => {
    const grant = grantAfter(...story.changeWaits);
    expect(changeOf(grant)).toMatchObject({ phase: 'waiting', intent: story.otherBucket });
    expect(grant.request.intent).toEqual(active.request.intent);
  });

  test('that is rejected is all that goes', () => {
    const { decision, ...rest } = rejectedChange;
    expect({ ...rest, updatedAt: active.updatedAt }).toEqual(active);
    expect(decision?.outcome).toBe('rejected');
  });

  test('that is approved is made', () => {
    expect(changeOf(grantAfter(...story.changeWaits, story.approvedChange))?.phase).toBe('updating');
  });

  test('is not made by an approval of another plan', () => {
    expect(changeOf(grantAfter(...story.changeWaits, story.approved))?.phase).toBe('waiting');
    expect(grantAfter(story.requested('required'), story.approvedChange).state).toBe('pending');
  });

  test('that is done becomes what is live', () => {
    const grant = grantAfter(...story.updating, story.updated);
    expect(changeOf(grant)).toBeUndefined();
    expect(grant.request.intent).toMatchObject(story.otherBucket);
  });

  test('that failed leaves what was live, with the error', () => {
    const grant = grantAfter(...story.updating, story.updateFailed);
    expect(changeOf(grant)).toBeUndefined();
    expect(grant.request).toEqual(active.request);
    expect(grant.lastError).toMatchObject(story.failure);
  });

  test('sets the expiry only when it came with one', () => {
    const march = asInstant('2026-03-01T00:00:00.000Z');
    const april = asInstant('2026-04-01T00:00:00.000Z');
    const base = [...story.storyOf.active, story.expiryChanged(march)];
    const without = grantAfter(...base, story.changeRequested('none'), story.updated);
    const withOne = story.changeRequested('none', { ...story.otherBucket, expiresAt: april });
    expect(without.expiresAt).toBe(march);
    expect(grantAfter(...base, withOne).expiresAt).toBe(march);
    expect(grantAfter(...base, withOne, story.updated).expiresAt).toBe(april);
  });
});

describe('approval', () => {
  test('never carries over to a request that replaces or repeats the approved one', () => {
    const again = requested('required');
    expect(grantAfter(requested('required'), story.approved, failed, again).state).toBe('pending');
    expect(grantAfter(...story.storyOf.rejected, again).state).toBe('pending');
  });
});

test('those who asked are kept each once, by kind, id and what is verified of them', () => {
  const renewal = story.expiryChanged(asInstant('2026-03-01T00:00:00.000Z'));
  const robots: Principal[] = ['robot', 'other'].map((id) => ({ kind: 'service', id }));
  const { id } = ada;
  const bare: Principal = { kind: 'person', id };
  const told = [...robots, ...robots, bare, ada].map((by) => ({ by, event: renewal }));
  expect(given([...story.storyOf.active, ...told]).requesters).toEqual([ada, ...robots, bare]);
});

describe('the expiry', () => {
  test('of a grant that ended does not bind the next request', () => {
    const expiring = story.expiryChanged(asInstant('2026-03-01T00:00:00.000Z'));
    const grant = grantAfter(...story.storyOf.active, expiring, revocation, revoked, requested());
    expect(grant.expiresAt).toBeUndefined();
  });
});

test('a grant keeps every name that its repository ever had, oldest first', () => {
  const renamed = requested('none', {
    repository: { uuid: subject.repository.uuid, fullName: 'acme/store' },
  });
  const grant = grantAfter(...story.storyOf.revoked, renamed, failed, requested());
  expect(grant.repositoryNames).toEqual(['acme/shop', 'acme/store']);
});

test('an event that does not fit leaves the grant as it was', () => {
  const events = chain([...story.storyOf.revoked, activated]);
  const before = present(replay(events.slice(0, -1)));
  expect(evolve(before, present(events.at(-1)))).toBe(before);
});

test.each([
  ['pending', 'rest', true],
  ['provisioning', 'provision', true],
  ['announced', 'provision', true],
  ['compensating', 'compensate', true],
  ['active', 'rest', true],
  ['changeWaits', 'rest', true],
  ['updating', 'update', true],
  ['freezing', 'freeze', true],
  ['frozen', 'rest', true],
  ['thawing', 'provision', true],
  ['repairing', 'repair', true],
  ['revoking', 'revoke', true],
  ['revoked', 'rest', false],
  ['rejected', 'rest', false],
  ['failed', 'rest', false],
])('a grant that is %s asks for the work "%s"; live: %s', (stage, work, live) => {
  const grant = grantAfter(...(stages[stage] ?? []));
  expect([workOf(grant).kind, isLive(grant.state)]).toEqual([work, live]);
  expect(isAtRest(grant)).toBe(work === 'rest');
});

test('a grant whose freeze was decided asks for it until it is announced', () => {
  const found = [...story.storyOf.active, story.driftFound('freeze')];
  expect(workOf(grantAfter(...found))).toMatchObject({ kind: 'contain', drift: { pending: 'freeze' } });
  expect(workOf(grantAfter(...found, story.frozen)).kind).toBe('freeze');
});

test('a grant ends when its time is over while its role is there and nothing else is under way', () => {
  expect(grantStates.filter(canExpire)).toEqual(['active', 'frozen']);
});

test('no grant asks for no work', () => {
  expect(workOf(undefined).kind).toBe('rest');
});
