import * as z from 'zod';
import { risks } from '../policy/difference.ts';
import { canonicalHash, sha256Schema } from '../shared/canonical-hash.ts';
import { grantIdSchema, projectUuidSchema, type StreamId, streamIdSchema } from '../shared/identifiers.ts';
import { principalSchema } from '../shared/principal.ts';
import { problemCodes } from '../shared/problem.ts';
import { type Instant, instantSchema, secondsSchema } from '../shared/time.ts';
import { approvals } from '../templates/schema.ts';
import { differenceSchema, driftActions } from './drift.ts';
import { driftKinds } from './drift-kinds.ts';
import { installationShapes } from './installation-events.ts';
import { intentShape, targetShape } from './intent.ts';

const role = z.strictObject({ name: z.string(), arn: z.string() });
const createdRole = z.strictObject({ name: z.string(), arn: z.string(), id: z.string() });
const error = z.strictObject({ code: z.enum(problemCodes), detail: z.string() });
const hashes = {
  trustPolicyHash: z.string(),
  permissionsPolicyHash: z.string(),
  maxSessionDuration: z.int(),
};
const documents = {
  trustPolicy: z.record(z.string(), z.unknown()),
  permissionsPolicy: z.record(z.string(), z.unknown()),
};
/** What a waiting request shows to those who decide it, and until when it waits. No code obeys the documents. The requester's
 *  groups are not here: who reads an event does not learn them; see `RequesterGroups`. */
export const proposalSchema = z.strictObject({
  lapsesAt: instantSchema,
  risk: z.enum(risks),
  approvalReasons: z.array(z.string()),
  /** The projects whose approvers decide; absent where the installation's do. */
  decidedBy: z.array(projectUuidSchema).min(1).exactOptional(),
  warnings: z.array(z.string()),
  ...documents,
});
const request = {
  ...intentShape,
  planHash: sha256Schema,
  approval: z.enum(approvals),
  /** Set exactly when approval is required. */
  proposal: proposalSchema.optional(),
  /** The lifetime that was asked for, and when it ends if it begins at the event's own time. */
  expiresInSeconds: secondsSchema.min(1).optional(),
  expiresAt: instantSchema.optional(),
  reason: z.string().optional(),
  pipeline: z
    .strictObject({
      pipelineUuid: z.string().optional(),
      stepUuid: z.string().optional(),
      branchName: z.string().optional(),
      environmentUuid: z.string().optional(),
    })
    .optional(),
};

/** Why a grant is frozen: a person decided it, or drift was found. */
export const freezeCauses = ['person', 'drift'] as const;

