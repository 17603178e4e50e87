import type { GrantId } from '../../shared/identifiers.ts';
import type { Seconds } from '../../shared/time.ts';
import type { EventOf } from '../event.ts';
import {
  type Grant,
  type PendingGrant,
  type ProvisioningGrant,
  type RequestInForce,
  withRequester,
} from '../grant.ts';
import { intentHash, intentOf } from '../intent.ts';

/** The request that an event makes. */
export function requestOf(event: EventOf<'GrantRequested' | 'GrantChangeRequested'>): RequestInForce {
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

/** A grant that begins, or begins again. It keeps the names, the age, the latest decision and the requesters since
 *  the last approval. */
export function begin(
  id: GrantId,
  before: Grant | undefined,
  event: EventOf<'GrantRequested'>,
): PendingGrant | ProvisioningGrant {
  const request = requestOf(event);
  return {
    id,
    state: event.data.approval === 'required' ? 'pending' : 'provisioning',
    request,
    requesters: withRequester(before?.requesters ?? [], event.principal),
    expiresAt: request.expiresAt,
    termSince: event.at,
    lifetimeSetBy: event.principal,
    ...lifetimeOf(request),
    ...(before?.decision ? { decision: before.decision } : {}),
    ...(before?.hold ? { hold: before.hold } : {}),
    repositoryNames: before?.repositoryNames ?? [],
    createdAt: before?.createdAt ?? event.at,
    updatedAt: event.at,
  };
}

/** The lifetime that a request applies, where it has one. */
export const lifetimeOf = ({
  expiresInSeconds,
}: Pick<RequestInForce, 'expiresInSeconds'>): { lifetimeSeconds?: Seconds } =>
  expiresInSeconds === undefined ? {} : { lifetimeSeconds: expiresInSeconds };

/** A request under its repository's new names. The UUID is what it stays bound to. */
export function renamed<R extends RequestInForce>(request: R, { data }: EventOf<'RepositoryRenamed'>): R {
  const { repository, project } = data;
  return { ...request, intent: { ...request.intent, repository, ...(project ? { project } : {}) } };
}
