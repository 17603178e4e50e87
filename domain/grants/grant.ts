import { CONFIGURATION, isSamePrincipal, type Principal, REPOSITORY_RULES } from '../shared/principal.ts';
import type { ProblemCode } from '../shared/problem.ts';
import type { Instant } from '../shared/time.ts';
import type { Approval } from '../templates/schema.ts';
import type { EventData, GrantEvent } from './event.ts';
import { type GrantIntent, intentHash, intentOf } from './intent.ts';

/** Where a grant stands; see the state diagram in `docs/architecture.md`. */
export const grantStates = [
  'pending',
  'provisioning',
  'active',
  'revoking',
  'revoked',
  'rejected',
  'failed',
] as const;

/** See `grantStates`. */
export type GrantState = (typeof grantStates)[number];

/** A request: what was asked for, by whom, when, and where in the stream it stands. */
export type RequestInForce = {
  seq: number;
  at: Instant;
  intent: GrantIntent;
  /** What is asked for, see `intentHash`. */
  intentHash: string;
  /** What would change by it and for how long, see `planHash`: what an approval is about. */
  planHash: string;
  approval: Approval;
  proposal?: NonNullable<EventData<'GrantRequested'>['proposal']>;
  approvedBy?: Principal;
  requestedBy: Principal;
  reason?: string | undefined;
  expiresInSeconds?: number | undefined;
  expiresAt?: Instant | undefined;
};

/** The role as the log knows it. Without `id`, CreateRole was announced and never confirmed. */
export type GrantRole = {
  name: string;
  arn: string;
  announcedAt: Instant;
  id?: string;
  confirmedAt?: Instant;
  disabled?: boolean;
  notFoundAt?: Instant;
};

/** Why something failed, as the log keeps it. */
export type GrantError = { code: ProblemCode; detail: string; at: Instant };

/** A grant, folded from its events. */
export type Grant = {
  id: string;
  state: GrantState;
  /** The request that the present state comes from; while active, the one that is live in IAM. */
  request: RequestInForce;
  /** Another request on an active grant: it waits for approval, or its update is under way. */
  change?: RequestInForce & { phase: 'waiting' | 'updating' };
  expiresAt?: Instant | undefined;
  /** Who last limited the grant's time, other than a pipeline; the pipeline where nobody else has. It is not always who
   *  asked for what is live. */
  expirySetBy?: Principal;
  role?: GrantRole;
  /** ARN of an identity provider whose creation was announced and not yet confirmed. */
  announcedProvider?: string;
  documents?: { trustPolicy: Record<string, unknown>; permissionsPolicy: Record<string, unknown> };
  /** Set while a failed grant's role is being removed. */
  compensating?: { code: ProblemCode; detail: string };
  lastError?: GrantError;
  /** Everybody who asked for something since the last approval: none of them may approve. */
  requesters: Principal[];
  /** Every full name that the repository had while this grant was written to, oldest first. */
  repositoryNames: string[];
  createdAt: Instant;
  updatedAt: Instant;
};

function requestOf(event: GrantEvent & { type: 'GrantRequested' | 'GrantChangeRequested' }): RequestInForce {
  const { planHash, approval, proposal, reason, expiresInSeconds, expiresAt } = event.data;
  const intent = intentOf(event.data);
  return {
    seq: event.seq,
    at: event.at,
    intent,
    intentHash: intentHash(intent),
    planHash,
    approval,
    requestedBy: event.principal,
    ...(proposal ? { proposal } : {}),
    ...(reason ? { reason } : {}),
    ...(expiresInSeconds ? { expiresInSeconds } : {}),
    ...(expiresAt ? { expiresAt } : {}),
  };
}

const withRequester = (requesters: Principal[], principal: Principal): Principal[] =>
  requesters.some((other) => isSamePrincipal(other, principal)) ? requesters : [...requesters, principal];

/** The request that waits for a decision, on a new grant or on an active one. */
export function waitingRequest(grant: Grant): RequestInForce | undefined {
  if (grant.state === 'pending') return grant.request;
  return grant.state === 'active' && grant.change?.phase === 'waiting' ? grant.change : undefined;
}

/** True when somebody was among those who asked since the last approval. Ids are compared without case here: where one
 *  endpoint writes a person's email otherwise than another, they are still the one who asked. */
export const isRequester = (grant: Grant, { kind, id }: Principal): boolean =>
  grant.requesters.some((other) => other.kind === kind && other.id.toLowerCase() === id.toLowerCase());

/** The waiting request as approved, if the approval is one: of this very plan, in time, by a person who did not ask.
 *  Whatever else stands in the log changes nothing. */
