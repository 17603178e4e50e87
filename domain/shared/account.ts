import type { AccountId } from './identifiers.ts';

/** The code of an AWS Region, e.g. `eu-central-1`, `us-gov-west-1`. Source: AWS General Reference, Region codes. */
export const AWS_REGION = /^[a-z]{2}(?:-[a-z]{2,9}){1,2}-[1-9]$/;

/** The partitions that an account can be in. Source: AWS General Reference, ARN format. */
export const partitions = ['aws', 'aws-cn', 'aws-us-gov'] as const;

/** An AWS account that grants are made in. `boundaryPolicy` is the name of the managed policy that bounds every role. */
export type Account = {
  alias: string;
  id: AccountId;
  partition: (typeof partitions)[number];
  region: string;
  boundaryPolicy: string;
};

/** The account by alias or id; the first one when none is named. Undefined for a name that no account has. */
export function findAccount(accounts: readonly Account[], named: string | undefined): Account | undefined {
  if (named === undefined) return accounts[0];
  return accounts.find((account) => account.alias === named || account.id === named);
}

/** The ARN of the permissions boundary that every role in the account carries. */
export const boundaryArn = (account: Account): string =>
  `arn:${account.partition}:iam::${account.id}:policy/${account.boundaryPolicy}`;
