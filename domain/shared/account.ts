import * as z from 'zod';
import { type AccountId, NAME } from './identifiers.ts';

/** The code of an AWS Region, e.g. `eu-central-1`, `us-gov-west-1`. Source: AWS General Reference, Region codes. */
export const AWS_REGION = /^[a-z]{2}(?:-[a-z]{2,9}){1,2}-[1-9]$/;

/** The partitions that an account can be in. Source: AWS General Reference, ARN format. */
export const partitions = ['aws', 'aws-cn', 'aws-us-gov'] as const;

/** The partition that a Region belongs to. Source: botocore's `partitions.json`, `regionRegex`. */
export function partitionOf(region: string): (typeof partitions)[number] {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** An AWS account that grants are made in. `boundaryPolicy` is the name of the managed policy that bounds every role.
 *  `provisionerRole` is the ARN of the role that the provisioner assumes in a spoke, with `externalId`; the hub, in which
 *  Rolewright runs, has neither. `stage` is the installation, and `rolePath` the IAM path of its roles: two installations in
 *  one account keep apart by them. */
export type Account = {
  stage: string;
  rolePath: string;
  alias: string;
  id: AccountId;
  partition: (typeof partitions)[number];
  region: string;
  boundaryPolicy: string;
  provisionerRole?: string | undefined;
  externalId?: string | undefined;
  /** Tags of granted roles beside Rolewright's own, as they are configured now. */
  roleTags?: Readonly<Record<string, string>> | undefined;
};

/** An account whose IAM is reached through a role in it. */
export type SpokeAccount = Account & { provisionerRole: string; externalId: string };

/** True for an account other than the one that Rolewright runs in. */
export const isSpoke = (account: Account): account is SpokeAccount => account.provisionerRole !== undefined;

/** The ARN of the role that the reconciler assumes in a spoke, to look only: `infrastructure/spoke.yml` names it after the
 *  provisioner's. */
export const readerRoleOf = ({ provisionerRole }: SpokeAccount): string => `${provisionerRole}-reader`;

/** The alias of an account, where a setting names one. */
export const aliasSchema = z.string().regex(NAME, 'must be the alias of an account');

/** A list of accounts, by alias. */
export const aliasesSchema = z.array(aliasSchema).min(1);

/** The account that Rolewright runs in; undefined only where no account is configured. */
export const hubOf = (accounts: readonly Account[]): Account | undefined =>
  accounts.find((account) => !isSpoke(account));

/** The account by alias or id; the hub when none is named. Undefined for a name that no account has. */
export function findAccount(accounts: readonly Account[], named: string | undefined): Account | undefined {
  if (named === undefined) return hubOf(accounts);
  return accounts.find((account) => account.alias === named || account.id === named);
}

/** The ARN of the permissions boundary that every role in the account carries. */
export const boundaryArn = (account: Account): string =>
  `arn:${account.partition}:iam::${account.id}:policy/${account.boundaryPolicy}`;
