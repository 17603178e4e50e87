import { notOwned } from '../../access/ownership.ts';
import type {
  ActiveGrant,
  ConfirmedRole,
  Grant,
  ProvisioningGrant,
  RequestInForce,
} from '../../grants/grant.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import { PERMISSIONS_POLICY_NAME } from '../../planning/role.ts';
import { PROPAGATION_SECONDS } from '../../policy/propagation.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import { PortError } from '../../shared/port-error.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { forbiddenByFreeze } from '../holds/installation.ts';
import { missingApproval, type Replanned, replanToRestore } from '../replan.ts';
import { heldElsewhere, reserveFor } from '../reservations.ts';
import { failProvisioning } from './create-role.ts';
import { ensureProvider, findProviderOf } from './ensure-provider.ts';
import type { ObservedRole } from './iam.ts';
import { finalProblemOf, secondsSince } from './lasting-failures.ts';
import { judgeConfirmedRole } from './role-identity.ts';
import type { ProvisionerRun } from './run.ts';

type Refusal = Pick<Problem, 'code' | 'detail'>;

/** A frozen grant that is being opened again and whose role IAM had. */
type OpenedGrant = ProvisioningGrant & { role: ConfirmedRole };

/** True for a frozen grant whose closed role is to be opened again; a role that is gone is made anew instead. */
export const isOpened = (grant: ProvisioningGrant): grant is OpenedGrant =>
  grant.thawing !== undefined && grant.role?.id !== undefined;

/** Opens the closed role of a frozen grant: everything about its request is verified again, and the trust policy is put
 *  last. What lastingly prevents it is recorded, and the role is closed again. A role that is gone is recorded as
 *  deleted, and made anew by the next step. */
export async function thawRole(run: ProvisionerRun, grant: OpenedGrant): Promise<void> {
  const denied = await deniedWhileFrozen(run, grant.role);
  if (denied) return failProvisioning(run, denied);
  const restored = await restore(run, grant, grant.role);
  if (restored === 'gone') {
    if (secondsSince(run, grant.role.confirmedAt) < PROPAGATION_SECONDS) throw notVisible();
    const { name, arn } = grant.role;
    return run.recordOutcome({ type: 'RoleDeleted', data: { role: { name, arn } } });
  }
  if ('problem' in restored) return failProvisioning(run, restored.problem);
  const { trustPolicy, permissionsPolicy } = restored.rendered.role;
  await run.recordIntent({
    type: 'GrantActivated',
    data: { role: roleData(grant.role), trustPolicy, permissionsPolicy },
  });
}

/** The problem of a thaw where someone has put a Deny into the role's own policy while it was frozen: that is another's
 *  containment, which only a repair undoes. Undefined for a repair. */
async function deniedWhileFrozen(run: ProvisionerRun, { name }: ConfirmedRole): Promise<Problem | undefined> {
  const asked = run
    .stream()
    .events.findLast(({ type }) => type === 'GrantThawed' || type === 'RepairRequested');
  if (asked?.type === 'RepairRequested') return undefined;
  const document = await run.iam.findPermissionsPolicy(name);
  if (document === undefined || !mayDeny(document)) return undefined;
  const detail = `The policy ${PERMISSIONS_POLICY_NAME} of role ${name} denies something that Rolewright did not put there. It may be there to contain the role, and a thaw does not undo that. Find out why, then repair the grant or revoke it.`;
  return problem('CONFLICT', detail);
}

/** Restores the role of an active grant to exactly what was last applied. What lastingly prevents it is recorded. */
export async function repairRole(run: ProvisionerRun, grant: ActiveGrant): Promise<void> {
  const failure = await restoreRole(run, grant);
  if (!failure) return run.recordIntent({ type: 'DriftRepaired', data: { role: roleData(grant.role) } });
  const { code, detail } = failure;
  await run.recordIntent({ type: 'RepairFailed', data: { error: { code, detail } } });
}

/** Restores the role of an active grant; answers what lastingly prevents it. */
export async function restoreRole(run: ProvisionerRun, grant: ActiveGrant): Promise<Refusal | undefined> {
  const restored = await restore(run, grant, grant.role);
  if (restored === 'gone') return goneProblem(grant.role.name);
  return 'problem' in restored ? restored.problem : undefined;
}

