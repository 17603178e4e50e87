import type {
  AnnouncedRole,
  ConfirmedRole,
  GrantRole,
  ProvisioningGrant,
  RequestInForce,
} from '../../grants/grant.ts';
import { UnreadableStream } from '../../grants/unreadable/stored-event.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import { PROPAGATION_SECONDS } from '../../policy/propagation.ts';
import type { GrantId } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import { type Problem, type ProblemCode, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { Instant } from '../../shared/time.ts';
import { onlyUnreadable } from '../access.ts';
import { loadStream } from '../grant-stream.ts';
import { forbiddenByFreeze } from '../holds/installation.ts';
import { missingApproval, replan } from '../replan.ts';
import { heldElsewhere, reserveFor } from '../reservations.ts';
import { ensureProvider, findProviderOf } from './ensure-provider.ts';
import { finalProblemOf, isUnseen, secondsSince, unreachableProblemOf } from './lasting-failures.ts';
import { removeRole } from './remove-role.ts';
import { isOurUnconfirmedRole, judgeConfirmedRole } from './role-identity.ts';
import { configuredAccount, keptClosed, type ProvisionerRun } from './run.ts';

const RETRY_MS = 500;
const VISIBILITY_TRIES = 10;

/** Turns a grant that is `provisioning` into an active one: plan anew, make sure of the provider, announce, create the
 *  role, give it its permissions. A lasting failure is announced and compensated; one that may pass throws.
 *  Where the account cannot be reached and nothing was announced, the grant fails. */
export async function createRole(run: ProvisionerRun, grant: ProvisioningGrant): Promise<void> {
  if (grant.role) return planAndCreate(run, grant, grant.role);
  const ahead = readAhead(run, grant.request);
  try {
    await planAndCreate(run, grant, ahead);
  } finally {
    await ahead.ended();
  }
}

/** What is known at first: the role that an earlier run announced or confirmed, or reads of what a new one needs. */
type Start = GrantRole | ReadsAhead;

async function planAndCreate(run: ProvisionerRun, grant: ProvisioningGrant, start: Start): Promise<void> {
  const planned = await replan(run.ports, grant.id, grant.request);
  if (!planned.ok) return failProvisioning(run, planned.problem);
  const { rendered } = planned.value;
  const kept = grant.thawing
    ? await forbiddenByFreeze(run.ports.installation)
    : await keptClosed(run, grant.request);
  if (kept) return failProvisioning(run, kept);
  // Before the others are looked at: of two grants that want one resource, at least one sees the other.
  const intended = { ...rendered, template: planned.value.template };
  await reserveFor(run.ports, intended);
  const unapproved = missingApproval(run.ports.configuration, planned.value, {
    request: grant.request,
    live: undefined,
    held: await heldElsewhere(run.ports, intended),
  });
  if (unapproved) return failProvisioning(run, unapproved);
  let made: Result<MadeRole, CreationProblem>;
  try {
    made =
      'confirmedAt' in start
        ? await checkConfirmed(run, grant.id, start)
        : await recordIntentAndCreate(run, start, rendered);
    if (made.ok) await putWhenVisible(run, rendered, made.value.confirmedAt);
  } catch (error) {
    const final = finalProblemOf(error) ?? (grant.role ? undefined : unreachableProblemOf(error));
    if (!final) throw error;
    return failProvisioning(run, final);
  }
  if (!made.ok) return failProvisioning(run, made.problem.problem, made.problem.nothingMade);
  await run.recordIntent({
    type: 'GrantActivated',
    data: {
      role: { name: rendered.role.name, arn: rendered.role.arn, id: made.value.id },
      trustPolicy: rendered.role.trustPolicy,
      permissionsPolicy: rendered.role.permissionsPolicy,
    },
  });
}

/** What lastingly prevents a role. `nothingMade`: it is proven that no role was created. */
type CreationProblem = { problem: Pick<Problem, 'code' | 'detail'>; nothingMade: boolean };

/** A role that IAM has, with the id and the time that the log has for it. */
type MadeRole = Pick<ConfirmedRole, 'id' | 'confirmedAt'>;

/** Makes sure that the role which an earlier run created is still that one. One not found is not visible yet, or gone:
 *  the next write shows it. */
async function checkConfirmed(
  run: ProvisionerRun,
  grantId: GrantId,
  role: ConfirmedRole,
): Promise<Result<MadeRole, CreationProblem>> {
  const found = await run.iam.findRole(role.name);
  if (!found || judgeConfirmedRole(found, grantId, role) === 'ours') return ok(role);
  const detail = `Role ${role.name} was replaced or altered from outside Rolewright while it was being created.`;
  return fail({ problem: problem('ROLE_NAME_TAKEN', detail), nothingMade: false });
}

/** What a new role needs before it is announced: room in its limits, and the identity provider. Answers what lastingly prevents it. */
async function prepare(
  run: ProvisionerRun,
  rendered: RenderedRole,
  ahead: ReadsAhead,
): Promise<Problem | undefined> {
  const live = await ahead.live();
  const full = checkRank(run, rendered, live) ?? checkRoleQuota(run, await ahead.roleQuota());
  if (full) return full;
  const present = await ahead.provider();
  const removed = present ? undefined : await removedProvider(run, rendered, live);
  if (removed) return removed;
  const provider = await ensureProvider(run, rendered, present);
  return provider.ok ? undefined : provider.problem;
}

/** Creates the role, or finds that an earlier run already did. */
async function recordIntentAndCreate(
  run: ProvisionerRun,
  start: AnnouncedRole | ReadsAhead,
  rendered: RenderedRole,
): Promise<Result<MadeRole, CreationProblem>> {
  const announced = 'announcedAt' in start ? start : undefined;
  if (!('announcedAt' in start)) {
    const prevented = await prepare(run, rendered, start);
    if (prevented) return fail({ problem: prevented, nothingMade: true });
  }
  const announcedAt = announced?.announcedAt ?? (await recordRoleIntent(run, rendered));
  const { role } = rendered;
  try {
    const created = await run.iam.createRole(role);
    if (created.outcome === 'created') return ok(await recordCreated(run, role, created.id));
  } catch (error) {
    const final = finalProblemOf(error);
    if (!final) throw error;
    // Only a refusal of the very first call proves that no role was made; else the role must be looked for.
    return fail({ problem: final, nothingMade: !announced && error instanceof PortError && error.certain });
  }
  const found = await run.iam.findRole(role.name);
  if (!found) throw new PortError('IAM', 'UNAVAILABLE', 'The new role is not visible yet.');
  const grant = run.grant();
  const account = configuredAccount(run.ports.configuration.accounts, grant.request.intent.account);
  const expected = { grant, account, announcedAt };
  if (await isOurUnconfirmedRole(run.iam, found, expected)) {
    return ok(await recordCreated(run, role, found.id));
  }
  const detail = `The role name ${role.name} belongs to a role that this grant did not create.`;
  return fail({ problem: problem('ROLE_NAME_TAKEN', detail), nothingMade: true });
}

async function recordCreated(
  run: ProvisionerRun,
  { name, arn }: Pick<ConfirmedRole, 'name' | 'arn'>,
  id: string,
): Promise<MadeRole> {
  const data = { role: { name, arn, id } };
  await run.recordOutcome({ type: 'RoleCreated', data });
  return { id, confirmedAt: run.grant().updatedAt };
}

/** Announces the role; returns when that was. */
async function recordRoleIntent(run: ProvisionerRun, { role, intent }: RenderedRole): Promise<Instant> {
  const { trustPolicyHash, permissionsPolicyHash, maxSessionDuration } = intent;
  const data = {
    role: { name: role.name, arn: role.arn },
    trustPolicyHash,
    permissionsPolicyHash,
    maxSessionDuration,
  };
  await run.recordIntent({ type: 'ProvisioningStarted', data });
  return run.grant().updatedAt;
}

/** The problem of a new grant where the workspace's identity provider is gone, though another role of the repository trusts it: it may
 *  have been deleted to end all access, which a new one would bring back. Not for a grant that a person opens again, nor within the time
 *  in which IAM may not show a new provider. A pass over drift freezes those other grants, after which a new provider opens nothing. */
async function removedProvider(
  run: ProvisionerRun,
  { intent, grantId }: RenderedRole,
  live: readonly GrantId[],
): Promise<Problem | undefined> {
  const { grant } = run.stream();
  if ((grant?.state === 'provisioning' && grant.thawing) || grant?.announcedProvider) return undefined;
  for (const id of live.filter((one) => one !== grantId)) {
    const stream = await loadStream(run.ports, id).catch(onlyUnreadable);
    const other = stream instanceof UnreadableStream ? undefined : stream.grant;
    if (other?.state !== 'active' || secondsSince(run, other.role.confirmedAt) < PROPAGATION_SECONDS)
      continue;
    if (other.request.intent.workspace.slug !== intent.workspace.slug) continue;
    const detail = `The identity provider of workspace ${intent.workspace.slug} is gone from account ${intent.account}, and the role of grant ${id} trusts it. It may have been deleted to end all access, so none is made. Find out why. Have grant ${id} revoked, or frozen and repaired, which makes the provider again, and repeat this.`;
    return problem('PROVIDER_UNUSABLE', detail);
  }
  return undefined;
}

/** The limit of live grants once more: the edge's own check lets through what is asked for at the same moment. Of those
 *  the earliest stay. */
function checkRank(
  run: ProvisionerRun,
  { intent, grantId }: RenderedRole,
  live: readonly GrantId[],
): Problem | undefined {
  const limit = run.ports.configuration.limits.liveGrantsPerRepository;
  if (live.indexOf(grantId) < limit) return undefined;
  const detail = `${intent.repository.fullName} has ${limit} live grants in account ${intent.account}, which is the limit. Revoke one that is not needed.`;
  return problem('QUOTA_EXCEEDED', detail);
}

function checkRoleQuota(
  run: ProvisionerRun,
  { roles, quota }: { roles: number; quota: number },
): Problem | undefined {
  const percent = run.ports.configuration.limits.roleQuotaPercent;
  if (roles * 100 < quota * percent) return undefined;
  return problem(
    'QUOTA_EXCEEDED',
    `The account holds ${roles} of ${quota} roles, and Rolewright stops at ${percent} %. Revoke grants that are not needed, or request a higher quota from AWS.`,
  );
}

async function putWhenVisible(
  run: ProvisionerRun,
  { role }: RenderedRole,
  confirmedAt: Instant,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run.iam.putPermissionsPolicy(role.name, role.permissionsPolicy);
    } catch (error) {
      if (!(await isUnseen(run, role.name, error))) throw error;
      const age = secondsSince(run, confirmedAt);
      if (age >= PROPAGATION_SECONDS) {
        throw new PortError(
          'IAM',
          'REJECTED',
          'The new role was deleted from outside Rolewright while it was being created.',
          {
            cause: error,
          },
        );
      }
      if (attempt === VISIBILITY_TRIES) {
        throw new PortError('IAM', 'UNAVAILABLE', 'The new role is not visible yet.', { cause: error });
      }
      await run.ports.clock.sleep(RETRY_MS);
    }
  }
}

