import type { NewEvent } from '../../../domain/grants/event.ts';
import type { Grant, GrantState } from '../../../domain/grants/grant.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import { planHash } from '../../../domain/planning/plan.ts';
import type { Instant } from '../../../domain/shared/time.ts';
import { asInstant } from '../identifiers.ts';
import { createdRole, documents, grantAfter, hashes, intent, role, subject } from './samples.ts';

/** Long after every sample event. */
export const LAPSES_AT = asInstant('2026-12-31T00:00:00.000Z');
export const proposal = {
  lapsesAt: LAPSES_AT,
  risk: 'new' as const,
  approvalReasons: ['template s3-static-site requires approval of each grant'],
  warnings: [] as string[],
  ...documents,
};
/** The plan of a request for the sample intent: as the first, or as a change of what is live. */
export const planOf = (over: Partial<GrantIntent> = {}, isChange = false): string =>
  planHash({
    intent: intent(over),
    expiresInSeconds: undefined,
    live: isChange ? { intent: intent() } : undefined,
    unowned: [],
  });
const approvalData = (approval: 'none' | 'required') => ({
  approval,
  ...(approval === 'required' ? { proposal } : {}),
});

export const requested = (
  approval: 'none' | 'required' = 'none',
  over: Partial<GrantIntent> = {},
): NewEvent => ({
  type: 'GrantRequested',
  data: { ...intent(over), planHash: planOf(over), ...approvalData(approval) },
});
export const changeRequested = (
  approval: 'none' | 'required',
  over: Partial<GrantIntent> & { expiresAt?: Instant } = otherBucket,
): NewEvent => {
  const { expiresAt, ...rest } = over;
  return {
    type: 'GrantChangeRequested',
    data: {
      ...intent(rest),
      planHash: planOf(rest, true),
      ...approvalData(approval),
      ...(expiresAt ? { expiresAt } : {}),
    },
  };
};
/** What differs in a request for another bucket. */
export const otherBucket = {
  parameters: { bucket: 'shop-other' },
  permissionsPolicyHash: 'c'.repeat(64),
};

export const started: NewEvent = { type: 'ProvisioningStarted', data: { ...subject, role, ...hashes } };
export const created: NewEvent = { type: 'RoleCreated', data: { ...subject, role: createdRole } };
export const activated: NewEvent = {
  type: 'GrantActivated',
  data: { ...subject, role: createdRole, ...documents },
};
export const updated: NewEvent = {
  type: 'GrantUpdated',
  data: { ...subject, role: createdRole, ...documents },
};
export const failure = { code: 'UPSTREAM_FAILED' as const, detail: 'IAM refused.' };
export const failed: NewEvent = { type: 'ProvisioningFailed', data: { ...subject, error: failure } };
export const compensating: NewEvent = { type: 'CompensationStarted', data: { ...subject, error: failure } };
export const updateFailed: NewEvent = { type: 'UpdateFailed', data: { ...subject, error: failure } };
export const attemptFailed: NewEvent = { type: 'AttemptFailed', data: { ...subject, error: failure } };
/** Somebody approves the request for the usual documents, or the change to the other bucket. */
export const approved: NewEvent = {
  type: 'GrantApproved',
  data: { ...subject, planHash: planOf() },
};
export const approvedChange: NewEvent = {
  type: 'GrantApproved',
  data: { ...subject, planHash: planOf(otherBucket, true) },
};
export const rejected: NewEvent = { type: 'GrantRejected', data: { ...subject, planHash: planOf() } };
export const rejectedChange: NewEvent = {
  type: 'GrantRejected',
  data: { ...subject, planHash: planOf(otherBucket, true) },
};
export const lapsed: NewEvent = { type: 'RequestLapsed', data: { ...subject, planHash: planOf() } };
export const lapsedChange: NewEvent = {
  type: 'RequestLapsed',
  data: { ...subject, planHash: planOf(otherBucket, true) },
};
export const revocation: NewEvent = {
  type: 'RevocationRequested',
  data: { ...subject, cause: 'requested' },
};
export const disabled: NewEvent = { type: 'RoleDisabled', data: { ...subject, role: createdRole } };
export const notFound: NewEvent = { type: 'RoleNotFound', data: { ...subject, role } };
export const deleted: NewEvent = { type: 'RoleDeleted', data: { ...subject, role } };
export const revoked: NewEvent = { type: 'GrantRevoked', data: subject };
export const expiryChanged = (expiresAt: Instant): NewEvent => ({
  type: 'GrantExpiryChanged',
  data: { ...subject, expiresAt },
});

export const frozen: NewEvent = {
  type: 'GrantFrozen',
  data: { ...subject, cause: 'person', reason: 'Odd calls' },
};
export const closedByHand: NewEvent = {
  type: 'GrantFrozen',
  data: { ...subject, cause: 'drift', reason: 'The trust policy denies.', kinds: ['CLOSED_BY_HAND'] },
};
export const driftFound = (action: 'report' | 'repair' | 'freeze'): NewEvent => ({
  type: 'DriftFound',
  data: {
    ...subject,
    role: createdRole,
    differences: [{ kind: 'TRUST_CHANGED', direction: 'opened' }],
    action,
  },
});
/** Somebody closed the role, so the grant is to be frozen. */
export const closingFound: NewEvent = {
  type: 'DriftFound',
  data: {
    ...subject,
    role: createdRole,
    differences: [
      { kind: 'TRUST_CHANGED', direction: 'closed' },
      { kind: 'CLOSED_BY_HAND', direction: 'closed' },
    ],
    action: 'freeze',
  },
};
export const driftEnded: NewEvent = { type: 'DriftEnded', data: subject };
export const thawed: NewEvent = { type: 'GrantThawed', data: { ...subject, reason: 'Explained' } };
export const thawFailed: NewEvent = { type: 'ThawFailed', data: { ...subject, error: failure } };
export const repairRequested: NewEvent = {
  type: 'RepairRequested',
  data: { ...subject, reason: 'Put it back' },
};
export const repaired: NewEvent = { type: 'DriftRepaired', data: { ...subject, role: createdRole } };
export const repairFailed: NewEvent = { type: 'RepairFailed', data: { ...subject, error: failure } };
export const held: NewEvent = { type: 'GrantHeld', data: { ...subject, reason: 'Leaked' } };
export const released: NewEvent = { type: 'HoldReleased', data: { ...subject, reason: 'Rotated' } };

/** What the events of a repository's own stream are about. */
export const ofRepository = { repository: subject.repository };

const toActive = [requested(), started, created, activated];

/** An honest story that ends in each state. */
export const storyOf: Record<GrantState, NewEvent[]> = {
  pending: [requested('required')],
  provisioning: [requested()],
  active: toActive,
  frozen: [...toActive, frozen, disabled],
  revoking: [...toActive, revocation],
  revoked: [...toActive, revocation, disabled, deleted, revoked],
  rejected: [requested('required'), rejected],
  failed: [requested(), failed],
};

export const changeWaits: NewEvent[] = [...toActive, changeRequested('required')];
/** A freeze that is announced and not yet done, and a thaw and a repair that are not. */
export const freezing: NewEvent[] = [...toActive, frozen];
export const thawing: NewEvent[] = [...toActive, frozen, disabled, thawed];
export const repairing: NewEvent[] = [...toActive, repairRequested];
export const updating: NewEvent[] = [...toActive, changeRequested('none')];

/** A grant in a state. */
export const grantIn = (status: GrantState): Grant => grantAfter(...storyOf[status]);