/** What a restoring came to. `gone`: IAM has no role of this name. */
type Restored = Replanned | { problem: Refusal } | 'gone';

async function restore(run: ProvisionerRun, grant: Grant, role: ConfirmedRole): Promise<Restored> {
  try {
    return await restoreOnce(run, grant, role);
  } catch (error) {
    const final = finalProblemOf(error);
    if (!final) throw error;
    return { problem: final };
  }
}

async function restoreOnce(run: ProvisionerRun, grant: Grant, role: ConfirmedRole): Promise<Restored> {
  const { request } = grant;
  const frozen = await forbiddenByFreeze(run.ports.installation);
  if (frozen) return { problem: frozen };
  const planned = await replanToRestore(run.ports, grant.id, request);
  if (!planned.ok) return planned;
  const { rendered, template } = planned.value;
  const found = await run.iam.findRole(role.name);
  if (!found) return 'gone';
  if (judgeConfirmedRole(found, grant.id, role) !== 'ours') return { problem: foreignRole(role.name) };
  await reserveFor(run.ports, { ...rendered, template });
  const unapproved = await missingApprovalToRestore(run, planned.value, { request, found });
  if (unapproved) return { problem: unapproved };
  const foreign = await foreignPolicies(run, role.name);
  if ('problem' in foreign) return foreign;
  const provider = await ensureProvider(run, rendered, await findProviderOf(run, rendered.intent));
  if (!provider.ok) return provider;
  const { trustPolicyHash, permissionsPolicyHash, maxSessionDuration } = rendered.intent;
  const hashes = { trustPolicyHash, permissionsPolicyHash, maxSessionDuration };
  await run.recordIntent({ type: 'UpdateStarted', data: { role: roleData(role), ...hashes } });
  // The provisioner may set the boundary of any of its roles, and write nothing else on one without a known boundary.
  const { boundaryArn } = rendered.role;
  const isBounded = found.boundaryArn === boundaryArn || isDenyAll(found.boundaryArn);
  if (!isBounded) await run.iam.putBoundary(role.name, boundaryArn);
  await removeForeign(run, role, foreign);
  await putEverything(run, rendered, found);
  return planned.value;
}

/** The problem of restoring what no one has approved: names must be owned, or approved by a person, as they are now. An
 *  approved change was compared with what was live before it, which nothing here proves: it counts where its names are
 *  owned. Without any approval, what is restored may be no more than what IAM holds. */
async function missingApprovalToRestore(
  run: ProvisionerRun,
  planned: Replanned,
  { request, found }: { request: RequestInForce; found: ObservedRole },
): Promise<Problem | undefined> {
  const { configuration } = run.ports;
  const { rendered, template } = planned;
  if (rendered.unowned.length > 0 && (await hasMoved(run, planned, request))) {
    return notOwned(rendered.intent.repository, rendered.unowned);
  }
  const held = await heldElsewhere(run.ports, { ...rendered, template });
  const unapproved = missingApproval(configuration, planned, { request, live: undefined, held });
  if (!unapproved || rendered.unowned.length > 0 || held.length > 0) return unapproved;
  if (request.approvedBy?.kind === 'person') return undefined;
  const live = {
    intent: request.intent,
    requesterKind: request.requestedBy.kind,
    permissionsPolicy: await run.iam.findPermissionsPolicy(rendered.role.name),
    maxSessionDuration: found.maxSessionDuration,
    trustPolicyHash: request.intent.trustPolicyHash,
  };
  return missingApproval(configuration, planned, { request, live, held });
}

/** True unless the repository is in the project that it was in when the grant was requested, by the log. Who approved a name that the project
 *  does not own decided about that project. */
async function hasMoved(
  run: ProvisionerRun,
  { rendered }: Replanned,
  { seq }: RequestInForce,
): Promise<boolean> {
  const [stored] = await run.ports.log.loadFrom(rendered.grantId, seq, 1);
  const event = stored?.kind === 'known' ? stored.event : undefined;
  if (event?.type !== 'GrantRequested' && event?.type !== 'GrantChangeRequested') return true;
  return event.data.project?.uuid !== rendered.intent.project?.uuid;
}

/** The policies on a role that Rolewright did not put there and that a restoring removes: inline ones by name, attached ones by
 *  ARN. One that holds a Deny, or that cannot be read, may be another’s containment and stays; where it is attached, the
 *  restoring is refused. */
