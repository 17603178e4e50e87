import { DENY_ALL } from '../../../invariants/evidence.ts';
import { ADMINISTRATOR, ALL_OF_S3, deleteRole, makeForeignRole } from './account.ts';
import type { Stage } from './stage.ts';

/** Does something to the grant's role, as an administrator of its account. */
const act = (stage: Stage, action: string, parameters: Record<string, string> = {}): Promise<void> =>
  stage.world.aws.act(action, { RoleName: stage.roleName, ...parameters }, stage.accountId);

/** The role's trust policy with one text in place of another. */
async function putTrust(stage: Stage, from: RegExp, to: string): Promise<void> {
  const { trustPolicy } = stage.world.aws.state().roles.find(({ name }) => name === stage.roleName) ?? {};
  const PolicyDocument = (trustPolicy ?? '').replace(from, to);
  if (PolicyDocument === trustPolicy) throw new Error(`the trust policy has no ${from}`);
  await act(stage, 'UpdateAssumeRolePolicy', { PolicyDocument });
}

/** Opens a role in several ways: to every repository of the workspace, with more permissions, and without a boundary. */
export async function openByHand(stage: Stage): Promise<void> {
  await putTrust(stage, /"\{[^"{}]*\}:\*"/, '"*"');
  await act(stage, 'PutRolePolicy', { PolicyName: 'backdoor', PolicyDocument: ALL_OF_S3 });
  await act(stage, 'AttachRolePolicy', { PolicyArn: ADMINISTRATOR });
  await act(stage, 'DeleteRolePermissionsBoundary');
  await act(stage, 'UpdateRole', { MaxSessionDuration: '43200' });
}

/** Ends what sessions of a role may do, as in an incident. */
export const closeByHand = (stage: Stage): Promise<void> =>
  act(stage, 'PutRolePermissionsBoundary', { PermissionsBoundary: DENY_ALL });

/** Deletes the role. */
export const deleteByHand = (stage: Stage): Promise<void> => deleteRole(stage.world.aws, stage.roleName);

/** Puts another role where the grant's was. */
export async function replaceByHand(stage: Stage): Promise<void> {
  await deleteByHand(stage);
  await makeForeignRole(stage.world.aws, stage.roleName, '/rolewright/');
}

/** Opens the closed role of a frozen grant again. */
export async function reopenByHand(stage: Stage): Promise<void> {
  await putTrust(stage, /"Deny"/, '"Allow"');
  const PermissionsBoundary = `arn:aws:iam::${stage.accountId}:policy/rolewright-boundary`;
  await act(stage, 'PutRolePermissionsBoundary', { PermissionsBoundary });
}
