import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import * as z from 'zod';
import { readerRoleOf, type SpokeAccount } from '../../domain/shared/account.ts';
import { bad, type Finding, good } from '../finding.ts';
import type { HubRoles } from './hub-roles.ts';

const trustSchema = z.object({
  Statement: z.array(
    z.object({
      Principal: z.object({ AWS: z.union([z.string(), z.array(z.string())]) }),
      Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
    }),
  ),
});

/** Whether the two roles of a spoke are there, and each trusts the very role of the hub that assumes it, on the right conditions. */
export async function spokeRoles(iam: IAMClient, account: SpokeAccount, hub: HubRoles): Promise<Finding[]> {
  return [
    await spokeRole(iam, account, { arn: account.provisionerRole, trusted: hub.provisioner }),
    await spokeRole(iam, account, { arn: readerRoleOf(account), trusted: hub.reconciler }),
  ];
}

async function spokeRole(
  iam: IAMClient,
  { alias, id, externalId }: SpokeAccount,
  { arn, trusted }: { arn: string; trusted: string },
): Promise<Finding> {
  const name = arn.split('/').at(-1) ?? '';
  const about = `account ${alias}: the role ${name} can be assumed by Rolewright`;
  const role = await roleNamed(iam, name);
  const document = role?.AssumeRolePolicyDocument;
  if (role?.Arn !== arn || document === undefined) {
    return bad(about, `There is no role ${arn}. Deploy infrastructure/spoke.yml in account ${id}.`);
  }
  const trust = trustSchema.safeParse(JSON.parse(decodeURIComponent(document)));
  const statements = (trust.success ? trust.data.Statement : []).filter(({ Principal }) =>
    [Principal.AWS].flat().includes(trusted),
  );
  if (statements.length === 0) {
    return bad(
      about,
      `Its trust policy does not name ${trusted}: correct HubAccount, HubRoles and Stage of its stack.`,
    );
  }
  const wanted = (key: string) => statements.flatMap(({ Condition }) => Condition.StringEquals?.[key] ?? []);
  const errors = [
    ...(wanted('sts:ExternalId').includes(externalId)
      ? []
      : ['Its ExternalId is another than externalId in the configuration: make them equal.']),
    ...(wanted('aws:PrincipalOrgID').length > 0
      ? []
      : ['Its trust policy asks for no organization: deploy infrastructure/spoke.yml again.']),
  ];
  return errors.length === 0 ? good(about) : bad(about, errors.join(' '));
}

async function roleNamed(iam: IAMClient, name: string) {
  try {
    return (await iam.send(new GetRoleCommand({ RoleName: name }))).Role;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException') return undefined;
    throw error;
  }
}
