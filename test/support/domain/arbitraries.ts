import fc from 'fast-check';
import { type EventType, type NewEvent, prefixOf } from '../../../domain/grants/event.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import { planHash } from '../../../domain/planning/plan.ts';
import { problemCodes } from '../../../domain/shared/problem.ts';
import { seconds } from '../../../domain/shared/time.ts';
import { asEnvironmentUuid, asInstant, asRepositoryUuid, asWorkspaceUuid } from '../identifiers.ts';
import {
  ACME,
  createdRole,
  documents,
  GRANT_ID,
  hashes,
  intent,
  role,
  SHOP_PROJECT,
  subject,
} from './samples.ts';

/** How often a property runs: so often in `npm run test:long`, and a third of it in `npm test`; from the seed that `PROPERTY_SEED`
 *  chooses, else from the same one. */
export const runs = (numRuns: number) => ({
  numRuns: process.env.PROPERTY_RUNS === 'all' ? numRuns : Math.ceil(numRuns / 3),
  seed: Number(process.env.PROPERTY_SEED ?? 20_261_123),
});

export const RUNS = runs(200);

/** UUIDs in braces; from a few digits only, so that some are nearly equal. */
export const uuids: fc.Arbitrary<string> = fc.oneof(
  fc.uuid().map((uuid) => `{${uuid}}`),
  fc
    .string({ unit: fc.constantFrom('0', '1', 'a'), minLength: 3, maxLength: 3 })
    .map((end) => `{1de489be-ce6a-42a0-a8c8-eadbf1174${end}}`),
);

export const workspaceUuids = uuids.map(asWorkspaceUuid);
export const repositoryUuids = uuids.map(asRepositoryUuid);
export const environmentUuids = uuids.map(asEnvironmentUuid);

