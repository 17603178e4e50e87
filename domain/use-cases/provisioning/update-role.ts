import * as z from 'zod';
import type { EventData } from '../../grants/event.ts';
import type { ActiveGrant, ConfirmedRole, GrantChange, RequestInForce } from '../../grants/grant.ts';
import { liveState } from '../../planning/plan.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import { PortError } from '../../shared/port-error.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { mayNeedApproval, missingApproval, type Replanned, replan } from '../replan.ts';
import { ensureProvider } from './ensure-provider.ts';
import type { ObservedRole } from './iam.ts';
import { finalProblemOf } from './iam-errors.ts';
import { judgeConfirmedRole } from './role-identity.ts';
import { type ProvisionerRun, targetOf } from './run.ts';

type CreatedRole = EventData<'GrantUpdated'>['role'];

const documentSchema = z.record(z.string(), z.unknown());

/** Turns the live role of an active grant into what its change asks for. The permissions policy is replaced last and in
 *  one call, so a refusal at any step leaves the previous permissions in force; the session duration is put back. The
 *  trust policy is not: it states the repository's identity as Bitbucket has it now. */
export async function updateRole(
  run: ProvisionerRun,
  grant: ActiveGrant,
  change: GrantChange,
): Promise<void> {
  const { id, role } = grant;
  const created = { name: role.name, arn: role.arn, id: role.id };
  const planned = await replan(run.ports, id, change);
  if (!planned.ok) return giveUp(run, change, created, planned.problem);
  const failure = await write(run, { grant, change, planned: planned.value });
  if (failure) return giveUp(run, change, created, failure);
  const { trustPolicy, permissionsPolicy } = planned.value.rendered.role;
  await run.recordIntent({
    type: 'GrantUpdated',
    data: { ...targetOf(run.grant()), role: created, trustPolicy, permissionsPolicy },
  });
}

type PlannedUpdate = { grant: ActiveGrant; change: GrantChange; planned: Replanned };

async function write(run: ProvisionerRun, update: PlannedUpdate): Promise<Problem | undefined> {
  const { iam } = run;
  const { grant, planned } = update;
  const { rendered } = planned;
  const { name, arn, id }: ConfirmedRole = grant.role;
  const previous = grant.request.intent;
  const found = await iam.findRole(name);
  if (!found || judgeConfirmedRole(found, grant.id, id) !== 'ours') {
    return problem(
      'CONFLICT',
      `Role ${name} is gone or was altered by somebody else. Revoke the grant and ask again.`,
    );
  }
  const unapproved = await checkApproval(run, update, found);
  if (unapproved) return unapproved;
  const provider = await ensureProvider(run, rendered);
  if (!provider.ok) return provider.problem;
  const { trustPolicyHash, permissionsPolicyHash, maxSessionDuration } = rendered.intent;
  const data = {
    ...targetOf(run.grant()),
    role: { name, arn, id },
    trustPolicyHash,
    permissionsPolicyHash,
    maxSessionDuration,
  };
  await run.recordIntent({ type: 'UpdateStarted', data });
  const { maxSessionDuration: durationBefore } = found;
  try {
    if (found.boundaryArn !== rendered.role.boundaryArn)
      await iam.putBoundary(name, rendered.role.boundaryArn);
    if (canonicalHash(found.trustPolicy) !== trustPolicyHash) {
      await iam.putTrustPolicy(name, rendered.role.trustPolicy);
    }
    if (found.maxSessionDuration !== maxSessionDuration) {
      await iam.putMaxSessionDuration(name, maxSessionDuration);
    }
    if (permissionsPolicyHash !== previous.permissionsPolicyHash) {
      await iam.putPermissionsPolicy(name, rendered.role.permissionsPolicy);
    }
    return undefined;
  } catch (error) {
    const gone = goneOf(error);
    if (gone) return gone;
    const final = finalProblemOf(error);
    if (!final) throw error;
    const isIn = canonicalHash((await iam.findPermissionsPolicy(name)) ?? null) === permissionsPolicyHash;
    // An earlier call whose reply was lost may have put the new policy in force; then the update has happened.
    if (isIn && permissionsPolicyHash !== previous.permissionsPolicyHash) return undefined;
    if (maxSessionDuration !== durationBefore) {
      await iam.putMaxSessionDuration(name, durationBefore);
    }
    return final;
  }
}

/** Measures the change by what IAM holds, where it could need an approval that it does not have. An approval is of a change
 *  to what the log says: IAM may hold a part of it already. */
async function checkApproval(
  run: ProvisionerRun,
  { grant, change, planned }: PlannedUpdate,
  found: ObservedRole,
): Promise<Problem | undefined> {
  const logged = liveState(grant);
  const live = mayNeedApproval(planned, change)
    ? {
        ...logged,
        permissionsPolicy: (await run.iam.findPermissionsPolicy(planned.rendered.role.name)) ?? null,
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

/** Ends a change that cannot be made, and first looks at what an earlier run may have written of it: where the new
 *  permissions are in force it has happened, whatever stands in the way by now, and the log says so; else a longer session
 *  is put back. */
async function giveUp(
  run: ProvisionerRun,
  { seq, intent }: RequestInForce,
  role: CreatedRole,
  { code, detail }: Pick<Problem, 'code' | 'detail'>,
): Promise<void> {
  const { id: grantId, request } = run.grant();
  const target = targetOf(run.grant());
  const hasBegun = run.stream().events.some((event) => event.type === 'UpdateStarted' && event.seq > seq);
  const found = hasBegun ? await run.iam.findRole(role.name) : undefined;
  if (found && judgeConfirmedRole(found, grantId, role.id) === 'ours') {
    const permissions = documentSchema.safeParse(await run.iam.findPermissionsPolicy(role.name));
    const trust = documentSchema.safeParse(found.trustPolicy);
    const isIn =
      permissions.success &&
      intent.permissionsPolicyHash !== request.intent.permissionsPolicyHash &&
      canonicalHash(permissions.data) === intent.permissionsPolicyHash;
    if (isIn && trust.success) {
      const documents = { trustPolicy: trust.data, permissionsPolicy: permissions.data };
      return run.recordIntent({ type: 'GrantUpdated', data: { ...target, role, ...documents } });
    }
    // Never longer than what IAM holds: the log alone must not lengthen a session.
    const { maxSessionDuration: before } = request.intent;
    if (before < found.maxSessionDuration) await putBack(run, role.name, before);
  }
  await run.recordIntent({ type: 'UpdateFailed', data: { ...target, error: { code, detail } } });
}

/** Puts a session's duration back. Where IAM refuses even that, the change ends all the same: it would be tried for ever. */
async function putBack(run: ProvisionerRun, roleName: string, duration: number): Promise<void> {
  try {
    await run.iam.putMaxSessionDuration(roleName, duration);
  } catch (error) {
    if (!finalProblemOf(error) && !goneOf(error)) throw error;
  }
}
