import * as z from 'zod';
import { grantIdSchema } from '../shared/identifiers.ts';
import { isSamePrincipal, mayBeSame, type Principal, principalSchema } from '../shared/principal.ts';
import { problemCodes } from '../shared/problem.ts';
import { instantSchema, secondsSchema } from '../shared/time.ts';
import { approvals } from '../templates/schema.ts';
import { driftSchema, repairTimesSchema } from './drift.ts';
import { driftKinds } from './drift-kinds.ts';
import { freezeCauses, proposalSchema } from './event.ts';
import { intentSchema } from './intent.ts';

const requestShape = {
  /** The place in the stream of the event that asked. */
  seq: z.int().min(1),
  at: instantSchema,
  intent: intentSchema,
  /** What is asked for, see `intentHash`. */
  intentHash: z.string(),
  /** The hash of the plan, see `planHash`; an approval names it. */
  planHash: z.string(),
  approval: z.enum(approvals),
  proposal: proposalSchema.exactOptional(),
  approvedBy: principalSchema.exactOptional(),
  approvedAt: instantSchema.exactOptional(),
  requestedBy: principalSchema,
  reason: z.string().optional(),
  expiresInSeconds: secondsSchema.optional(),
  expiresAt: instantSchema.optional(),
};

const requestSchema = z.strictObject(requestShape);

/** A request: what was asked for, by whom, when, and its place in the stream. */
export interface RequestInForce extends z.infer<typeof requestSchema> {}

/** A request that a person can decide about: it shows what it would grant, and lapses. */
export type WaitingRequest = RequestInForce & { proposal: NonNullable<RequestInForce['proposal']> };

const announcedRoleSchema = z.strictObject({
  name: z.string(),
  arn: z.string(),
  id: z.undefined().optional(),
  announcedAt: instantSchema,
  notFoundAt: instantSchema.exactOptional(),
});

const confirmedRoleSchema = z.strictObject({
  name: z.string(),
  arn: z.string(),
  /** IAM's RoleId; every re-creation has another. */
  id: z.string(),
  announcedAt: instantSchema,
  confirmedAt: instantSchema,
  /** True once the trust policy denies and the boundary is AWSDenyAll. */
  disabled: z.boolean().exactOptional(),
  notFoundAt: instantSchema.exactOptional(),
});

/** A role whose creation was announced and never confirmed. */
export interface AnnouncedRole extends z.infer<typeof announcedRoleSchema> {}

/** A role that IAM has confirmed. */
export interface ConfirmedRole extends z.infer<typeof confirmedRoleSchema> {}

/** The role as the log knows it. */
export type GrantRole = AnnouncedRole | ConfirmedRole;

const roleSchema = z.union([confirmedRoleSchema, announcedRoleSchema]);
const errorShape = { code: z.enum(problemCodes), detail: z.string() };
const errorSchema = z.strictObject({ ...errorShape, at: instantSchema });
const documentsSchema = z.strictObject({
  trustPolicy: z.record(z.string(), z.unknown()),
  permissionsPolicy: z.record(z.string(), z.unknown()),
});

/** Why something failed, as the log keeps it. */
export interface GrantError extends z.infer<typeof errorSchema> {}

/** Both policies as IAM accepted them. */
export interface GrantDocuments extends z.infer<typeof documentsSchema> {}

const changeSchema = z.strictObject({ ...requestShape, phase: z.enum(['waiting', 'updating']) });

/** Another request on an active grant: it waits for approval, or its update is under way. */
export interface GrantChange extends z.infer<typeof changeSchema> {}

/** Who has a role restored, and since when. */
const repairSchema = z.strictObject({ by: principalSchema, at: instantSchema });

/** How a request was decided. `by` is absent where it lapsed. */
const decisionSchema = z.strictObject({
  outcome: z.enum(['approved', 'rejected', 'lapsed']),
  by: principalSchema.exactOptional(),
  at: instantSchema,
  reason: z.string().exactOptional(),
});

/** See `decisionSchema`. */
export interface RequestDecision extends z.infer<typeof decisionSchema> {}

