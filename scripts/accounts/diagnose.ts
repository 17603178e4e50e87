import { GetAccountSummaryCommand, GetPolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { type Account, boundaryArn, isSpoke } from '../../domain/shared/account.ts';
import { bad, type Finding, good } from '../finding.ts';
import type { HubRoles } from './hub-roles.ts';
import { diagnoseProviders } from './providers.ts';
import { spokeRoles } from './spoke-roles.ts';

/** How the accounts are looked at: with the credentials of the environment, which belong to one account; or in the local stack,
 *  whose stand-in takes an account's id for the access key of its administrator. */
export type AccountAccess = { endpoint?: string; credentials: 'environment' | 'account id' | 'none' };

type Clients = { iam: IAMClient; sts: STSClient };

/** Checks what each configured account needs: its boundary, room for roles, identity providers that take the workspaces' tokens, and in a spoke the roles
 *  that the provisioner
 *  and the reconciler assume, with their trust in `hubRoles`. Changes nothing. An account for which there are no credentials is not checked, and said so. */
export async function diagnoseAccounts(
  { accounts, limits, workspaces }: Pick<Configuration, 'accounts' | 'limits' | 'workspaces'>,
  hubRoles: HubRoles,
  access: AccountAccess,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const account of accounts) {
    if (access.credentials === 'none') {
      findings.push(notChecked(account, undefined));
      continue;
    }
    const clients = clientsOf(account, access);
    try {
      const own = await accountOf(clients);
      findings.push(
        ...(own === account.id
          ? await checksOf(clients, account, { hubRoles, percent: limits.roleQuotaPercent, workspaces })
          : [notChecked(account, own)]),
      );
    } finally {
      clients.iam.destroy();
      clients.sts.destroy();
    }
  }
  return findings;
}

function clientsOf({ id, region }: Account, { endpoint, credentials }: AccountAccess): Clients {
  const options = {
    region,
    ...(endpoint ? { endpoint } : {}),
    ...(credentials === 'account id' ? { credentials: { accessKeyId: id, secretAccessKey: 'local' } } : {}),
  };
  return { iam: new IAMClient(options), sts: new STSClient(options) };
}

/** The account that the credentials belong to; undefined where there are none, or STS does not take them. */
const accountOf = async ({ sts }: Pick<Clients, 'sts'>): Promise<string | undefined> =>
  (await sts.send(new GetCallerIdentityCommand({})).catch(() => undefined))?.Account;

/** The account that the credentials of the environment belong to. */
export async function accountOfCredentials({ region }: Pick<Account, 'region'>): Promise<string | undefined> {
  const sts = new STSClient({ region });
  try {
    return await accountOf({ sts });
  } finally {
    sts.destroy();
  }
}

const notChecked = ({ alias, id }: Account, own: string | undefined): Finding => ({
  about: `account ${alias} is not checked`,
  isGood: true,
  isWarning: true,
  remedy: `${own ? `The AWS credentials are of account ${own}.` : 'There are no AWS credentials.'} Run it with credentials that may read IAM in account ${id}, e.g. AWS_PROFILE=${alias} npm run doctor`,
});

async function checksOf(
  { iam }: Clients,
  account: Account,
  {
    hubRoles,
    percent,
    workspaces,
  }: { hubRoles: HubRoles; percent: number; workspaces: Configuration['workspaces'] },
): Promise<Finding[]> {
  const stack = isSpoke(account) ? 'infrastructure/spoke.yml' : 'Rolewright';
  const boundary = `account ${account.alias}: the permissions boundary ${account.boundaryPolicy} exists`;
  const found = await exists(iam.send(new GetPolicyCommand({ PolicyArn: boundaryArn(account) })));
  return [
    found ? good(boundary) : bad(boundary, `Deploy ${stack} in account ${account.id}.`),
    await roomOf(iam, account, percent),
    ...(await diagnoseProviders(iam, account, workspaces)),
    ...(isSpoke(account) ? await spokeRoles(iam, account, hubRoles) : []),
  ];
}

async function roomOf(iam: IAMClient, { alias }: Account, percent: number): Promise<Finding> {
  const { SummaryMap: summary = {} } = await iam.send(new GetAccountSummaryCommand({}));
  const { Roles: roles = 0, RolesQuota: quota = 0 } = summary;
  const about = `account ${alias}: holds ${roles} of ${quota} roles, and Rolewright stops at ${percent} %`;
  return roles * 100 < quota * percent
    ? good(about)
    : bad(about, 'Revoke grants that are not needed, or request a higher quota from AWS.');
}

async function exists<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException') return undefined;
    throw error;
  }
}

/** How a command reaches the accounts: those of the local stack on its port, else by the AWS credentials of the environment,
 *  which are looked for only where it names some. */
export function accountAccess(isSandbox: boolean, variables: NodeJS.ProcessEnv): AccountAccess {
  if (isSandbox) {
    const endpoint = `http://127.0.0.1:${variables.SANDBOX_AWS_PORT ?? 4020}`;
    return { endpoint, credentials: 'account id' };
  }
  return { credentials: NAMING_CREDENTIALS.some((name) => variables[name]) ? 'environment' : 'none' };
}

/** What names credentials for AWS: a key, a profile, the token of a pipeline step, and the place that CloudShell and containers ask. Source:
 *  AWS SDKs and Tools Reference Guide, standardized credential providers. */
const NAMING_CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
];
