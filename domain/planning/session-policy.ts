import type { Account } from '../shared/account.ts';
import { roleArnOf } from './role.ts';

/** The session policy of one run in a spoke, as text: the run's own role and identity provider; beyond them
 *  the role quota, which supports no resources, and what someone else's policy on the role says. The spoke's role carries all limits by itself; this makes mistakes smaller. `roleName` may hold `*`.
 *  At most 2 048 characters (STS API Reference, AssumeRole). */
export function sessionPolicy(
  account: Account,
  { roleName, providerArn }: { roleName: string; providerArn: string | undefined },
): string {
  const { partition, id } = account;
  // The name without a path is needed too: IAM does not know the path of a role that does not exist.
  const named = [roleArnOf(account, roleName), `arn:${partition}:iam::${id}:role/${roleName}`];
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'iam:*', Resource: [...named, ...(providerArn ? [providerArn] : [])] },
      {
        Effect: 'Allow',
        Action: ['iam:GetAccountSummary', 'iam:GetPolicy', 'iam:GetPolicyVersion'],
        Resource: '*',
      },
    ],
  });
}

/** The session policy of a pass of the reconciler in a spoke: what it looks at, and nothing that writes. The role itself says
 *  which identity providers. */
export const READING_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'iam:GetAccountAuthorizationDetails',
        'iam:ListRoles',
        'iam:ListOpenIDConnectProviders',
        'iam:GetOpenIDConnectProvider',
      ],
      Resource: '*',
    },
  ],
});
