import type { Workspace } from '../../bitbucket/oidc.ts';
import type { Repository } from '../../bitbucket/repository.ts';
import { decideRuleApproval } from '../../grants/deciders/decide-approval.ts';
import { decideRename } from '../../grants/deciders/decide-rename.ts';
import { type Grant, isLive } from '../../grants/grant.ts';
import type { GrantPartition } from '../../grants/listing.ts';
import type { Reading } from '../../grants/stores.ts';
import { UnreadableStream } from '../../grants/unreadable/stored-event.ts';
import type { Worker } from '../../messaging/ports.ts';
import { isApprovedByRule } from '../../repository-rules/approval.ts';
import { requestsOf } from '../../repository-rules/requests.ts';
import { type GrantId, parseGrantId, type RepositoryUuid } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import { type Caller, CONFIGURATION, REPOSITORY_RULES } from '../../shared/principal.ts';
import type { Problem } from '../../shared/problem.ts';
import { MOST_CLOSINGS, targetOf } from '../close-unreadable-role.ts';
import {
  appendEvent,
  appendEventAt,
  type Cause,
  isReadOnly,
  loadStream,
  nextInstant,
  projectStream,
  type StreamPorts,
} from '../grant-stream.ts';
import { DeliveryUnfinished } from '../postponed-delivery.ts';
import { readStale, type StaleRowPorts } from '../reading/read-stale.ts';
import { replan } from '../replan.ts';
import { type RequestPorts, requestGrant } from '../requests/request-grant.ts';
import { revokeGrant } from '../requests/revoke-grant.ts';
import { heldElsewhere } from '../reservations.ts';
import { sideBySide } from '../side-by-side.ts';
import { waitForProvisioner } from '../wait-for-provisioner.ts';
import { locate } from './repository-whereabouts.ts';

/** What following Bitbucket needs. */
export type FollowPorts = RequestPorts & {
  /** Takes what is too much for one run. */
  worker: Worker;
  /** Raises the alarm that no more unreadable grants are revoked for this delivery. Never throws. */
  reportStopped(grantId: GrantId): void;
  /** Reports a permanent failure: an administrator must act, and a retry would not help. */
  reportProblem(about: { repository: string; rule?: number; grantId?: GrantId }, problem: Problem): void;
};

/** Grants of one repository that are worked on concurrently. Our choice. */
const SIDE_BY_SIDE = 10;

/** What caused the look-up in Bitbucket: a verified delivery, or a sweep. */
export type Occasion = { correlationId: string; entryPoint: 'bitbucket' | 'schedule' };

/** The caller who requests what the rules of the configuration give. */
export const RULES: Caller = { principal: REPOSITORY_RULES, groups: [] };
/** The principal that records new names in grants, and revokes the grants of a deleted repository. */
const WORKER: Caller = { principal: { kind: 'system', id: 'worker' }, groups: [] };

/** The cause of what follows Bitbucket. */
export const causeOf = (occasion: Occasion): Cause => ({ principal: WORKER.principal, ...occasion });

/** Reconciles one repository with Bitbucket's current state; idempotent and order-independent. Grants get the
 *  repository's present names. A repository that `isNew` gets what the rules give. The grants of a repository that is
 *  gone from the workspace are revoked. A new one that Bitbucket does not show is waited for while it `mayBeHidden`. Throws if it
 *  must be retried. */
export async function followRepository(
  ports: FollowPorts,
  followed: { workspace: Workspace; uuid: RepositoryUuid; isNew: boolean; mayBeHidden: boolean },
  occasion: Occasion,
): Promise<void> {
  const { workspace, uuid, isNew, mayBeHidden } = followed;
  const found = await locate(ports.bitbucket, workspace, uuid);
  const { known, unread, unreadable } = await liveGrantsOf(ports, uuid);
  for (const stream of unreadable) ports.reportUnreadable(stream.grantId, stream);
  // A delivery signed with the secret of one workspace must not affect another.
  const own = known.filter(({ request }) => request.intent.workspace.uuid === workspace.uuid);
  // After a creation "not found" may mean "not yet": a retry costs nothing, and giving up would lose the grant.
  if (found.is === 'gone' && isNew && own.length === 0 && mayBeHidden) throw notShownYet();
  if (found.is === 'gone') {
    await revokeAll(ports, own.map(toRevocable), occasion);
    await closeUnreadable(ports, { unreadable, workspace, uuid }, occasion);
  } else {
    await inParallel(own, ({ id: grantId }) =>
      followNames(ports, { grantId, repository: found.repository }, occasion),
    );
    if (isNew) await applyRules(ports, found.repository, occasion);
  }
  if (unread) throw unread.reason;
}