async function foreignPolicies(
  run: ProvisionerRun,
  roleName: string,
): Promise<ForeignPolicies | { problem: Refusal }> {
  const { inline, attached } = await run.iam.listPolicies(roleName);
  const kept = await asyncFilter(attached, async (arn) => mayDeny(await run.iam.findManagedPolicy(arn)));
  const [first] = kept;
  if (first !== undefined) {
    const detail = `Policy ${first} is attached to role ${roleName} and denies something, or cannot be read. It may be there to contain the role. Find out why, detach it, and repeat this, or revoke the grant.`;
    return { problem: problem('CONFLICT', detail) };
  }
  const foreign = inline.filter((name) => name !== PERMISSIONS_POLICY_NAME);
  const removed = await asyncFilter(
    foreign,
    async (name) => !mayDeny(await run.iam.findInlinePolicy(roleName, name)),
  );
  return { inline: removed, attached };
}

type ForeignPolicies = { inline: string[]; attached: string[] };

async function asyncFilter(items: readonly string[], isWanted: (item: string) => Promise<boolean>) {
  const wanted = await Promise.all(items.map(isWanted));
  return items.filter((_, n) => wanted[n]);
}

/** True unless a policy is known to hold no Deny. */
const mayDeny = (document: unknown): boolean => {
  const text = JSON.stringify(document ?? null);
  return document === undefined || /"deny"/i.test(text);
};

async function removeForeign(
  run: ProvisionerRun,
  role: ConfirmedRole,
  { inline, attached }: ForeignPolicies,
): Promise<void> {
  if (inline.length === 0 && attached.length === 0) return;
  await run.recordIntent({ type: 'ForeignPoliciesFound', data: { role: roleData(role), inline, attached } });
  for (const name of inline) await unlessGone(run.iam.deleteInlinePolicy(role.name, name));
  for (const arn of attached) await unlessGone(run.iam.detachPolicy(role.name, arn));
}

const unlessGone = (removed: Promise<void>): Promise<void> =>
  removed.catch((error: unknown) => {
    if (!(error instanceof PortError) || error.code !== 'NOT_FOUND') throw error;
  });

const isDenyAll = (arn: string | undefined): boolean => arn?.endsWith(':iam::aws:policy/AWSDenyAll') ?? false;

/** Puts what differs from what IAM holds; the trust policy last, so that no token is admitted before all else is so. */
async function putEverything(
  { iam }: ProvisionerRun,
  { role, intent }: RenderedRole,
  found: ObservedRole,
): Promise<void> {
  const missing = Object.entries(role.tags).filter(([key, value]) => found.tags[key] !== value);
  if (missing.length > 0) await iam.putTags(role.name, Object.fromEntries(missing));
  const permissions = await iam.findPermissionsPolicy(role.name);
  if (canonicalHash(permissions ?? null) !== intent.permissionsPolicyHash) {
    await iam.putPermissionsPolicy(role.name, role.permissionsPolicy);
  }
  if (found.maxSessionDuration !== intent.maxSessionDuration) {
    await iam.putMaxSessionDuration(role.name, intent.maxSessionDuration);
  }
  if (isDenyAll(found.boundaryArn)) {
    await iam.putBoundary(role.name, role.boundaryArn);
  }
  if (canonicalHash(found.trustPolicy ?? null) !== intent.trustPolicyHash) {
    await iam.putTrustPolicy(role.name, role.trustPolicy);
  }
}

const roleData = ({ name, arn, id }: ConfirmedRole) => ({ name, arn, id });

const foreignRole = (roleName: string): Problem =>
  problem(
    'ROLE_NAME_TAKEN',
    `Role ${roleName} was replaced, or has lost the tag of this grant. Rolewright changes no role that is not provably its own. Restore the tag, or delete the role and repeat this, or revoke the grant.`,
  );

const goneProblem = (roleName: string): Problem =>
  problem(
    'CONFLICT',
    `Role ${roleName} was deleted in AWS. Freeze the grant and repair it, which makes the role again, or revoke it.`,
  );

const notVisible = () =>
  new PortError(
    'IAM',
    'UNAVAILABLE',
    'The role is not visible yet. IAM is eventually consistent; repeat in a minute.',
  );
