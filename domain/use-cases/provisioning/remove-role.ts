import { type ConfirmedRole, type Grant, type GrantRole, roleOf } from '../../grants/grant.ts';
import { denyAllArn, GRANT_TAG, PERMISSIONS_POLICY_NAME, roleArnOf } from '../../planning/role.ts';
import { boundaryArn, findAccount } from '../../shared/account.ts';
import type { GrantId } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import { renderDenyingTrustPolicy } from '../../trust/policy.ts';
import { endSessions } from './end-sessions.ts';
import type { ObservedRole } from './iam.ts';
import { isUnseen, secondsSince } from './lasting-failures.ts';
import { isOurUnconfirmedRole, judgeConfirmedRole, mayBeOurs } from './role-identity.ts';
import { configuredAccount, type ProvisionerRun } from './run.ts';

/** Seconds between two looks that both must find nothing before a role whose creation was never confirmed counts as
 *  absent, and for which a confirmed role may be invisible. Design contract. */
const ABSENCE_SECONDS = 60;

/** Ends all access through a grant's role and deletes it, in resumable steps: `endSessions` (deny in the trust policy, and
 *  AWSDenyAll as boundary, which ends running sessions), every policy off, role deleted. Returns when it is proven that nothing
 *  of the grant is left in IAM; throws while that is not so. Touches only a role that is provably this grant's. The log already
 *  holds the intent to remove. */
export async function removeRole(run: ProvisionerRun, role: GrantRole | undefined): Promise<void> {
  if (!role) return;
  const found = await run.iam.findRole(role.name);
  const owned = found ? await claim(run, role, found) : await acceptAbsence(run, role);
  if (!found || !owned) return;
  await disable(run, owned, found);
  await removePolicies(run, owned);
  await ignoreMissing(run, owned, () => run.iam.deleteRole(owned.name));
  await recordDeleted(run, owned);
}

/** Ends all access through the role of a frozen grant, by `endSessions`, and keeps it. One that is not there, or was replaced
 *  by a foreign one, is recorded as deleted. Returns when nothing admits a token or lets a session act; throws while that is
 *  not so. Touches only a role that is provably this grant's. The log already holds the intent to close it. */
export async function closeRole(run: ProvisionerRun, role: GrantRole): Promise<void> {
  const found = await run.iam.findRole(role.name);
  const owned = found ? await claim(run, role, found) : await acceptAbsence(run, role);
  if (found && owned) {
    const [failure] = await endAccess(run, owned, found);
    if (failure) throw failure;
    if (!owned.disabled) await recordDisabled(run, owned);
    return;
  }
  const { grant } = run.stream();
  if (grant && roleOf(grant)) await recordDeleted(run, role);
}

/** Decides whether a found role is this grant's; one whose id the log lacks is recorded first. */
async function claim(
  run: ProvisionerRun,
  role: GrantRole,
  found: ObservedRole,
): Promise<ConfirmedRole | undefined> {
  const grant = run.grant();
  if (role.id === undefined) {
    const { announcedAt } = role;
    const expected = { grant, account: accountOf(run, grant), announcedAt };
    if (!(await isOurUnconfirmedRole(run.iam, found, expected))) {
      if (mayBeOurs(found, expected)) throw unprovable(role.name, grant.id);
      return undefined;
    }
    const data = { role: { name: role.name, arn: role.arn, id: found.id } };
    await run.recordOutcome({ type: 'RoleCreated', data });
    return { ...role, id: found.id, confirmedAt: run.grant().updatedAt };
  }
  const verdict = judgeConfirmedRole(found, grant.id, role);
  if (verdict === 'altered') {
    const detail = `Role ${role.name} has lost its path or its tag ${GRANT_TAG}=${grant.id}. Restore the tag; Rolewright changes no role without it.`;
    throw new PortError('IAM', 'REJECTED', detail, { problemCode: 'ROLE_NAME_TAKEN' });
  }
  if (verdict === 'replaced') {
    await recordDeleted(run, role);
    return undefined;
  }
  return role;
}

/** "Not found" right after a create is propagation. A confirmed role counts as gone once it must have been visible; one
 *  never confirmed, on two looks that lie apart. */
async function acceptAbsence(run: ProvisionerRun, role: GrantRole): Promise<undefined> {
  if (role.id !== undefined) {
    if (!role.disabled && secondsSince(run, role.confirmedAt) < ABSENCE_SECONDS) throw notVisible();
    await recordDeleted(run, role);
    return undefined;
  }
  if (!role.notFoundAt) {
    const data = { role: { name: role.name, arn: role.arn } };
    await run.recordOutcome({ type: 'RoleNotFound', data });
    throw notVisible();
  }
  if (secondsSince(run, role.notFoundAt) < ABSENCE_SECONDS) throw notVisible();
  return undefined;
}

