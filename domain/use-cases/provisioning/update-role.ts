import * as z from 'zod';
import type { EventData } from '../../grants/event.ts';
import type { ActiveGrant, GrantChange, RequestInForce } from '../../grants/grant.ts';
import { liveState } from '../../planning/plan.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import { PortError } from '../../shared/port-error.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { mayNeedApproval, missingApproval, type Replanned, replan } from '../replan.ts';
import { heldElsewhere, reserveFor } from '../reservations.ts';
import { isContained } from './closed-meanwhile.ts';
import { ensureProvider, findProviderOf } from './ensure-provider.ts';
import type { ObservedRole } from './iam.ts';
import { finalProblemOf, unreachableProblemOf } from './lasting-failures.ts';
import { judgeConfirmedRole } from './role-identity.ts';
import { keptClosed, type ProvisionerRun } from './run.ts';

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
  if (!planned.ok) return giveUp(run, change, { role: created, problem: planned.problem });
  // Also where an earlier run has begun: what is not written yet is not written while this holds.
  const kept = await keptClosed(run, change);
  if (kept) return giveUp(run, change, { role: created, problem: kept });
  const written = await write(run, { grant, change, planned: planned.value }).catch((error: unknown) => {
    // What was begun waits until the account is back.
    const problemOf = hasBegun(run, change) ? undefined : unreachableProblemOf(error);
    if (!problemOf) throw error;
    return problemOf;
  });
  if (written === 'contained') return;
  if (written) return giveUp(run, change, { role: created, problem: written });
  const { trustPolicy, permissionsPolicy } = planned.value.rendered.role;
  await run.recordIntent({
    type: 'GrantUpdated',
    data: { role: created, trustPolicy, permissionsPolicy },
  });
}

type PlannedUpdate = { grant: ActiveGrant; change: GrantChange; planned: Replanned };

/** Writes what differs. Answers what lastingly prevents it, or `contained` where someone has closed the role: that is recorded, and
 *  the next step of the run freezes the grant. */
async function write(
  run: ProvisionerRun,
  update: PlannedUpdate,
): Promise<Pick<Problem, 'code' | 'detail'> | 'contained' | undefined> {
  const { grant, planned } = update;
  const { rendered } = planned;
  const { name, arn, id } = grant.role;
  const found = await run.iam.findRole(name);
  if (!found || judgeConfirmedRole(found, grant.id, grant.role) !== 'ours') {
    return problem(
      'CONFLICT',
      `Role ${name} was deleted or altered from outside Rolewright. Revoke the grant and request it again.`,
    );
  }
  const present = await findProviderOf(run, rendered.intent);
  if (await isContained(run, { grant, rendered, found, provider: present })) return 'contained';
  const unapproved = await checkApproval(run, update, found);
  if (unapproved) return unapproved;
  const provider = await ensureProvider(run, rendered, present);
  if (!provider.ok) return provider.problem;
  const { trustPolicyHash, permissionsPolicyHash, maxSessionDuration } = rendered.intent;
  const hashes = { trustPolicyHash, permissionsPolicyHash, maxSessionDuration };
  await run.recordIntent({ type: 'UpdateStarted', data: { role: { name, arn, id }, ...hashes } });
  const changed: ChangedRole = { grant, rendered, found };
  try {
    await putChanges(run, changed);
    return undefined;
  } catch (error) {
    return failureOf(run, error, changed);
  }
}

type ChangedRole = { grant: ActiveGrant; rendered: RenderedRole; found: ObservedRole };

const changesPermissions = ({ grant, rendered }: ChangedRole): boolean =>
  rendered.intent.permissionsPolicyHash !== grant.request.intent.permissionsPolicyHash;

/** Puts what differs from what IAM holds; the permissions last. */
async function putChanges({ iam }: ProvisionerRun, changed: ChangedRole): Promise<void> {
  const { rendered, found } = changed;
  const { role, intent } = rendered;
  if (found.boundaryArn !== role.boundaryArn) await iam.putBoundary(role.name, role.boundaryArn);
  const missing = Object.entries(role.tags).filter(([key, value]) => found.tags[key] !== value);
  if (missing.length > 0) await iam.putTags(role.name, Object.fromEntries(missing));
  if (canonicalHash(found.trustPolicy) !== intent.trustPolicyHash) {
    await iam.putTrustPolicy(role.name, role.trustPolicy);
  }
  if (found.maxSessionDuration !== intent.maxSessionDuration) {
    await iam.putMaxSessionDuration(role.name, intent.maxSessionDuration);
  }
  if (changesPermissions(changed)) {
    await iam.putPermissionsPolicy(role.name, role.permissionsPolicy);
  }
}