const dataShapes = {
  /** A grant was asked for; with `approval: required` it waits, else provisioning may begin. */
  GrantRequested: request,
  /** Something else was asked for where a grant is active. */
  GrantChangeRequested: request,
  /** An active grant got a new expiry; IAM holds nothing of it. */
  GrantExpiryChanged: {
    ...targetShape,
    expiresInSeconds: secondsSchema.min(1).exactOptional(),
    expiresAt: instantSchema,
    reason: z.string().optional(),
  },
  /** A person who did not ask lets the waiting plan be applied; its lifetime begins now. */
  GrantApproved: {
    ...targetShape,
    planHash: sha256Schema,
    expiresAt: instantSchema.optional(),
    reason: z.string().optional(),
  },
  GrantRejected: { ...targetShape, planHash: sha256Schema, reason: z.string().optional() },
  /** The waiting plan was not decided in time. */
  RequestLapsed: { ...targetShape, planHash: sha256Schema },
  /** Announces CreateOpenIDConnectProvider. */
  ProviderCreationStarted: { ...targetShape, providerArn: z.string() },
  ProviderCreated: { ...targetShape, providerArn: z.string() },
  /** Announces CreateRole and PutRolePolicy with the documents of these hashes. */
  ProvisioningStarted: { ...targetShape, role, ...hashes },
  RoleCreated: { ...targetShape, role: createdRole },
  /** IAM accepted everything; the documents as sent, for readers: no code obeys them. */
  GrantActivated: { ...targetShape, role: createdRole, ...documents },
  /** Announces the writes that turn the live role into these documents. */
  UpdateStarted: { ...targetShape, role: createdRole, ...hashes },
  GrantUpdated: { ...targetShape, role: createdRole, ...documents },
  /** The update was given up; permissions and session duration are the previous ones. */
  UpdateFailed: { ...targetShape, error },
  /** What is under way could not go on and will be tried again. */
  AttemptFailed: { ...targetShape, error },
  /** Announces that the role, if there is one, will be disabled and deleted. */
  CompensationStarted: { ...targetShape, error },
  /** The grant failed and nothing of it is left in IAM. */
  ProvisioningFailed: { ...targetShape, error },
  /** The repository bears another name, or its project does, or it is in another project; IAM holds nothing of it. */
  RepositoryRenamed: { ...targetShape, project: intentShape.project },
  /** The grant differs from what was last applied. With `repair` it announces the writes that restore exactly that; with
   *  `freeze`, a freeze. On a frozen grant it announces that its role is closed again. */
  DriftFound: {
    ...targetShape,
    role: createdRole,
    differences: z.array(differenceSchema).min(1),
    action: z.enum(driftActions),
    reason: z.string().exactOptional(),
  },
  /** Nothing differs any more, without Rolewright's doing. */
  DriftEnded: targetShape,
  /** Announces steps 1 and 2 of a revoke: the role admits no token and lets no session act, and is kept. */
  GrantFrozen: {
    ...targetShape,
    cause: z.enum(freezeCauses),
    reason: z.string(),
    kinds: z.array(z.enum(driftKinds)).min(1).exactOptional(),
  },
  /** Announces that a frozen grant is provisioned again, its trust policy last. */
  GrantThawed: { ...targetShape, reason: z.string() },
  /** The thaw or the repair of a frozen grant was given up; its role is closed again. */
  ThawFailed: { ...targetShape, error },
  /** Announces that a person has the role restored to exactly what was last applied. On a frozen grant it is provisioned
   *  again. */
  RepairRequested: { ...targetShape, reason: z.string() },
  /** The role holds exactly what was last applied again. */
  DriftRepaired: { ...targetShape, role: createdRole },
  /** The repair of an active grant was given up; the role is as it was found. */
  RepairFailed: { ...targetShape, error },
  /** Announces the four steps of a revoke; `role` is what a failed grant was found to have left behind. */
  RevocationRequested: {
    ...targetShape,
    cause: z.enum(['requested', 'expired', 'leftover', 'repository-gone']),
    reason: z.string().optional(),
    role: createdRole.optional(),
    /** True where a person's revoke holds the grant. */
    hold: z.literal(true).exactOptional(),
  },
  /** The trust policy denies and the boundary is AWSDenyAll. */
  RoleDisabled: { ...targetShape, role: createdRole },
  /** Announces the removal of policies that Rolewright did not put on the role. */
  ForeignPoliciesFound: {
    ...targetShape,
    role: createdRole,
    inline: z.array(z.string()),
    attached: z.array(z.string()),
  },
  /** A role whose creation was announced but never confirmed was looked for and not found. */
  RoleNotFound: { ...targetShape, role },
  RoleDeleted: { ...targetShape, role },
  /** The end of a revoke, or at once that of a request that waited; only then with a reason and a hold. */
  GrantRevoked: { ...targetShape, reason: z.string().exactOptional(), hold: z.literal(true).exactOptional() },
  /** A person holds the grant, whose revoke was asked for by another principal. */
  GrantHeld: { ...targetShape, reason: z.string().exactOptional() },
  /** A person who did not ask lets machines ask for the grant again. */
  HoldReleased: { ...targetShape, reason: z.string() },
  /** In a repository's stream: a person holds it. `revoke` are the grants that end by it, each with its last event. */
  RepositoryHeld: {
    repository: targetShape.repository,
    reason: z.string(),
    revoke: z.array(z.strictObject({ grantId: grantIdSchema, seq: z.int().min(1) })),
  },
  /** The revoke of every grant that was to end is announced in its stream. */
  RepositoryRevoked: { repository: targetShape.repository },
  /** A person who asked for none of its held grants lets machines ask for the repository again. */
  RepositoryReleased: { repository: targetShape.repository, reason: z.string() },
  ...installationShapes,
  /** Beside a stream that cannot be read: announces that the grant's role will be closed, where IAM proves that it is. */
  UnreadableRevocationRequested: {
    ...targetShape,
    cause: z.enum(['requested', 'expired', 'repository-gone']),
    reason: z.string().optional(),
  },
  /** The trust policy denies and the boundary is AWSDenyAll; the role is kept for an administrator to examine. */
  UnreadableRoleDisabled: { ...targetShape, role: createdRole },
  /** IAM has no role that is provably the grant's. */
  UnreadableRoleNotFound: targetShape,
} as const;

const dataSchemas = Object.fromEntries(
  Object.entries(dataShapes).map(([type, shape]) => [type, z.strictObject(shape)]),
) as { [T in EventType]: z.ZodObject<(typeof dataShapes)[T], z.core.$strict> };

/** The closed list of event types, all in the past tense; `docs/events.md` explains each. */
export type EventType = keyof typeof dataShapes;

/** All event types, in the order of a grant's life. */
export const eventTypes = Object.keys(dataShapes) as [EventType, ...EventType[]];

/** The data of one event type. */
export type EventData<T extends EventType> = z.infer<z.ZodObject<(typeof dataShapes)[T], z.core.$strict>>;

/** An event that is decided but not yet written. */
export type NewEvent = { [T in EventType]: { type: T; data: EventData<T> } }[EventType];

/** The endpoints through which the request came that an event belongs to. */
const entryPoints = ['http', 'bitbucket', 'slack', 'schedule'] as const;

/** See `entryPoints`. */
export type EntryPoint = (typeof entryPoints)[number];