function approvedRequest(
  grant: Grant,
  { data, principal, at }: GrantEvent & { type: 'GrantApproved' },
): RequestInForce | undefined {
  const waiting = waitingRequest(grant);
  if (!waiting || waiting.planHash !== data.planHash || !waiting.proposal) return undefined;
  if (at > waiting.proposal.lapsesAt) return undefined;
  const isByPerson = principal.kind === 'person' && !isRequester(grant, principal);
  if (!isByPerson && !isByRule(grant, waiting, principal)) return undefined;
  const { expiresAt = waiting.expiresAt } = data;
  return { ...waiting, approvedBy: principal, ...(expiresAt ? { expiresAt } : {}) };
}

/** The configuration approves nothing but new grants that its own rules have asked for. Whether a rule really says so, the
 *  provisioner looks up: this is only who claims it. */
const isByRule = (grant: Grant, waiting: RequestInForce, principal: Principal): boolean =>
  grant.state === 'pending' &&
  isSamePrincipal(principal, CONFIGURATION) &&
  isSamePrincipal(waiting.requestedBy, REPOSITORY_RULES);

/** The grant after one more event. Total: an event that does not fit the state changes nothing, so that no log, however
 *  broken, stops a reader. */
export function evolve(grant: Grant | undefined, event: GrantEvent): Grant | undefined {
  const next = event.type === 'GrantRequested' ? start(grant, event) : grant && advance(grant, event);
  if (!next || next === grant) return grant;
  const { fullName } = event.data.repository;
  const names = next.repositoryNames;
  return {
    ...next,
    updatedAt: event.at,
    repositoryNames: names.includes(fullName) ? names : [...names, fullName],
  };
}

/** Folds a whole stream, oldest first. */
export const replay = (events: readonly GrantEvent[]): Grant | undefined =>
  events.reduce<Grant | undefined>(evolve, undefined);

const startable: readonly GrantState[] = ['pending', 'revoked', 'rejected', 'failed'];

function start(grant: Grant | undefined, event: GrantEvent & { type: 'GrantRequested' }): Grant | undefined {
  if (grant && !startable.includes(grant.state)) return grant;
  const request = requestOf(event);
  return {
    id: event.grantId,
    state: event.data.approval === 'required' ? 'pending' : 'provisioning',
    request,
    requesters: withRequester(grant?.requesters ?? [], event.principal),
    expiresAt: request.expiresAt,
    ...(request.expiresAt ? { expirySetBy: event.principal } : {}),
    repositoryNames: grant?.repositoryNames ?? [],
    createdAt: grant?.createdAt ?? event.at,
    updatedAt: event.at,
  };
}