export const slugs: fc.Arbitrary<string> = fc.stringMatching(/^[a-z0-9_][a-z0-9._-]{0,20}$/);

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const sha256s = oneOf('a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64));
const texts = fc.string({ minLength: 1, maxLength: 12 });
const instants = fc
  .integer({ min: 1_767_225_600_000, max: 1_800_000_000_000 })
  .map((at) => asInstant(new Date(at).toISOString()));

/** Intents of one grant, few enough that equal ones meet. */
export const intents: fc.Arbitrary<GrantIntent> = fc
  .record({
    parameters: oneOf<GrantIntent['parameters']>(
      {},
      { bucket: 'shop-site' },
      { bucket: ['shop-a', 'shop-b'] },
    ),
    maxSessionDuration: oneOf(3600, 43_200),
    permissionsPolicyHash: sha256s,
    trustPolicyHash: sha256s,
    fullName: oneOf('acme/shop', 'acme/renamed'),
    project: oneOf(undefined, SHOP_PROJECT),
    environment: oneOf(undefined, { uuid: asEnvironmentUuid(ACME.uuid), name: '*' }),
  })
  .map(({ fullName, project, environment, ...over }) => {
    const { project: _, ...rest } = intent(over);
    return {
      ...rest,
      repository: { uuid: subject.repository.uuid, fullName },
      ...(project ? { project } : {}),
      ...(environment ? { environment } : {}),
    };
  });

const proposals = fc.record({
  lapsesAt: instants,
  risk: oneOf('new' as const, 'wider' as const),
  approvalReasons: fc.array(texts),
  warnings: fc.array(texts),
  trustPolicy: fc.constant(documents.trustPolicy),
  permissionsPolicy: fc.constant(documents.permissionsPolicy),
});

const requests = fc
  .record(
    {
      intent: intents,
      approval: oneOf('none' as const, 'required' as const),
      proposal: proposals,
      expiresInSeconds: oneOf(seconds(3600), seconds(86_400)),
      expiresAt: instants,
      reason: texts,
      pipeline: fc.record({ branchName: texts, stepUuid: texts }, { requiredKeys: [] }),
    },
    { requiredKeys: ['intent', 'approval'] },
  )
  .map(({ intent: asked, ...rest }) => ({
    ...asked,
    ...rest,
    planHash: planHash({
      intent: asked,
      expiresInSeconds: rest.expiresInSeconds,
      live: undefined,
      unowned: [],
    }),
  }));

const subjects = intents.map(({ repository, account }) => ({ repository, account }));
const errors = fc.record({ code: oneOf(...problemCodes), detail: texts });
const createdRoles = oneOf(createdRole, { ...createdRole, id: 'AROAOTHER' });

const plans = intents.map((asked) => ({
  repository: asked.repository,
  account: asked.account,
  planHash: planHash({ intent: asked, expiresInSeconds: undefined, live: undefined, unowned: [] }),
}));

const data: { [T in EventType]: fc.Arbitrary<Extract<NewEvent, { type: T }>['data']> } = {
  GrantRequested: requests,
  GrantChangeRequested: requests,
  GrantExpiryChanged: fc.tuple(subjects, instants).map(([s, expiresAt]) => ({ ...s, expiresAt })),
  GrantApproved: fc.tuple(plans, fc.option(instants)).map(([plan, expiresAt]) => ({
    ...plan,
    ...(expiresAt ? { expiresAt } : {}),
  })),
  GrantRejected: plans.map((plan) => ({ ...plan, reason: 'No' })),
  RequestLapsed: plans,
  ProviderCreationStarted: subjects.map((s) => ({ ...s, providerArn: 'arn:p' })),
  ProviderCreated: subjects.map((s) => ({ ...s, providerArn: 'arn:p' })),
  ProvisioningStarted: subjects.map((s) => ({ ...s, role, ...hashes })),
  RoleCreated: fc.tuple(subjects, createdRoles).map(([s, made]) => ({ ...s, role: made })),
  GrantActivated: fc.tuple(subjects, createdRoles).map(([s, made]) => ({ ...s, role: made, ...documents })),
  UpdateStarted: subjects.map((s) => ({ ...s, role: createdRole, ...hashes })),
  GrantUpdated: subjects.map((s) => ({ ...s, role: createdRole, ...documents })),
  UpdateFailed: fc.tuple(subjects, errors).map(([s, error]) => ({ ...s, error })),
  AttemptFailed: fc.tuple(subjects, errors).map(([s, error]) => ({ ...s, error })),
  CompensationStarted: fc.tuple(subjects, errors).map(([s, error]) => ({ ...s, error })),
  ProvisioningFailed: fc.tuple(subjects, errors).map(([s, error]) => ({ ...s, error })),
  RepositoryRenamed: fc
    .tuple(subjects, oneOf(undefined, SHOP_PROJECT))
    .map(([s, project]) => (project ? { ...s, project } : s)),
  RevocationRequested: fc
    .tuple(subjects, oneOf('requested' as const, 'expired' as const), fc.option(createdRoles))
    .map(([s, cause, made]) => (made ? { ...s, cause: 'leftover' as const, role: made } : { ...s, cause })),
  GrantFrozen: fc
    .tuple(subjects, texts, oneOf('person' as const, 'drift' as const))
    .map(([s, reason, cause]) => ({
      ...s,
      cause,
      reason,
      ...(cause === 'drift' ? { kinds: ['CLOSED_BY_HAND' as const] } : {}),
    })),
  DriftFound: fc
    .tuple(
      subjects,
      oneOf('TRUST_CHANGED' as const, 'TAGS_CHANGED' as const, 'CLOSED_BY_HAND' as const),
      oneOf('report' as const, 'repair' as const, 'freeze' as const),
    )
    .map(([s, kind, action]) => ({
      ...s,
      role: createdRole,
      differences: [{ kind, direction: 'opened' as const }],
      action,
    })),
  DriftEnded: subjects,
  GrantThawed: fc.tuple(subjects, texts).map(([s, reason]) => ({ ...s, reason })),
  ThawFailed: fc.tuple(subjects, errors).map(([s, error]) => ({ ...s, error })),
  RepairRequested: fc.tuple(subjects, texts).map(([s, reason]) => ({ ...s, reason })),
  DriftRepaired: subjects.map((s) => ({ ...s, role: createdRole })),
  RepairFailed: fc.tuple(subjects, errors).map(([s, error]) => ({ ...s, error })),
  GrantHeld: subjects,
  HoldReleased: fc.tuple(subjects, texts).map(([s, reason]) => ({ ...s, reason })),
  RoleDisabled: subjects.map((s) => ({ ...s, role: createdRole })),
  ForeignPoliciesFound: fc
    .tuple(subjects, fc.array(texts))
    .map(([s, attached]) => ({ ...s, role: createdRole, inline: [], attached })),
  RoleNotFound: subjects.map((s) => ({ ...s, role })),
  RoleDeleted: subjects.map((s) => ({ ...s, role })),
  GrantRevoked: subjects,
  InstallationFreezeRequested: texts.map((reason) => ({ reason })),
  InstallationFrozen: fc.constant({}),
  InstallationThawed: fc.record({ reason: texts }, { requiredKeys: [] }),
  InstallationCompared: fc.nat(9).map((frozen) => ({
    account: subject.account,
    startedAt: asInstant('2026-11-23T09:00:00.000Z'),
    found: { grants: 9, reported: 0, repaired: 0, frozen, failed: 0, orphans: 0 },
  })),
  InstallationRulesChanged: fc.constant({ rules: ['a'.repeat(64)] }),
  InstallationRepositoryFound: subjects.map(({ repository }) => ({
    repository,
    workspace: ACME,
    rules: [0],
  })),
  InstallationRepositoryLost: subjects.map(({ repository }) => ({
    repository,
    workspace: ACME,
    grants: [GRANT_ID],
  })),
  InstallationSwept: fc.nat(9).map((renamed) => ({
    workspace: ACME,
    startedAt: asInstant('2026-11-23T09:00:00.000Z'),
    found: { ...SWEPT, renamed },
  })),
  RepositoryHeld: fc
    .tuple(subjects, texts)
    .map(([{ repository }, reason]) => ({ repository, reason, revoke: [{ grantId: GRANT_ID, seq: 4 }] })),
  RepositoryRevoked: subjects.map(({ repository }) => ({ repository })),
  RepositoryReleased: fc.tuple(subjects, texts).map(([{ repository }, reason]) => ({ repository, reason })),
  UnreadableRevocationRequested: subjects.map((s) => ({ ...s, cause: 'requested' as const })),
  UnreadableRoleDisabled: fc.tuple(subjects, createdRoles).map(([s, made]) => ({ ...s, role: made })),
  UnreadableRoleNotFound: subjects,
};

/** What a sweep counts, of nothing. */
const SWEPT = {
  ...{ repositories: 0, grants: 0, renamed: 0, gone: 0, revoked: 0 },
  ...{ kept: 0, requested: 0, without: 0, failed: 0 },
};

const ownData = Object.entries(data).filter(([type]) => prefixOf(type as EventType) === 'gr_');

/** Any event of a grant's own stream, with any data that its schema admits. */
export const newEvents: fc.Arbitrary<NewEvent> = fc.oneof(
  ...ownData.map(([type, arbitrary]) =>
    (arbitrary as fc.Arbitrary<unknown>).map((content) => ({ type, data: content }) as NewEvent),
  ),
);

/** Events in an order that an honest life has, cut off anywhere: reaches deeper than chance does. */
const lives = oneOf<EventType[]>(
  [
    'GrantRequested',
    'ProvisioningStarted',
    'RoleCreated',
    'GrantActivated',
    'GrantChangeRequested',
    'GrantUpdated',
    'RevocationRequested',
    'RoleDisabled',
    'RoleDeleted',
    'GrantRevoked',
  ],
  [
    'GrantRequested',
    'ProvisioningStarted',
    'RoleCreated',
    'CompensationStarted',
    'RoleDeleted',
    'ProvisioningFailed',
  ],
  [
    'GrantRequested',
    'GrantApproved',
    'ProvisioningStarted',
    'RoleCreated',
    'GrantActivated',
    'GrantExpiryChanged',
    'GrantChangeRequested',
    'GrantApproved',
    'UpdateFailed',
  ],
  ['GrantRequested', 'RequestLapsed', 'GrantRequested', 'GrantApproved', 'ProvisioningStarted'],
);
const honest = fc
  .tuple(lives, fc.nat({ max: 10 }))
  .chain(([types, length]) =>
    fc.tuple(
      ...types
        .slice(0, length)
        .map((type) =>
          (data[type] as fc.Arbitrary<unknown>).map((content) => ({ type, data: content }) as NewEvent),
        ),
    ),
  );

/** Any list of events, some of them honest lives with something strange behind. */
export const histories: fc.Arbitrary<NewEvent[]> = fc
  .tuple(honest, fc.array(newEvents, { maxLength: 8 }))
  .map(([life, strange]) => [...life, ...strange]);

/** Any event of one type. */
export const anyEvent = (type: EventType): fc.Arbitrary<NewEvent> =>
  (data[type] as fc.Arbitrary<unknown>).map((content) => ({ type, data: content }) as NewEvent);