/** A role that bears our path and tag, made after the announcement, and is not what was announced: our own that was
 *  altered, or a forgery. "Nothing is left" cannot be said while it exists. */
const unprovable = (roleName: string, grantId: GrantId) =>
  new PortError(
    'IAM',
    'REJECTED',
    `Role ${roleName} has the tag of ${grantId} but differs from what was announced. Have an administrator of the account examine and delete it.`,
    { problemCode: 'ROLE_NAME_TAKEN' },
  );

const notVisible = () =>
  new PortError(
    'IAM',
    'UNAVAILABLE',
    'The role is not visible yet. IAM is eventually consistent; repeat in a minute.',
  );

async function disable(run: ProvisionerRun, role: ConfirmedRole, found: ObservedRole): Promise<void> {
  const failures = await endAccess(run, role, found);
  // One step that IAM refuses must not keep the other, or the deletion, from ending access.
  if (failures.length > 1) throw failures[0];
  if (failures.length === 0 && !role.disabled) await recordDisabled(run, role);
}

const recordDisabled = (run: ProvisionerRun, role: ConfirmedRole) =>
  run.recordOutcome({ type: 'RoleDisabled', data: { role: roleData(role) } });

/** Steps 1 and 2 of a revoke; what IAM lastingly refuses is returned. */
function endAccess(run: ProvisionerRun, role: ConfirmedRole, found: ObservedRole): Promise<PortError[]> {
  const grant = run.grant();
  const { intent } = grant.request;
  const account = configuredAccount(run.ports.configuration.accounts, intent.account);
  const denying = renderDenyingTrustPolicy({
    account,
    workspace: intent.workspace,
    repositoryUuid: intent.repository.uuid,
  });
  return endSessions(run.iam, {
    name: role.name,
    found,
    denying,
    denyAllArn: denyAllArn(account.partition),
    boundaryArn: boundaryArn(account),
  });
}

async function removePolicies(run: ProvisionerRun, role: ConfirmedRole): Promise<void> {
  const { inline, attached } = await run.iam.listPolicies(role.name);
  const foreign = inline.filter((name) => name !== PERMISSIONS_POLICY_NAME);
  if (foreign.length > 0 || attached.length > 0) {
    const data = { role: roleData(role), inline: foreign, attached };
    await run.recordOutcome({ type: 'ForeignPoliciesFound', data });
  }
  for (const name of inline) {
    await ignoreMissing(run, role, () => run.iam.deleteInlinePolicy(role.name, name));
  }
  for (const arn of attached) await ignoreMissing(run, role, () => run.iam.detachPolicy(role.name, arn));
}

/** For deletions of what this run has just seen: "no such entity" then means that it is done. */
async function ignoreMissing(
  run: ProvisionerRun,
  { name }: ConfirmedRole,
  remove: () => Promise<void>,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!(await isUnseen(run, name, error))) throw error;
  }
}

const roleData = ({ name, arn, id }: ConfirmedRole) => ({ name, arn, id });

const recordDeleted = (run: ProvisionerRun, { name, arn }: GrantRole) =>
  run.recordOutcome({ type: 'RoleDeleted', data: { role: { name, arn } } });

const accountOf = (run: ProvisionerRun, grant: Grant) =>
  configuredAccount(run.ports.configuration.accounts, grant.request.intent.account);

/** Makes sure that a failed grant has left nothing behind: a role that IAM made late, by the same proof as any role whose
 *  creation was never confirmed. What is found is announced as a revoke, which then removes it. Costs one read when all
 *  is well. Nothing can be looked at in an account that is no longer configured. */
export async function removeLeftover(run: ProvisionerRun): Promise<void> {
  const grant = run.grant();
  const { roleName, account: accountId } = grant.request.intent;
  if (!findAccount(run.ports.configuration.accounts, accountId)) return;
  const found = await run.iam.findRole(roleName);
  if (!found) return;
  const account = accountOf(run, grant);
  const asked = { grant, account, announcedAt: grant.request.at };
  if (!(await isOurUnconfirmedRole(run.iam, found, asked))) return;
  const arn = roleArnOf(account, roleName);
  const role = { name: roleName, arn, id: found.id };
  await run.recordIntent({
    type: 'RevocationRequested',
    data: { cause: 'leftover', role },
  });
}
