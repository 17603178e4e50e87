import {
  CreateOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  type Role,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { send } from './http.ts';

/** A role as an operator sees it. `policies` are its inline policies, parsed. */
export type SeenRole = {
  role: Role;
  trustPolicy: unknown;
  tags: Record<string, string | undefined>;
  policies: Record<string, unknown>;
  attached: string[];
};

/** What an operator and a pipeline see of AWS. */
export type AwsLook = {
  iam: IAMClient;
  /** A role with everything on it; undefined when there is none of that name. */
  role(name: string): Promise<SeenRole | undefined>;
  /** The names of all roles under `/rolewright/`. */
  roleNames(): Promise<string[]>;
  /** The access key of the session, or AWS's error code. */
  assume(roleArn: string, token: string): Promise<{ accessKeyId: string } | { code: string }>;
  /** The access key of a session that must come about. */
  session(roleArn: string, token: string): Promise<string>;
  /** Whether a session may do something now. */
  canAct(accessKeyId: string, action: string, resource: string): Promise<boolean>;
  /** Makes a workspace's identity provider by hand, with the client ids of the workspace unless others are given. */
  createProvider(workspace: 'acme' | 'globex', clientIds?: string[]): Promise<void>;
  close(): void;
};

const workspaces = {
  acme: '922e118c-f34f-4226-a897-0e0afbec553d',
  globex: '979f3574-6128-47d7-81ae-79d593e68689',
};

/** Looks at the stand-in for IAM and STS at `url` with the AWS SDK, as the administrator of an account, the hub's by default. */
export function awsLook(url: string, accessKeyId = 'OPERATOR'): AwsLook {
  const credentials = { accessKeyId, secretAccessKey: 'any' };
  const options = { region: 'eu-central-1', endpoint: url, credentials };
  const iam = new IAMClient(options);
  const sts = new STSClient(options);

  async function assume(roleArn: string, token: string) {
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: 'e2e',
      WebIdentityToken: token,
    });
    try {
      const { Credentials } = await sts.send(command);
      return { accessKeyId: String(Credentials?.AccessKeyId) };
    } catch (error) {
      return { code: (error as Error).name };
    }
  }

  return {
    iam,
    assume,
    async session(roleArn, token) {
      const outcome = await assume(roleArn, token);
      if ('accessKeyId' in outcome) return outcome.accessKeyId;
      throw new Error(`STS refused with ${outcome.code}`);
    },
    async role(name) {
      const RoleName = name;
      const found = await iam.send(new GetRoleCommand({ RoleName })).catch((error: Error) => {
        if (error.name !== 'NoSuchEntityException') throw error;
      });
      if (!found?.Role) return undefined;
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      const policies: Record<string, unknown> = {};
      for (const PolicyName of PolicyNames) {
        const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        policies[PolicyName] = parse(policy.PolicyDocument);
      }
      return {
        role: found.Role,
        trustPolicy: parse(found.Role.AssumeRolePolicyDocument),
        tags: Object.fromEntries((found.Role.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
        policies,
        attached: AttachedPolicies.map(({ PolicyArn = '' }) => PolicyArn),
      };
    },
    async roleNames() {
      const { Roles = [] } = await iam.send(
        new ListRolesCommand({ PathPrefix: '/rolewright/', MaxItems: 1000 }),
      );
      return Roles.map(({ RoleName = '' }) => RoleName);
    },
    async canAct(accessKeyId, action, resource) {
      const reply = await send(url, 'POST', '/sandbox/can-act', { json: { accessKeyId, action, resource } });
      if (typeof reply.json.allowed === 'boolean') return reply.json.allowed;
      throw new Error(`the stand-in did not decide: ${reply.text}`);
    },
    async createProvider(workspace, clientIds) {
      const Url = `https://api.bitbucket.org/2.0/workspaces/${workspace}/pipelines-config/identity/oidc`;
      const ClientIDList = clientIds ?? [`ari:cloud:bitbucket::workspace/${workspaces[workspace]}`];
      await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList }));
    },
    close() {
      iam.destroy();
      sts.destroy();
    },
  };
}

const parse = (encoded = ''): unknown => JSON.parse(decodeURIComponent(encoded));
