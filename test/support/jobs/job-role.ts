import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Account } from '../../../domain/shared/account.ts';
import { fillDefaults } from '../../../domain/templates/defaults.ts';
import type { Parameters } from '../../../domain/templates/parameters.ts';
import { renderPermissionsPolicy } from '../../../domain/templates/render.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { renderDenyingTrustPolicy, renderTrustPolicy } from '../../../domain/trust/policy.ts';
import {
  asAccountId,
  asEnvironmentUuid,
  asProjectUuid,
  asRepositoryUuid,
  asWorkspaceUuid,
} from '../identifiers.ts';

export const ACCOUNT: Account = {
  alias: 'default',
  id: asAccountId('111122223333'),
  partition: 'aws',
  region: 'eu-central-1',
  stage: 'prod',
  rolePath: '/rolewright/',
  boundaryPolicy: 'rolewright-boundary',
};

/** Repository and environment of the sandbox's seed. */
export const REPOSITORY = {
  uuid: asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
  slug: 'shop',
  fullName: 'acme/shop',
  workspace: { slug: 'acme', uuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}') },
  project: { key: 'SHOP', uuid: asProjectUuid('{6f578c1d-54b2-42bc-bfcb-8384e0619a40}') },
};
export const ENVIRONMENT = {
  uuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'),
  name: 'Production',
};

const WORKSPACE_ISSUER = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';

/** The role that a grant of a template has, made in the stand-in for IAM: its own trust, permissions and boundary. */
export type JobRole = { arn: string; name: string; parameters: Parameters };

/** Makes roles as the provisioner does, without the API. */
export function jobRoles(url: string): {
  createProvider(): Promise<void>;
  create(template: Template, given: Parameters, number: number): Promise<JobRole>;
  /** Closes the role's trust policy and opens it again; `between` runs before it is opened. */
  reopen(role: JobRole, between: () => Promise<void>): Promise<void>;
  close(): void;
} {
  const credentials = { accessKeyId: 'OPERATOR', secretAccessKey: 'any' };
  const iam = new IAMClient({ region: ACCOUNT.region, endpoint: url, credentials });
  const target = {
    account: ACCOUNT,
    workspace: REPOSITORY.workspace,
    repositoryUuid: REPOSITORY.uuid,
    environmentUuid: ENVIRONMENT.uuid,
  };
  const trust = renderTrustPolicy(target);
  const writeTrust = (RoleName: string, policy: object) =>
    iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(policy) }));
  return {
    async createProvider() {
      const ClientIDList = [`ari:cloud:bitbucket::workspace/${REPOSITORY.workspace.uuid.slice(1, -1)}`];
      await iam.send(new CreateOpenIDConnectProviderCommand({ Url: WORKSPACE_ISSUER, ClientIDList }));
    },
    async create(template, given, number) {
      const context = { account: ACCOUNT, repository: REPOSITORY, environment: ENVIRONMENT };
      const filled = fillDefaults(template, given, context);
      if (!filled.ok) throw new Error(`${template.name}: ${JSON.stringify(filled.problem)}`);
      const parameters = filled.value;
      const permissions = renderPermissionsPolicy(template, { ...context, parameters });
      if (!permissions.ok) throw new Error(`${template.name}: ${permissions.problem.detail}`);
      const name = `rw-shop-${template.name}-${number}`.slice(0, 64);
      await iam.send(
        new CreateRoleCommand({
          RoleName: name,
          Path: '/rolewright/',
          AssumeRolePolicyDocument: JSON.stringify(trust),
          PermissionsBoundary: `arn:aws:iam::${ACCOUNT.id}:policy/${ACCOUNT.boundaryPolicy}`,
        }),
      );
      const PolicyDocument = JSON.stringify(permissions.value);
      await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'permissions', PolicyDocument }));
      return { arn: `arn:aws:iam::${ACCOUNT.id}:role/rolewright/${name}`, name, parameters };
    },
    async reopen({ name }, between) {
      await writeTrust(name, renderDenyingTrustPolicy(target));
      await between();
      await writeTrust(name, trust);
    },
    close: () => iam.destroy(),
  };
}
