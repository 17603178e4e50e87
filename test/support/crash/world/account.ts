import type { AwsHand } from './aws.ts';

const WORKSPACES = {
  acme: '922e118c-f34f-4226-a897-0e0afbec553d',
  globex: '979f3574-6128-47d7-81ae-79d593e68689',
} as const;

/** A workspace of the seed. */
export type SeededWorkspace = keyof typeof WORKSPACES;

export const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

const statement = (over: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...over }] });

/** A trust policy that has nothing to do with Bitbucket. */
const OTHER_TRUST = statement({ Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } });
export const ALL_OF_S3 = statement({ Action: 's3:*', Resource: '*' });

/** Makes a role that is nobody's of ours, as an administrator would. */
export async function makeForeignRole(aws: AwsHand, name: string, path: string): Promise<void> {
  await aws.act('CreateRole', { RoleName: name, Path: path, AssumeRolePolicyDocument: OTHER_TRUST });
  await aws.act('PutRolePolicy', { RoleName: name, PolicyName: 'permissions', PolicyDocument: ALL_OF_S3 });
}

/** Has a workspace's identity provider be there, or not, or be there without the audience. */
export async function provideIdentityProvider(
  aws: AwsHand,
  wanted: 'present' | 'missing' | 'unusable',
  { accountId, workspace }: { accountId: string; workspace: SeededWorkspace },
): Promise<void> {
  const issuer = `api.bitbucket.org/2.0/workspaces/${workspace}/pipelines-config/identity/oidc`;
  const audience = `ari:cloud:bitbucket::workspace/${WORKSPACES[workspace]}`;
  const provider = `arn:aws:iam::${accountId}:oidc-provider/${issuer}`;
  const act = (action: string, parameters: Record<string, string>) => aws.act(action, parameters, accountId);
  const found = aws.state().providers.find(({ arn }) => arn === provider);
  const clientId = wanted === 'unusable' ? 'somebody-else' : audience;
  if (wanted !== 'missing' && found?.clientIds.includes(clientId)) return;
  if (found) await act('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: provider });
  if (wanted === 'missing') return;
  await act('CreateOpenIDConnectProvider', {
    Url: `https://${issuer}`,
    'ClientIDList.member.1': clientId,
  });
}

/** Deletes a role with all that is on it, whoever made it. */
export async function deleteRole(aws: AwsHand, name: string): Promise<void> {
  const role = aws.state().roles.find((other) => other.name === name);
  if (!role) return;
  const act = (action: string, parameters: Record<string, string>) =>
    aws.act(action, parameters, role.arn.split(':')[4]);
  for (const policy of role.inlinePolicies) {
    await act('DeleteRolePolicy', { RoleName: name, PolicyName: policy.name });
  }
  for (const arn of role.attachedPolicies) {
    await act('DetachRolePolicy', { RoleName: name, PolicyArn: arn });
  }
  await act('DeleteRole', { RoleName: name });
}

/** Does once more what the last call of an action asked for, as a call does that arrives late. */
export async function repeatLate(aws: AwsHand, action: string): Promise<void> {
  const call = (await aws.journal()).findLast((entry) => entry.action === action);
  if (!call) throw new Error(`nobody called ${action}`);
  const form: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.parameters)) {
    if (typeof value === 'string') form[name] = value;
    else
      (value as { Key: string; Value: string }[]).forEach((tag, i) => {
        form[`${name}.member.${i + 1}.Key`] = tag.Key;
        form[`${name}.member.${i + 1}.Value`] = tag.Value;
      });
  }
  await aws.act(action, form);
}