/** The problem that a failed write leaves, once the session's duration is put back; undefined where the update has happened
 *  all the same. Throws what may pass. */
async function failureOf(
  run: ProvisionerRun,
  error: unknown,
  changed: ChangedRole,
): Promise<Pick<Problem, 'code' | 'detail'> | undefined> {
  const gone = goneOf(error);
  if (gone) return gone;
  const final = finalProblemOf(error);
  if (!final) throw error;
  const { rendered, found } = changed;
  const { name } = rendered.role;
  const { permissionsPolicyHash, maxSessionDuration } = rendered.intent;
  const isIn = canonicalHash((await run.iam.findPermissionsPolicy(name)) ?? null) === permissionsPolicyHash;
  // An earlier call whose reply was lost may have put the new policy in force; then the update has happened.
  if (isIn && changesPermissions(changed)) return undefined;
  if (maxSessionDuration !== found.maxSessionDuration) {
    await run.iam.putMaxSessionDuration(name, found.maxSessionDuration);
  }
  return final;
}

/** Measures the change by what IAM holds, where it could need an approval that it does not have. An approval is of a change
 *  to what the log says: IAM may hold a part of it already. */
async function checkApproval(
  run: ProvisionerRun,
  { grant, change, planned }: PlannedUpdate,
  found: ObservedRole,
): Promise<Problem | undefined> {
  const logged = liveState(grant);
  const intended = { ...planned.rendered, template: planned.template };
  await reserveFor(run.ports, intended);
  const held = await heldElsewhere(run.ports, intended);
  const live = mayNeedApproval(planned, change, held)
    ? {
        ...logged,
        permissionsPolicy: (await run.iam.findPermissionsPolicy(planned.rendered.role.name)) ?? null,
        maxSessionDuration: found.maxSessionDuration,
        trustPolicyHash: canonicalHash(found.trustPolicy),
      }
    : logged;
  return missingApproval(run.ports.configuration, planned, { request: change, live, held });
}

function goneOf(error: unknown): Problem | undefined {
  if (!(error instanceof PortError) || error.code !== 'NOT_FOUND') return undefined;
  return problem(
    'CONFLICT',
    'The role was deleted from outside Rolewright. Revoke the grant and request it again.',
  );
}

/** True once an earlier step of this change was announced. */
const hasBegun = (run: ProvisionerRun, { seq }: Pick<RequestInForce, 'seq'>): boolean =>
  run.stream().events.some((event) => event.type === 'UpdateStarted' && event.seq > seq);

/** Ends a change that cannot be made, and first looks at what an earlier run may have written of it: where the new
 *  permissions are in force it has happened, whatever prevents it by now, and the log says so; else a longer session
 *  is put back. */
async function giveUp(
  run: ProvisionerRun,
  { seq, intent }: RequestInForce,
  { role, problem: { code, detail } }: { role: CreatedRole; problem: Pick<Problem, 'code' | 'detail'> },
): Promise<void> {
  const { id: grantId, request } = run.grant();
  const found = hasBegun(run, { seq }) ? await run.iam.findRole(role.name) : undefined;
  if (found && judgeConfirmedRole(found, grantId, role) === 'ours') {
    const permissions = documentSchema.safeParse(await run.iam.findPermissionsPolicy(role.name));
    const trust = documentSchema.safeParse(found.trustPolicy);
    const isIn =
      permissions.success &&
      intent.permissionsPolicyHash !== request.intent.permissionsPolicyHash &&
      canonicalHash(permissions.data) === intent.permissionsPolicyHash;
    if (isIn && trust.success) {
      const documents = { trustPolicy: trust.data, permissionsPolicy: permissions.data };
      return run.recordIntent({ type: 'GrantUpdated', data: { role, ...documents } });
    }
    // Never longer than what IAM holds: the log alone must not lengthen a session.
    const { maxSessionDuration: before } = request.intent;
    if (before < found.maxSessionDuration) await putBack(run, role.name, before);
  }
  await run.recordIntent({ type: 'UpdateFailed', data: { error: { code, detail } } });
}

/** Puts a session's duration back. Where IAM refuses even that, the change ends all the same: it would be tried for ever. */
async function putBack(run: ProvisionerRun, roleName: string, duration: number): Promise<void> {
  try {
    await run.iam.putMaxSessionDuration(roleName, duration);
  } catch (error) {
    if (!finalProblemOf(error) && !goneOf(error)) throw error;
  }
}