/** Ends a grant whose role cannot be made. */
export async function failProvisioning(
  run: ProvisionerRun,
  { code, detail }: Pick<Problem, 'code' | 'detail'>,
  nothingMade = false,
): Promise<void> {
  const grant = run.grant();
  if (grant.state !== 'provisioning') return;
  const data = { error: { code, detail } };
  // A frozen grant that cannot be opened again is closed again, whatever was made of its role.
  if (grant.thawing) {
    if (grant.role && nothingMade) {
      const { name, arn } = grant.role;
      await run.recordOutcome({ type: 'RoleDeleted', data: { role: { name, arn } } });
    }
    return run.recordIntent({ type: 'ThawFailed', data });
  }
  await run.recordIntent({
    type: grant.role && !nothingMade ? 'CompensationStarted' : 'ProvisioningFailed',
    data,
  });
}

/** Removes whatever a failed attempt has left, then says that the grant failed. */
export async function compensate(
  run: ProvisionerRun,
  role: GrantRole | undefined,
  error: { code: ProblemCode; detail: string },
): Promise<void> {
  await removeRole(run, role);
  await run.recordIntent({ type: 'ProvisioningFailed', data: { error } });
}

/** What a new role needs to know beside its plan. Each read has begun, and its answer or failure comes when it is asked for:
 *  so they wait for no other, and what is decided does not depend on which of them ends first. */
type ReadsAhead = {
  live(): Promise<GrantId[]>;
  roleQuota(): ReturnType<ProvisionerRun['iam']['roleQuota']>;
  provider(): ReturnType<typeof findProviderOf>;
  /** Resolves when every read has ended, well or badly. */
  ended(): Promise<void>;
};

/** Begins the reads that depend on nothing but the intent. */
function readAhead(run: ProvisionerRun, { intent }: Pick<RequestInForce, 'intent'>): ReadsAhead {
  const live = run.ports.grants.listLive(intent.repository.uuid, intent.account);
  // An account that is not configured fails this read, and no other.
  const roleQuota = (async () => run.iam.roleQuota())();
  const provider = findProviderOf(run, intent);
  const all = Promise.allSettled([live, roleQuota, provider]);
  return {
    live: () => live,
    roleQuota: () => roleQuota,
    provider: () => provider,
    ended: async () => {
      await all;
    },
  };
}