/** That machines may not ask for a grant again, or renew it, until a person releases it. */
/** Who holds something against machines, since when, and why. */
export const holdSchema = z.strictObject({
  by: principalSchema,
  at: instantSchema,
  reason: z.string().exactOptional(),
});

/** See `holdSchema`. */
export interface Hold extends z.infer<typeof holdSchema> {}

/** Why a grant is frozen, since when, and by whom. `kinds`, where drift was the cause: what was found. */
const frozenSchema = z.strictObject({
  by: principalSchema,
  at: instantSchema,
  reason: z.string(),
  cause: z.enum(freezeCauses),
  kinds: z.array(z.enum(driftKinds)).exactOptional(),
});

/** See `frozenSchema`. */
export interface Freeze extends z.infer<typeof frozenSchema> {}

/** What a grant has in every state. */
const commonShape = {
  id: grantIdSchema,
  /** The request that the present state comes from; while active, the one that is live in IAM. */
  request: requestSchema,
  /** When the grant ends: never later than its term allows, see `endWithin`. */
  expiresAt: instantSchema.optional(),
  /** When the present term began: with the grant, or with the last approval that was applied. */
  termSince: instantSchema,
  /** The `expiresIn` that was last applied. */
  lifetimeSeconds: secondsSchema.min(1).exactOptional(),
  /** Who set the grant's lifetime, by a limit or by leaving it open: the last principal other than a pipeline, or
   *  else the pipeline. It may differ from the requester of what is live. */
  lifetimeSetBy: principalSchema,
  /** ARN of an identity provider whose creation was announced and not yet confirmed. */
  announcedProvider: z.string().optional(),
  lastError: errorSchema.optional(),
  /** The decision about the latest request that was decided. */
  decision: decisionSchema.exactOptional(),
  /** Everyone who asked for something since the last approval: none of them may approve. */
  requesters: z.array(principalSchema),
  /** The full names that the repository had while this grant was written to: the first, and the latest of the others,
   *  oldest first. */
  repositoryNames: z.array(z.string()),
  /** What was last found to differ from what was applied, until nothing differs or the role is made again. */
  drift: driftSchema.exactOptional(),
  /** When each kind of difference was last repaired. */
  repairedAt: repairTimesSchema.exactOptional(),
  /** Kept through every state until it is released. */
  hold: holdSchema.exactOptional(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
};

const pendingSchema = z.strictObject({ ...commonShape, state: z.literal('pending') });
const provisioningSchema = z.strictObject({
  ...commonShape,
  state: z.literal('provisioning'),
  role: roleSchema.exactOptional(),
  /** Present while a failed grant's role is being removed. */
  compensating: z.strictObject(errorShape).exactOptional(),
  /** Present while a frozen grant is being opened again: what it goes back to where that fails. */
  thawing: z
    .strictObject({ frozen: frozenSchema, documents: documentsSchema.exactOptional() })
    .exactOptional(),
});
const activeSchema = z.strictObject({
  ...commonShape,
  state: z.literal('active'),
  role: confirmedRoleSchema,
  documents: documentsSchema,
  change: changeSchema.exactOptional(),
  /** Present while the role is being restored to what was last applied. */
  repair: repairSchema.exactOptional(),
});
const frozenGrantSchema = z.strictObject({
  ...commonShape,
  state: z.literal('frozen'),
  role: roleSchema.exactOptional(),
  documents: documentsSchema.exactOptional(),
  frozen: frozenSchema,
});
const revokingSchema = z.strictObject({
  ...commonShape,
  state: z.literal('revoking'),
  role: roleSchema.exactOptional(),
  documents: documentsSchema.exactOptional(),
});
const revokedSchema = z.strictObject({ ...commonShape, state: z.literal('revoked') });
const rejectedSchema = z.strictObject({ ...commonShape, state: z.literal('rejected') });
const failedSchema = z.strictObject({ ...commonShape, state: z.literal('failed') });

/** A grant as a row of the read model keeps it. */
export const grantSchema = z.discriminatedUnion('state', [
  pendingSchema,
  provisioningSchema,
  activeSchema,
  frozenGrantSchema,
  revokingSchema,
  revokedSchema,
  rejectedSchema,
  failedSchema,
]);

/** A grant that waits for a decision. */
export interface PendingGrant extends z.infer<typeof pendingSchema> {}
/** A grant whose role is being made, or removed again after a failure. */
export interface ProvisioningGrant extends z.infer<typeof provisioningSchema> {}
/** A grant whose role can be assumed. */
export interface ActiveGrant extends z.infer<typeof activeSchema> {}
/** A grant whose role is kept closed: it admits no token and lets no session act. */
export interface FrozenGrant extends z.infer<typeof frozenGrantSchema> {}
/** A grant whose role is being disabled and deleted. */
export interface RevokingGrant extends z.infer<typeof revokingSchema> {}
/** A grant that was ended by a revoke. */
export interface RevokedGrant extends z.infer<typeof revokedSchema> {}
/** A grant that was rejected, or that lapsed undecided. */
export interface RejectedGrant extends z.infer<typeof rejectedSchema> {}
/** A grant whose role could not be made. */
export interface FailedGrant extends z.infer<typeof failedSchema> {}

/** A grant, folded from its events: what it has depends on its state. */
export type Grant =
  | PendingGrant
  | ProvisioningGrant
  | ActiveGrant
  | FrozenGrant
  | RevokingGrant
  | RevokedGrant
  | RejectedGrant
  | FailedGrant;

/** The states of a grant; see the state diagram in `docs/architecture.md`. */
export const grantStates = grantSchema.options.map(({ shape }) => shape.state.value);

/** See `grantStates`. */
export type GrantState = Grant['state'];

/** The role of a grant, in the states that have one. */
export const roleOf = (grant: Grant): GrantRole | undefined => ('role' in grant ? grant.role : undefined);

/** The documents of a grant, in the states that have them. */
export const documentsOf = (grant: Grant): GrantDocuments | undefined =>
  'documents' in grant ? grant.documents : undefined;

/** Why a grant is frozen, also while it is being opened again. */
export const freezeOf = (grant: Grant): Freeze | undefined =>
  grant.state === 'frozen'
    ? grant.frozen
    : grant.state === 'provisioning'
      ? grant.thawing?.frozen
      : undefined;

/** The change of an active grant. */
export const changeOf = (grant: Grant): GrantChange | undefined =>
  grant.state === 'active' ? grant.change : undefined;

/** The request that waits for a decision, on a new grant or on an active one. One without a proposal can only be
 *  replaced or withdrawn. */
export function waitingRequest(grant: Grant): RequestInForce | undefined {
  if (grant.state === 'pending') return grant.request;
  const change = changeOf(grant);
  return change?.phase === 'waiting' ? change : undefined;
}

/** True for a request that shows what it would grant. */
export const isDecidable = (request: RequestInForce): request is WaitingRequest =>
  request.proposal !== undefined;

/** True unless a principal is proven to differ from every requester since the last approval; see `mayBeSame`. */
export const isRequester = (grant: Grant, principal: Principal): boolean =>
  grant.requesters.some((other) => mayBeSame(other, principal));

/** True unless a principal is proven to differ from who asked for what is in force, and from every requester since the last approval. An
 *  approval ends the count of requesters; a role that was closed since is still not opened by who asked for it. */
export const hasAsked = (grant: Grant, principal: Principal): boolean =>
  mayBeSame(grant.request.requestedBy, principal) || isRequester(grant, principal);

/** Requesters since the last approval. Our choice: with all their identifiers they fill a quarter of an item. */
export const MOST_REQUESTERS = 64;

/** The requesters with one more, each once. */
export const withRequester = (requesters: Principal[], principal: Principal): Principal[] =>
  requesters.some(
    (other) => isSamePrincipal(other, principal) && `${other.identifiers}` === `${principal.identifiers}`,
  )
    ? requesters
    : [...requesters, principal];

/** True for a grant that counts against its repository's limit. */
export const isLive = (state: GrantState): boolean =>
  state === 'pending' ||
  state === 'provisioning' ||
  state === 'active' ||
  state === 'frozen' ||
  state === 'revoking';

/** True for a grant that ends when its time is over. */
export const canExpire = (state: GrantState): boolean => state === 'active' || state === 'frozen';