/** The repository's live grants by their streams. The enrolled ones include a grant that was just made, which an
 *  index may not show yet. Grants of before 0.1.0 are not enrolled, so the index adds them. `known` are the grants that
 *  could be read, `unreadable` the streams that no retry will read, and `unread` the first other failure. */
export async function liveGrantsOf(
  ports: StaleRowPorts,
  uuid: RepositoryUuid,
): Promise<{
  known: Grant[];
  unreadable: UnreadableStream[];
  unread: PromiseRejectedResult | undefined;
}> {
  const enrolled = await ports.grants.listEnrolled(uuid);
  const indexed = await liveGrants(ports, { by: 'repository', value: uuid });
  const ids = new Set([...enrolled, ...indexed.map(({ id }) => id)]);
  const reads = await Promise.allSettled([...ids].map((id) => loadStream(ports, id)));
  const known = reads.flatMap((read) =>
    read.status === 'fulfilled' && read.value.grant ? [read.value.grant] : [],
  );
  const failed = reads.filter((read) => read.status === 'rejected');
  return {
    known: known.filter(({ state }) => isLive(state)),
    unreadable: failed.flatMap(({ reason }) => (reason instanceof UnreadableStream ? [reason] : [])),
    unread: failed.find(({ reason }) => !(reason instanceof UnreadableStream)),
  };
}

const notShownYet = () =>
  new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket does not show the new repository yet.');

/** The live grants of a partition, from an index of the read model. The index lags, so no decision may rest on it
 *  alone. */
async function liveGrants(ports: StaleRowPorts, partition: GrantPartition): Promise<Grant[]> {
  const live: Grant[] = [];
  let after: string | undefined;
  do {
    const page = await livePage(ports, partition, { limit: 100, after });
    live.push(...page.live);
    after = page.next;
  } while (after !== undefined);
  return live;
}

/** Live grants of a part of a partition, and where the next part begins. They come from an index of the read model, which
 *  lags: nothing that must be right may rest on it alone. */
export async function livePage(
  ports: StaleRowPorts,
  partition: GrantPartition,
  reading: Reading,
): Promise<{ live: Grant[]; next: string | undefined }> {
  const page = await ports.grants.entries(partition, reading);
  const { grants, stale } = await ports.grants.read(page.entries.map(({ grantId }) => grantId));
  const unreadable = page.unreadable.map((grantId) => ({ grantId, reason: 'content' as const }));
  const healed = await readStale(ports, [...stale, ...unreadable]);
  return {
    live: [...grants, ...healed.grants].filter(({ state }) => isLive(state)),
    next: page.isComplete ? undefined : page.position,
  };
}

/** Records its repository's present names in a grant. */
export async function followNames(
  ports: StreamPorts,
  { grantId, repository }: { grantId: GrantId; repository: Repository },
  occasion: Occasion,
): Promise<void> {
  for (;;) {
    const stream = await loadStream(ports, grantId);
    if (isReadOnly(stream)) return;
    const [event] = stream.grant ? decideRename(stream.grant, repository) : [];
    if (!event) return;
    const appended = await appendEvent(ports, stream, { event, cause: causeOf(occasion) });
    if (appended) return projectStream(ports, appended);
  }
}

