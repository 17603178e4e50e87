import { GetOpenIDConnectProviderCommand, type IAMClient } from '@aws-sdk/client-iam';
import { audienceOf, providerArn, type Workspace } from '../../domain/bitbucket/oidc.ts';
import type { Account } from '../../domain/shared/account.ts';
import { bad, type Finding, good, warning } from '../finding.ts';

/** Whether the identity providers of the workspaces that an account already has take the workspaces' tokens. One that is missing is no
 *  finding: the provisioner makes it, and alters none that is there. */
export async function diagnoseProviders(
  iam: IAMClient,
  account: Account,
  workspaces: readonly Workspace[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const workspace of workspaces) {
    const finding = await providerOf(iam, account, workspace);
    if (finding) findings.push(finding);
  }
  return findings;
}

async function providerOf(
  iam: IAMClient,
  account: Account,
  workspace: Workspace,
): Promise<Finding | undefined> {
  const about = `account ${account.alias}: the identity provider of workspace ${workspace.slug} takes its tokens`;
  const [arn, audience] = [providerArn(account, workspace.slug), audienceOf(workspace)];
  try {
    const { ClientIDList: audiences = [] } = await iam.send(
      new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }),
    );
    return audiences.includes(audience)
      ? good(about)
      : bad(
          about,
          `It lacks the workspace's audience, and Rolewright alters no provider. Run in account ${account.id}: aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${arn} --client-id ${audience}`,
        );
  } catch (error) {
    const { name } = error as Error;
    if (name === 'NoSuchEntityException') return undefined;
    if (!name.startsWith('AccessDenied')) throw error;
    return warning(
      `account ${account.alias}: the identity provider of workspace ${workspace.slug} is not checked`,
      'The credentials lack iam:GetOpenIDConnectProvider.',
    );
  }
}
