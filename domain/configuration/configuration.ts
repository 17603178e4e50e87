import type { Account, Configuration } from './configuration-schema.ts';

export type {
  Account,
  Configuration,
  OwnershipRule,
  SlackConfiguration,
  TrustedIssuer,
} from './configuration-schema.ts';

/** The account by alias or id; the only one when none is named. */
export function findAccount(configuration: Configuration, named: string | undefined): Account | undefined {
  if (named === undefined) return configuration.accounts[0];
  return configuration.accounts.find((account) => account.alias === named || account.id === named);
}

/** The ARN of the permissions boundary that every role in the account carries. */
export const boundaryArn = (account: Account): string =>
  `arn:${account.partition}:iam::${account.id}:policy/${account.boundaryPolicy}`;
