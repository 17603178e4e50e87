import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type Credentials, STSClient } from '@aws-sdk/client-sts';

/** The path of every role and policy that the check makes. Nothing else is below it. */
export const PROBE_PATH = '/rolewright-probe/';

/** What every table, stack and role of the check is named with. A stage is lower-case, so nothing of an installation has such a
 *  name, not even of one that is called `probe`. */
export const PROBE_PREFIX = 'rolewright-Probe-';

/** The path of its parameters. */
export const PROBE_PARAMETERS = '/rolewright-probe/';

/** What the steps work with: a scratch account, its administrator, and what an administrator may give beside. */
export type Probe = {
  account: string;
  region: string;
  partition: string;
  iam: IAMClient;
  sts: STSClient;
  dynamodb: DynamoDBClient;
  ssm: SSMClient;
  cloudformation: CloudFormationClient;
  /** The slug of a workspace whose pipelines have OpenID Connect on. */
  workspace?: string | undefined;
  /** A step token of that workspace with several audiences. */
  token?: string | undefined;
  /** The origin of a deployed probe installation. */
  url?: string | undefined;
  /** Clients of an assumed role's session. */
  as(credentials: Credentials): { iam: IAMClient; dynamodb: DynamoDBClient };
  now(): number;
  sleep(milliseconds: number): Promise<void>;
};

/** A probe over the account of the environment's credentials. */
export function awsProbe(
  where: { account: string; region: string; partition: string },
  given: Pick<Probe, 'workspace' | 'token' | 'url'>,
): Probe {
  const { region } = where;
  return {
    ...where,
    ...given,
    iam: new IAMClient({ region }),
    sts: new STSClient({ region }),
    dynamodb: new DynamoDBClient({ region }),
    ssm: new SSMClient({ region }),
    cloudformation: new CloudFormationClient({ region }),
    as: ({ AccessKeyId = '', SecretAccessKey = '', SessionToken }) => {
      const credentials = {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        ...(SessionToken ? { sessionToken: SessionToken } : {}),
      };
      return {
        iam: new IAMClient({ region, credentials }),
        dynamodb: new DynamoDBClient({ region, credentials }),
      };
    },
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

const document = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** A trust policy for the account itself, so that its administrator can assume the role. */
export const trustOfAccount = ({ partition, account }: Probe): string =>
  document({
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Action: 'sts:AssumeRole',
  });

/** The ARN of something of the check below its path. */
export const roleArn = ({ partition, account }: Probe, name: string): string =>
  `arn:${partition}:iam::${account}:role${PROBE_PATH}${name}`;

/** Makes a role of the check, with a boundary where one is given. */
export async function makeRole(probe: Probe, name: string, boundary?: string): Promise<void> {
  await probe.iam.send(
    new CreateRoleCommand({
      RoleName: name,
      Path: PROBE_PATH,
      AssumeRolePolicyDocument: trustOfAccount(probe),
      ...(boundary ? { PermissionsBoundary: boundary } : {}),
    }),
  );
}

/** How long IAM may take until a new role can be assumed and its policy holds. Our choice; AWS promises no time. */
const PROPAGATION_MS = 15_000;
const ATTEMPTS = 12;

/** Makes a role with a policy, waits until IAM knows it, and opens a session. */
export async function sessionWith(probe: Probe, name: string, statements: object[]): Promise<Credentials> {
  await makeRole(probe, name);
  await probe.iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: 'probe',
      PolicyDocument: document(...statements),
    }),
  );
  await probe.sleep(PROPAGATION_MS);
  return assume(probe, name);
}

/** Opens a session of a role, which may take some seconds to be known. */
async function assume(probe: Probe, name: string): Promise<Credentials> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const command = new AssumeRoleCommand({ RoleArn: roleArn(probe, name), RoleSessionName: 'probe' });
      const { Credentials: credentials } = await probe.sts.send(command);
      if (credentials) return credentials;
      throw new Error('STS returned no credentials');
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await probe.sleep(5000);
    }
  }
}
