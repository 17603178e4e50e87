import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetAccountSummaryCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { append, fetchRepository, getItem, getRows, loadEvents, lookForFreeze, update } from './calls.ts';
import {
  type BareGrant,
  boundaryArn,
  denyingTrustPolicy,
  grantOf,
  permissionsPolicy,
  providerArn,
  roleArn,
  toLease,
  toRelease,
  toRow,
  trustPolicy,
} from './records.ts';

// The bare invoked function: the provisioner's calls in the provisioner's order, without checking what it reads.

const iam = new IAMClient({ region: 'eu-central-1' });

export async function handler({ grantId }: { grantId: string }): Promise<{ outcome: string }> {
  await update(toLease(grantId));
  const events = await loadEvents(grantId);
  const grant = grantOf(events);
  const isRevoke = events.at(-1)?.type === 'RevocationRequested';
  const seq = isRevoke ? await removeRole(grant, events.length) : await createRole(grant, events.length);
  await update(toRow(grant, seq, { state: isRevoke ? 'revoked' : 'active', isDue: false }));
  await update(toRelease(grantId));
  return { outcome: 'settled' };
}

/** Returns the `seq` of the last event. */
async function createRole(grant: BareGrant, seq: number): Promise<number> {
  const rows = async () => {
    await getItem(`repository#${grant.repository.uuid}`);
    await getRows([grant.id]);
  };
  await lookForFreeze();
  await Promise.all([
    fetchRepository(grant.workspace.uuid, grant.repository.uuid),
    rows(),
    iam.send(new GetAccountSummaryCommand({})),
    iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn(grant) })),
  ]);
  await getItem(`resource#${grant.parameters.bucket}`);
  const role = { name: grant.roleName, arn: roleArn(grant) };
  await append(grant, seq + 1, { type: 'ProvisioningStarted', data: { role } });
  const created = await iam.send(
    new CreateRoleCommand({
      RoleName: grant.roleName,
      Path: '/rolewright/',
      AssumeRolePolicyDocument: JSON.stringify(trustPolicy(grant)),
      PermissionsBoundary: boundaryArn,
      MaxSessionDuration: 3600,
      Tags: [
        { Key: 'rolewright:grant', Value: grant.id },
        { Key: 'rolewright:repository', Value: grant.repository.uuid.slice(1, -1) },
        { Key: 'rolewright:template', Value: 's3-static-site' },
      ],
    }),
  );
  const confirmed = { ...role, id: created.Role?.RoleId };
  await append(grant, seq + 2, { type: 'RoleCreated', data: { role: confirmed } });
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: grant.roleName,
      PolicyName: 'permissions',
      PolicyDocument: JSON.stringify(permissionsPolicy(grant)),
    }),
  );
  const documents = { trustPolicy: trustPolicy(grant), permissionsPolicy: permissionsPolicy(grant) };
  await append(grant, seq + 3, { type: 'GrantActivated', data: { role: confirmed, ...documents } });
  return seq + 3;
}

/** Returns the `seq` of the last event. */
async function removeRole(grant: BareGrant, seq: number): Promise<number> {
  const RoleName = grant.roleName;
  const role = { name: RoleName, arn: roleArn(grant) };
  await iam.send(new GetRoleCommand({ RoleName }));
  await iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName,
      PolicyDocument: JSON.stringify(denyingTrustPolicy(grant)),
    }),
  );
  await iam.send(
    new PutRolePermissionsBoundaryCommand({
      RoleName,
      PermissionsBoundary: 'arn:aws:iam::aws:policy/AWSDenyAll',
    }),
  );
  await append(grant, seq + 1, { type: 'RoleDisabled', data: { role } });
  await Promise.all([
    iam.send(new ListRolePoliciesCommand({ RoleName })),
    iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
  ]);
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'permissions' }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
  await append(grant, seq + 2, { type: 'RoleDeleted', data: { role } });
  await append(grant, seq + 3, { type: 'GrantRevoked' });
  return seq + 3;
}
