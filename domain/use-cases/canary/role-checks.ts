import { audienceOf, providerArn } from '../../bitbucket/oidc.ts';
import { judgeProvider } from '../../drift/whereabouts.ts';
import type { GrantIntent } from '../../grants/intent.ts';
import { isAtRest } from '../../grants/work.ts';
import type { Account } from '../../shared/account.ts';
import { checkTrustPolicy } from '../../trust/check.ts';
import { type AppliedGrant, isApplied } from '../drift/applied-role.ts';
import { type GrantStream, loadStream, type StreamReading } from '../grant-stream.ts';
import { failed, type Look, OK, skipped } from './finding.ts';
import type { RoleReader } from './role-reader.ts';

/** What looking at a role needs. */
export type RoleCheckPorts = StreamReading & { roles: RoleReader };

/** The grant of a stream; undefined where its role is not settled now. */
export function settledGrant({ grant }: Pick<GrantStream, 'grant'>): AppliedGrant | undefined {
  return grant?.state === 'active' && isAtRest(grant) && isApplied(grant) ? grant : undefined;
}

/** Whether the role of a grant, as IAM returns it, is the grant's own and admits exactly the grant's own tokens. A change is
 *  announced before it is made, so the log, read after a finding, says whether it is a change that is under way. */
export async function lookAtRole(
  ports: RoleCheckPorts,
  { grant, account }: { grant: AppliedGrant; account: Account },
): Promise<Look> {
  const { roleName } = grant.request.intent;
  const role = await ports.roles.findRole(roleName);
  const wrong = role ? roleFindings(grant, account, role) : [`IAM has no role ${roleName}`];
  if (wrong.length === 0) return OK;
  const after = settledGrant(await loadStream(ports, grant.id));
  if (after?.updatedAt !== grant.updatedAt) return skipped('the grant changed while it was looked at');
  return failed(wrong.join('; '));
}

function roleFindings(
  { role, request: { intent } }: AppliedGrant,
  account: Account,
  found: { id: string; trustPolicy: unknown },
): string[] {
  const isReplaced = found.id !== role.id;
  const trust = checkTrustPolicy(JSON.stringify(found.trustPolicy) ?? '', expectationOf(intent, account));
  return [
    ...(isReplaced ? [`role ${intent.roleName} is another one than was created`] : []),
    ...trust.map((finding) => `the trust policy of ${intent.roleName} ${finding}`),
  ];
}

const expectationOf = ({ workspace, repository, environment }: GrantIntent, account: Account) => ({
  partition: account.partition,
  accountId: account.id,
  workspaceSlug: workspace.slug,
  workspaceUuid: workspace.uuid,
  repositoryUuid: repository.uuid,
  environmentUuid: environment?.uuid,
});

/** Whether the identity provider that a grant's role trusts is there and takes the workspace's audience. */
export async function lookAtProvider(
  { roles }: Pick<RoleCheckPorts, 'roles'>,
  { grant, account }: { grant: AppliedGrant; account: Account },
): Promise<Look> {
  const { workspace } = grant.request.intent;
  const arn = providerArn(account, workspace.slug);
  const found = await roles.findProvider(arn);
  if (judgeProvider(audienceOf(workspace), found).length === 0) return OK;
  return failed(found ? `${arn} does not take ${audienceOf(workspace)}` : `IAM has no ${arn}`);
}