function advance(grant: Grant, event: Exclude<GrantEvent, { type: 'GrantRequested' }>): Grant {
  const { state, role, change } = grant;
  const isActive = state === 'active';
  const isRemoving = state === 'revoking' || grant.compensating !== undefined;
  const isUpdating = isActive && change?.phase === 'updating';
  switch (event.type) {
    case 'GrantChangeRequested': {
      if (!isActive || isUpdating) return grant;
      const phase = event.data.approval === 'required' ? 'waiting' : 'updating';
      const requesters = withRequester(grant.requesters, event.principal);
      return { ...grant, requesters, change: { ...requestOf(event), phase } };
    }
    case 'GrantExpiryChanged':
      if (!isActive) return grant;
      return { ...grant, ...expiryOf(grant, event.data.expiresAt, event.principal) };
    case 'GrantApproved': {
      const approved = approvedRequest(grant, event);
      if (!approved) return grant;
      const approvedGrant: Grant = { ...grant, requesters: [] };
      if (isActive) return { ...approvedGrant, change: { ...approved, phase: 'updating' } };
      return { ...approvedGrant, state: 'provisioning', request: approved, expiresAt: approved.expiresAt };
    }
    case 'GrantRejected':
    case 'RequestLapsed':
      if (event.data.planHash !== waitingRequest(grant)?.planHash) return grant;
      return isActive ? without(grant, 'change') : { ...grant, state: 'rejected' };
    case 'ProvisioningStarted': {
      if (state !== 'provisioning' || role) return grant;
      const { name, arn } = event.data.role;
      return { ...grant, role: { name, arn, announcedAt: event.at } };
    }
    case 'RoleCreated': {
      // A fact whatever the state: a revoke may be asked for while CreateRole is under way.
      if (!role || role.id) return grant;
      return { ...grant, role: { ...role, id: event.data.role.id, confirmedAt: event.at } };
    }
    case 'GrantActivated':
      if (state !== 'provisioning' || !role?.id || grant.compensating) return grant;
      return without({ ...grant, state: 'active', documents: documentsOf(event.data) }, 'lastError');
    case 'GrantUpdated': {
      if (!isUpdating || !change) return grant;
      const { phase: _, ...request } = change;
      const { expiresAt, requestedBy } = request;
      const end = expiresAt ? expiryOf(grant, expiresAt, requestedBy) : {};
      const updated = { ...grant, request, documents: documentsOf(event.data), ...end };
      return without(without(updated, 'change'), 'lastError');
    }
    case 'UpdateFailed':
      if (!isUpdating) return grant;
      return without({ ...grant, lastError: { ...event.data.error, at: event.at } }, 'change');
    case 'AttemptFailed':
      return { ...grant, lastError: { ...event.data.error, at: event.at } };
    case 'CompensationStarted':
      return state === 'provisioning' ? { ...grant, compensating: event.data.error } : grant;
    case 'ProvisioningFailed': {
      if (state !== 'provisioning') return grant;
      const failed: Grant = { ...grant, state: 'failed', lastError: { ...event.data.error, at: event.at } };
      return without(without(failed, 'role'), 'compensating');
    }
    case 'RevocationRequested':
      if (!(['provisioning', 'active', 'failed'] as GrantState[]).includes(state)) return grant;
      return without(without({ ...grant, state: 'revoking', ...leftover(event) }, 'change'), 'lastError');
    case 'RoleDisabled':
      return role && isRemoving ? { ...grant, role: { ...role, disabled: true } } : grant;
    case 'RoleNotFound':
      return role && isRemoving ? { ...grant, role: { ...role, notFoundAt: event.at } } : grant;
    case 'RoleDeleted':
      if (!isRemoving) return grant;
      return without(without(grant, 'role'), 'documents');
    case 'GrantRevoked': {
      if (state !== 'revoking' && state !== 'pending') return grant;
      const revoked: Grant = { ...grant, state: 'revoked' };
      return without(without(without(revoked, 'role'), 'compensating'), 'lastError');
    }
    case 'ProviderCreationStarted':
      return { ...grant, announcedProvider: event.data.providerArn };
    case 'ProviderCreated':
      return without(grant, 'announcedProvider');
    case 'RepositoryRenamed':
      return renamed(grant, event.data);
    case 'UpdateStarted':
    case 'ForeignPoliciesFound':
      return { ...grant };
  }
}

/** An expiry with who answers for it: a pipeline that shortens somebody else's does not make it its own to lengthen. */
const expiryOf = (grant: Grant, expiresAt: Instant, by: Principal): Partial<Grant> => ({
  expiresAt,
  expirySetBy: by.kind === 'pipeline' ? (grant.expirySetBy ?? by) : by,
});

const documentsOf = (data: EventData<'GrantActivated'>): NonNullable<Grant['documents']> => ({
  trustPolicy: data.trustPolicy,
  permissionsPolicy: data.permissionsPolicy,
});

/** The role that a failed grant left behind, when a revoke has found one. */
function leftover(event: GrantEvent & { type: 'RevocationRequested' }): { role?: GrantRole } {
  const { role } = event.data;
  return role ? { role: { ...role, announcedAt: event.at, confirmedAt: event.at } } : {};
}

/** The grant under its repository's new names. The UUID is what it stays bound to. */
function renamed(grant: Grant, { repository, project }: EventData<'RepositoryRenamed'>): Grant {
  if (repository.uuid !== grant.request.intent.repository.uuid) return grant;
  const rename = <R extends RequestInForce>(request: R): R => ({
    ...request,
    intent: { ...request.intent, repository, ...(project ? { project } : {}) },
  });
  const { request, change } = grant;
  return { ...grant, request: rename(request), ...(change ? { change: rename(change) } : {}) };
}

type OptionalKey = 'change' | 'role' | 'documents' | 'compensating' | 'lastError' | 'announcedProvider';

function without(grant: Grant, key: OptionalKey): Grant {
  const { [key]: _, ...rest } = grant;
  return rest;
}

/** What is left to do on a grant; `rest` when nothing is. */
export type Work = 'rest' | 'provision' | 'update' | 'compensate' | 'revoke';

/** The work that the state of a grant asks for. */
export function workOf(grant: Grant | undefined): Work {
  if (grant?.state === 'provisioning') return grant.compensating ? 'compensate' : 'provision';
  if (grant?.state === 'revoking') return 'revoke';
  if (grant?.state === 'active' && grant.change?.phase === 'updating') return 'update';
  return 'rest';
}

/** True for a grant that counts against its repository's limit. */
export const isLive = (state: GrantState): boolean =>
  state === 'pending' || state === 'provisioning' || state === 'active' || state === 'revoking';