type Envelope = {
  grantId: StreamId;
  /** From 1, without gaps. */
  seq: number;
  /** ISO 8601 in UTC with milliseconds; never earlier than the previous event's. */
  at: Instant;
  principal: z.infer<typeof principalSchema>;
  correlationId: string;
  entryPoint: EntryPoint;
  prevHash: string;
  hash: string;
};

/** One immutable entry of a grant's stream: exactly ten fields, as the API returns it. `hash` is the lower-case hex
 *  SHA-256 of the RFC 8785 canonical JSON of the other nine. */
export type GrantEvent = NewEvent & Envelope;

/** A written event of one of these types. */
export type EventOf<T extends EventType> = GrantEvent & { type: T };

/** One field of an event's data, or none where there is no value: what is absent is no field. */
export const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

/** `prevHash` of the first event of a stream. */
export const ZERO_HASH = '0'.repeat(64);

/** The ten fields of every event; what `data` holds depends on the type. */
export const eventSchema = z.strictObject({
  grantId: streamIdSchema,
  seq: z.int().min(1),
  at: instantSchema,
  type: z.enum(eventTypes),
  principal: principalSchema,
  correlationId: z.string().min(1),
  entryPoint: z.enum(entryPoints),
  data: z.record(z.string(), z.unknown()),
  prevHash: sha256Schema,
  hash: sha256Schema,
});

/** Bytes of an event's JSON: with its index attributes it is well within an item's 400 KB. Source: DynamoDB Developer
 *  Guide, quotas, item size. */
const LARGEST_EVENT = 300_000;

/** Proves that an event can be read again as it is. Throws where it could not: what cannot be read is never appended. */
export function proveReadable(event: GrantEvent): void {
  const text = JSON.stringify(event);
  if (new TextEncoder().encode(text).length > LARGEST_EVENT)
    throw new Error(`a ${event.type} is too large for the log`);
  const { hash } = parseEvent(JSON.parse(text));
  if (eventHash(JSON.parse(text) as GrantEvent) !== hash) {
    throw new Error(`a ${event.type} would not be read as it was written`);
  }
}

/** An event from what the log returned. Throws when it is not one of ours: a log that cannot be understood is never
 *  acted on. */
export function parseEvent(content: unknown): GrantEvent {
  const envelope = eventSchema.parse(content);
  dataSchemas[envelope.type].parse(envelope.data);
  if (!envelope.grantId.startsWith(prefixOf(envelope.type))) {
    throw new Error(`${envelope.type} is no event of the stream ${envelope.grantId}`);
  }
  return envelope as GrantEvent;
}

const ofRepositories: readonly EventType[] = ['RepositoryHeld', 'RepositoryRevoked', 'RepositoryReleased'];

/** What the ids of the streams begin with that hold events of a type. */
export function prefixOf(type: EventType): 'un_' | 'rp_' | 'in_' | 'gr_' {
  if (type.startsWith('Installation')) return 'in_';
  if (type.startsWith('Unreadable')) return 'un_';
  return ofRepositories.includes(type) ? 'rp_' : 'gr_';
}

/** The ten fields of an event of whatever version. */
export type EventFields = {
  grantId: StreamId;
  seq: number;
  at: Instant;
  type: string;
  principal: { kind: string; id: string };
  correlationId: string;
  entryPoint: string;
  data: object;
  prevHash: string;
  hash: string;
};

/** The hash of an event: over its nine other fields. */
export function eventHash(event: Omit<EventFields, 'hash'>): string {
  const { grantId, seq, at, type, principal, correlationId, entryPoint, data, prevHash } = event;
  return canonicalHash({ grantId, seq, at, type, principal, correlationId, entryPoint, data, prevHash });
}

/** Checks a whole stream, oldest first: numbering, links and hashes. Returns the first error as a sentence, undefined
 *  when the chain is whole. A removed tail cannot be seen from the stream alone. */
export const verifyChain = (
  events: readonly EventFields[],
  grantId = events[0]?.grantId,
): string | undefined => verifyLinks(events, grantId, STREAM_START);

/** Where what is verified begins: the number of its first event, and the hash that this event must follow. */
export type ChainStart = { seq: number; prevHash: string };

/** The beginning of every stream. */
export const STREAM_START: ChainStart = { seq: 1, prevHash: ZERO_HASH };

/** Checks a part of a stream as `verifyChain` does the whole. */
export function verifyLinks(
  events: readonly EventFields[],
  grantId: StreamId | undefined,
  start: ChainStart,
): string | undefined {
  let { prevHash } = start;
  for (const [n, event] of events.entries()) {
    if (event.seq !== start.seq + n) return `event ${start.seq + n} is missing`;
    if (event.grantId !== grantId) return `event ${event.seq} belongs to another grant`;
    if (event.prevHash !== prevHash) return `event ${event.seq} does not follow the one before it`;
    if (eventHash(event) !== event.hash) return `event ${event.seq} was altered`;
    const before = events[n - 1];
    if (before && event.at < before.at) return `event ${event.seq} is dated before the one before it`;
    prevHash = event.hash;
  }
  return undefined;
}