async function applyRules(ports: FollowPorts, repository: Repository, occasion: Occasion): Promise<void> {
  let mustRepeat: Problem | undefined;
  for (const made of requestsOf(ports.configuration.onRepositoryCreated, repository)) {
    const about = { repository: repository.fullName, ...(made.ok ? { rule: made.value.rule } : {}) };
    const context = { ...occasion, caller: RULES, dryRun: false, createOnly: true };
    const answer = made.ok ? await requestGrant(ports, made.value.request, context) : made;
    if (answer.ok) {
      if (made.ok && made.value.approved && 'grant' in answer.value) {
        await approveByRule(ports, answer.value.grant.id, occasion);
      }
      continue;
    }
    if (passing.includes(answer.problem.code)) mustRepeat = answer.problem;
    else ports.reportProblem(about, answer.problem);
  }
  if (mustRepeat) throw new DeliveryUnfinished(mustRepeat);
}

/** Approves a rule's request where a rule has `approved: true`. A request that waits for another reason, such
 *  as a name without an owner, still waits for a person. */
export async function approveByRule(ports: FollowPorts, grantId: GrantId, occasion: Occasion): Promise<void> {
  for (;;) {
    const stream = await loadStream(ports, grantId);
    const { grant } = stream;
    if (isReadOnly(stream)) return;
    const waiting = grant && decideRuleApproval(grant, nextInstant(ports, stream));
    if (!waiting) return;
    const planned = await replan(ports, grantId, waiting.request);
    if (!planned.ok || !isApprovedByRule(ports.configuration, planned.value, waiting.request)) return;
    const { rendered, template } = planned.value;
    if ((await heldElsewhere(ports, { ...rendered, template })).length > 0) return;
    // Planning takes its time: the decision is made at the moment that its event bears, so that none is void.
    const at = nextInstant(ports, stream);
    const decided = decideRuleApproval(grant, at);
    if (!decided) return;
    const cause = { principal: CONFIGURATION, ...occasion };
    const approved = await appendEventAt(ports, stream, { event: decided.event, cause, at });
    if (!approved) continue;
    await projectStream(ports, approved);
    await waitForProvisioner(ports, grantId);
    return;
  }
}

/** Problems that pass by themselves. */
const passing: readonly Problem['code'][] = [
  'CONFLICT',
  'THROTTLED',
  'UPSTREAM_UNAVAILABLE',
  'ACCOUNT_UNREACHABLE',
  'PLAN_CHANGED',
];

export async function revokeAll(
  ports: FollowPorts,
  grants: readonly Revocable[],
  occasion: Occasion,
): Promise<void> {
  await inParallel(grants, async ({ id, fullName }) => {
    const context = { ...occasion, caller: WORKER, cause: 'repository-gone' as const };
    const revoked = await revokeGrant(ports, id, context);
    if (!revoked.ok) {
      ports.reportProblem({ repository: fullName, grantId: id }, revoked.problem);
    }
  });
}

/** Revokes the unreadable grants of a repository that is gone. A grant counts as the repository's if the grant's id
 *  is the hash of it, and as the workspace's if the same text names the workspace. No other grant is changed. */
async function closeUnreadable(
  ports: FollowPorts,
  gone: { unreadable: readonly UnreadableStream[]; workspace: Workspace; uuid: RepositoryUuid },
  occasion: Occasion,
): Promise<void> {
  let closings = 0;
  for (const { grantId, texts } of gone.unreadable) {
    const id = parseGrantId(grantId);
    const target = id && (await targetOf(ports, { grantId: id, texts }));
    if (!target || target.repository.uuid !== gone.uuid) continue;
    if (target.claimed.workspaceUuid !== gone.workspace.uuid) continue;
    if (closings >= MOST_CLOSINGS) return ports.reportStopped(id);
    closings += 1;
    await revokeAll(ports, [{ id, fullName: target.repository.fullName }], occasion);
  }
}

/** A grant to revoke, and the name of its repository. */
export type Revocable = { id: GrantId; fullName: string };

/** What is revoked of a grant. */
export const toRevocable = ({ id, request }: Grant): Revocable => ({
  id,
  fullName: request.intent.repository.fullName,
});

/** Works on several grants concurrently, and throws only after each has been tried. */
const inParallel = <T>(grants: readonly T[], work: (grant: T) => Promise<void>): Promise<void> =>
  sideBySide(grants, { width: SIDE_BY_SIDE }, work);
