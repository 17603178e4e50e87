import { audienceOf } from '../../bitbucket/oidc.ts';
import { inOrder } from '../../drift/action.ts';
import { type AppliedRole, closedByBoth, judgeRole } from '../../drift/role.ts';
import { judgeProvider } from '../../drift/whereabouts.ts';
import type { Difference } from '../../grants/drift.ts';
import type { ActiveGrant } from '../../grants/grant.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import { PROPAGATION_SECONDS } from '../../policy/propagation.ts';
import { PortError } from '../../shared/port-error.ts';
import { appliedRoleOf } from '../drift/applied-role.ts';
import type { ObservedRole } from './iam.ts';
import { secondsSince } from './lasting-failures.ts';
import { configuredAccount, type ProvisionerRun } from './run.ts';

/** A role that is about to be changed to `rendered`, as it was found, with the identity provider that it trusts. */
type Changing = {
  grant: ActiveGrant;
  rendered: RenderedRole;
  found: ObservedRole;
  provider: { clientIds: readonly string[] } | undefined;
};

/** True where someone has closed by hand what a change would write: it may be containment, which no change undoes. It is recorded
 *  then, and the next step of the run freezes the grant. Throws while IAM may still show what was before the last write. */
export async function isContained(run: ProvisionerRun, changing: Changing): Promise<boolean> {
  const { grant } = changing;
  const differences = await closedMeanwhile(run, changing);
  if (differences.length === 0) return false;
  if (secondsSince(run, grant.updatedAt) < PROPAGATION_SECONDS) throw notSettled();
  const { name, arn, id } = grant.role;
  const data = { role: { name, arn, id }, differences: inOrder(differences), action: 'freeze' } as const;
  await run.recordIntent({ type: 'DriftFound', data });
  return true;
}

/** What was closed of a role and its identity provider. Measured by what was last applied and by what the change writes, since an
 *  earlier run may have written a part of it. */
async function closedMeanwhile(run: ProvisionerRun, changing: Changing): Promise<Difference[]> {
  const { grant, rendered, found, provider } = changing;
  const account = configuredAccount(run.ports.configuration.accounts, grant.request.intent.account);
  const applied = appliedRoleOf(grant, account);
  if (!applied) return [];
  const permissionsPolicy = await run.iam.findPermissionsPolicy(grant.role.name);
  // Without a policy the role itself may be gone, which the first write finds.
  if (permissionsPolicy === undefined && !(await run.iam.findRole(grant.role.name))) return [];
  const { boundaryArn } = found;
  const isKnown = [undefined, applied.boundaryArn, applied.denyAllArn].includes(boundaryArn);
  const role = {
    ...found,
    permissionsPolicy,
    // The other policies stay as they are: a change takes none away.
    foreignPolicies: [],
    ...(isKnown || !boundaryArn ? {} : { boundaryDocument: await run.iam.findManagedPolicy(boundaryArn) }),
  };
  const ofRole = closedByBoth(judgeRole(applied, role), judgeRole(writtenBy(rendered, applied), role));
  // A workspace that was renamed has another provider, which its first change creates.
  const isSameProvider = grant.request.intent.workspace.slug === rendered.intent.workspace.slug;
  const isAnnounced = grant.announcedProvider !== undefined;
  const ofProvider =
    isSameProvider && !isAnnounced ? judgeProvider(audienceOf(rendered.intent.workspace), provider) : [];
  return [...ofRole, ...ofProvider];
}

const writtenBy = ({ role, intent }: RenderedRole, applied: AppliedRole): AppliedRole => ({
  ...applied,
  trustPolicy: role.trustPolicy,
  permissionsPolicy: role.permissionsPolicy,
  boundaryArn: role.boundaryArn,
  maxSessionDuration: intent.maxSessionDuration,
  tags: role.tags,
});

const notSettled = () =>
  new PortError(
    'IAM',
    'UNAVAILABLE',
    'The role seems to be closed by hand, or IAM does not show it yet. It is looked at again in a minute.',
  );
