import type { RenderedRole } from '../../planning/rendered-role.ts';
import type { PermissionsPolicy } from '../../policy/document.ts';
import { PortError } from '../../shared/port-error.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { missingApproval, replan } from '../replan.ts';
import { ensureProvider } from './ensure-provider.ts';
import { finalProblemOf, isUnseen, secondsSince } from './iam-errors.ts';
import { removeRole } from './remove-role.ts';
import { announcedBy, isOurUnconfirmedRole, judgeConfirmedRole } from './role-identity.ts';
import type { ProvisionerRun } from './run.ts';

/** Seconds for which "no such entity" after a create means "not visible yet". Source: IAM User Guide, troubleshooting:
 *  changes are eventually consistent, without a number; 60 is our choice. */
const PROPAGATION_SECONDS = 60;
const RETRY_MS = 500;
const VISIBILITY_TRIES = 10;

/** Turns a grant that is `provisioning` into an active one: plan anew, make sure of the provider, announce, create the
 *  role, give it its permissions. A failure for good is announced and compensated; one that may pass throws. */
export async function createRole(run: ProvisionerRun): Promise<void> {
  const planned = await replan(run.ports, run.grant().id, run.grant().request);
  if (!planned.ok) return failProvisioning(run, planned.problem);
  const { rendered } = planned.value;
  const { request } = run.grant();
  const unapproved = missingApproval(run.ports.configuration, planned.value, { request, live: undefined });
  if (unapproved) return failProvisioning(run, unapproved);
  try {
    const { role } = run.grant();
    const failure = role?.id
      ? await checkConfirmed(run, role.name, role.id)
      : await recordIntentAndCreate(run, rendered);
    if (failure) return failProvisioning(run, failure.problem, failure.nothingMade);
    await putWhenVisible(run, rendered.role.name, rendered.role.permissionsPolicy);
  } catch (error) {
    const final = finalProblemOf(error);
    if (!final) throw error;
    return failProvisioning(run, final);
  }
  const { id } = run.grant().role ?? {};
  if (!id) throw new Error('a role without an id cannot be activated');
  await run.recordIntent({
    type: 'GrantActivated',
    data: {
      role: { name: rendered.role.name, arn: rendered.role.arn, id },
      trustPolicy: rendered.role.trustPolicy,
      permissionsPolicy: rendered.role.permissionsPolicy,
    },
  });
}

/** What stands in the way of a role for good. `nothingMade`: it is proven that no role was created. */
type CreationProblem = { problem: Pick<Problem, 'code' | 'detail'>; nothingMade: boolean };

/** Makes sure that the role which an earlier run created is still that one. One not found is not visible yet, or gone:
 *  the next write tells. */
async function checkConfirmed(
  run: ProvisionerRun,
  roleName: string,
  roleId: string,
): Promise<CreationProblem | undefined> {
  const found = await run.iam.findRole(roleName);
  if (!found || judgeConfirmedRole(found, run.grant().id, roleId) === 'ours') return undefined;
  const detail = `Role ${roleName} was replaced or altered from outside Rolewright while it was being created.`;
  return { problem: problem('ROLE_NAME_TAKEN', detail), nothingMade: false };
}

/** Creates the role, or finds that an earlier run already did. */
async function recordIntentAndCreate(
  run: ProvisionerRun,
  rendered: RenderedRole,
): Promise<CreationProblem | undefined> {
  const isFirstAttempt = run.grant().role === undefined;
  if (isFirstAttempt) {
    const full = (await checkRank(run, rendered)) ?? (await checkRoleQuota(run));
    if (full) return { problem: full, nothingMade: true };
    const provider = await ensureProvider(run, rendered);
    if (!provider.ok) return { problem: provider.problem, nothingMade: true };
    await recordRoleIntent(run, rendered);
  }
  const { role } = rendered;
  const recordCreated = (id: string) =>
    run.recordOutcome({
      type: 'RoleCreated',
      data: { role: { name: role.name, arn: role.arn, id } },
    });
  try {
    const created = await run.iam.createRole(role);
    if (created.outcome === 'created') {
      await recordCreated(created.id);
      return undefined;
    }
  } catch (error) {
    const final = finalProblemOf(error);
    if (!final) throw error;
    // Only a refusal of the very first call proves that no role was made; else the role must be looked for.
    return { problem: final, nothingMade: isFirstAttempt && error instanceof PortError && error.certain };
  }
  const found = await run.iam.findRole(role.name);
  if (!found) throw new PortError('IAM', 'UNAVAILABLE', 'The new role is not visible yet.');
  if (await isOurUnconfirmedRole(run.iam, found, announcedBy(run.grant(), role.boundaryArn))) {
    await recordCreated(found.id);
    return undefined;
  }
  const detail = `The role name ${role.name} belongs to a role that this grant did not create.`;
  return { problem: problem('ROLE_NAME_TAKEN', detail), nothingMade: true };
}

async function recordRoleIntent(run: ProvisionerRun, { role, intent }: RenderedRole): Promise<void> {
  const { trustPolicyHash, permissionsPolicyHash, maxSessionDuration } = intent;
  const data = {
    role: { name: role.name, arn: role.arn },
    trustPolicyHash,
    permissionsPolicyHash,
    maxSessionDuration,
  };
  await run.recordIntent({ type: 'ProvisioningStarted', data });
}

/** The limit of live grants once more: the edge's own check lets through what is asked for at the same moment. Of those
 *  the earliest stay. */
async function checkRank(
  run: ProvisionerRun,
  { intent, grantId }: RenderedRole,
): Promise<Problem | undefined> {
  const limit = run.ports.configuration.limits.liveGrantsPerRepository;
  const live = await run.ports.grants.listLive(intent.repository.uuid);
  if (live.indexOf(grantId) < limit) return undefined;
  const detail = `${intent.repository.fullName} has ${limit} live grants, which is the limit. Revoke one that is not needed.`;
  return problem('QUOTA_EXCEEDED', detail);
}

async function checkRoleQuota(run: ProvisionerRun): Promise<Problem | undefined> {
  const { roles, quota } = await run.iam.roleQuota();
  const percent = run.ports.configuration.limits.roleQuotaPercent;
  if (roles * 100 < quota * percent) return undefined;
  return problem(
    'QUOTA_EXCEEDED',
    `The account holds ${roles} of ${quota} roles, and Rolewright stops at ${percent} %. Revoke grants that are not needed, or request a higher quota from AWS.`,
  );
}

async function putWhenVisible(
  run: ProvisionerRun,
  roleName: string,
  document: PermissionsPolicy,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run.iam.putPermissionsPolicy(roleName, document);
    } catch (error) {
      if (!(await isUnseen(run, roleName, error))) throw error;
      const age = secondsSince(run, run.grant().role?.confirmedAt);
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

async function failProvisioning(
  run: ProvisionerRun,
  { code, detail }: Pick<Problem, 'code' | 'detail'>,
  nothingMade = false,
): Promise<void> {
  const grant = run.grant();
  if (grant.state !== 'provisioning') return;
  const data = { error: { code, detail } };
  await run.recordIntent({
    type: grant.role && !nothingMade ? 'CompensationStarted' : 'ProvisioningFailed',
    data,
  });
}

/** Removes whatever a failed attempt has left, then says that the grant failed. */
export async function compensate(run: ProvisionerRun): Promise<void> {
  const error = run.grant().compensating;
  if (!error) throw new Error('nothing is being compensated');
  await removeRole(run);
  await run.recordIntent({ type: 'ProvisioningFailed', data: { error } });
}
