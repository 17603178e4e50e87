import { canonicalHash } from '../canonical-hash.ts';
import type { GrantRole } from '../grant.ts';
import { liveStateOf } from '../planned-change.ts';
import { type ObservedRole, PortError } from '../ports.ts';
import { type Problem, problem } from '../problem.ts';
import { judgeConfirmedRole } from '../role-ownership.ts';
import { ensureProvider } from './ensure-provider.ts';
import { mayNeedApproval, missingApproval, planAgain, type Replanned } from './plan-again.ts';
import { type ProvisionerRun, subjectOf } from './provisioner-run.ts';
import { refusalOf } from './refusal.ts';

/** Turns the live role of an active grant into what its change asks for. The permissions policy is replaced last and in
 *  one call, so a refusal at any step leaves the previous permissions in force; the session duration is put back. The
 *  trust policy is not: it states the repository's identity as Bitbucket has it now. */
export async function updateRole(run: ProvisionerRun): Promise<void> {
  const { change, id, role } = run.grant();
  if (!change || !role?.id) throw new Error('an update needs a change and a role');
  const planned = await planAgain(run.ports, id, change);
  if (!planned.ok) return failUpdate(run, planned.problem);
  const { plan } = planned.value;
  const obstacle = await write(run, planned.value, role, role.id);
  if (obstacle) return failUpdate(run, obstacle);
  await run.announce({
    type: 'GrantUpdated',
    data: {
      ...subjectOf(run.grant()),
      role: { name: role.name, arn: role.arn, id: role.id },
      trustPolicy: plan.role.trustPolicy,
      permissionsPolicy: plan.role.permissionsPolicy,
    },
  });
}

async function write(
  run: ProvisionerRun,
  planned: Replanned,
  role: GrantRole,
  id: string,
): Promise<Problem | undefined> {
  const { iam } = run;
  const { plan } = planned;
  const previous = run.grant().request.intent;
  const found = await iam.findRole(role.name);
  if (!found || judgeConfirmedRole(found, run.grant().id, id) !== 'ours') {
    return problem(
      'CONFLICT',
      `Role ${role.name} is gone or was altered by somebody else. Revoke the grant and ask again.`,
    );
  }
  const unapproved = await checkApproval(run, planned, found);
  if (unapproved) return unapproved;
  const provider = await ensureProvider(run, plan);
  if (!provider.ok) return provider.problem;
  const { trustPolicyHash, permissionsPolicyHash, maxSessionDuration } = plan.intent;
  const data = {
    ...subjectOf(run.grant()),
    role: { name: role.name, arn: role.arn, id },
    trustPolicyHash,
    permissionsPolicyHash,
    maxSessionDuration,
  };
  await run.announce({ type: 'UpdateStarted', data });
  const { maxSessionDuration: durationBefore } = found;
  try {
    if (found.boundaryArn !== plan.role.boundaryArn) await iam.putBoundary(role.name, plan.role.boundaryArn);
    if (canonicalHash(found.trustPolicy) !== trustPolicyHash) {
      await iam.putTrustPolicy(role.name, plan.role.trustPolicy);
    }
    if (found.maxSessionDuration !== maxSessionDuration) {
      await iam.putMaxSessionDuration(role.name, maxSessionDuration);
    }
    if (permissionsPolicyHash !== previous.permissionsPolicyHash) {
      await iam.putPermissionsPolicy(role.name, plan.role.permissionsPolicy);
    }
    return undefined;
  } catch (error) {
    const gone = goneOf(error);
    if (gone) return gone;
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const isIn =
      canonicalHash((await iam.findPermissionsPolicy(role.name)) ?? null) === permissionsPolicyHash;
    // An earlier call whose reply was lost may have put the new policy in force; then the update has happened.
    if (isIn && permissionsPolicyHash !== previous.permissionsPolicyHash) return undefined;
    if (maxSessionDuration !== durationBefore) {
      await iam.putMaxSessionDuration(role.name, durationBefore);
    }
    return refusal;
  }
}

/** Measures the change by what IAM holds, where it could need an approval that it does not have. An approval is of a change
 *  to what the log says: IAM may hold a part of it already. */
async function checkApproval(
  run: ProvisionerRun,
  planned: Replanned,
  found: ObservedRole,
): Promise<Problem | undefined> {
  const { change } = run.grant();
  const logged = liveStateOf(run.grant());
  if (!change || !logged) return undefined;
  const live = mayNeedApproval(planned, change)
    ? {
        ...logged,
        permissionsPolicy: (await run.iam.findPermissionsPolicy(planned.plan.role.name)) ?? null,
        maxSessionDuration: found.maxSessionDuration,
        trustPolicyHash: canonicalHash(found.trustPolicy),
      }
    : logged;
  return missingApproval(run.ports.configuration, planned, change, live);
}

function goneOf(error: unknown): Problem | undefined {
  if (!(error instanceof PortError) || error.code !== 'NOT_FOUND') return undefined;
  return problem('CONFLICT', 'The role was deleted by somebody else. Revoke the grant and ask again.');
}

async function failUpdate(
  run: ProvisionerRun,
  { code, detail }: Pick<Problem, 'code' | 'detail'>,
): Promise<void> {
  await run.announce({ type: 'UpdateFailed', data: { ...subjectOf(run.grant()), error: { code, detail } } });
}
