import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { type Node, parse, type YAMLSeq } from 'yaml';
import { ownNames } from '../scripts/build/governance/own-names.ts';
import type { SeedPolicy, SeedRole } from './aws/iam/seed.ts';
import type { AwsSandboxOptions } from './aws/server.ts';
import { ORGANIZATION } from './aws/world.ts';

/** The values of the variables of `serverless.yml` and CloudFormation in the sandbox. */
export type SandboxNames = {
  accountId: string;
  partition: string;
  region: string;
  prefix: string;
  boundaryPolicy: string;
  /** The parameters of a template that has some. */
  parameters?: Record<string, unknown>;
};

type Resource = { Properties: Record<string, unknown> };

/** Reads one file of `infrastructure/` with its variables filled in, so that the sandbox has the same tables and
 *  boundary as a deployment. */
function readResources(root: string, file: string, names: SandboxNames): Record<string, Resource> {
  const own = ownNames('rolewright', { path: '/', prefix: '' });
  const variables: Record<string, unknown> = {
    ...names.parameters,
    'AWS::AccountId': names.accountId,
    'AWS::Partition': names.partition,
    'AWS::Region': names.region,
    HttpApi: 'rolewright',
    'self:custom.prefix': names.prefix,
    'self:custom.eventsTable': `${names.prefix}-events`,
    'self:custom.checkpointsTable': `${names.prefix}-checkpoints`,
    'self:custom.grantsTable': `${names.prefix}-grants`,
    'self:custom.claimsTable': `${names.prefix}-claims`,
    'self:custom.boundary': names.boundaryPolicy,
    'self:custom.rolePath': '/rolewright/',
    'self:custom.ownNames': own.names,
    'self:custom.ownRoles': own.roles,
    // `serverless.yml` is read for the files that name them alone.
    get 'self:custom.passableRoles'() {
      return serverlessCustom(root).passableRoles;
    },
    get 'self:custom.assumableRoles'() {
      return serverlessCustom(root).assumableRoles;
    },
  };
  const text = readFileSync(join(root, 'infrastructure', file), 'utf8');
  return (fill(parseCloudFormation(text), variables) as { Resources: Record<string, Resource> }).Resources;
}

/** CloudFormation's short tags hold plain text here; the variables inside are filled in afterwards. No condition holds. */
const parseCloudFormation = (text: string): unknown =>
  parse(text, {
    customTags: [
      { tag: '!Sub', resolve: (value: string) => value },
      { tag: '!GetAtt', resolve: (value: string) => value },
      { tag: '!Ref', resolve: (value: string) => `\${${value}}` },
      { tag: '!If', collection: 'seq', resolve: (branches) => (branches as YAMLSeq).items[2] as Node },
      ...['!Not', '!Equals', '!Join'].map((tag) => ({
        tag,
        collection: 'seq' as const,
        resolve: (items: Node) => items,
      })),
    ],
  });

const serverlessCustom = (root: string): Record<string, unknown> =>
  (
    parseCloudFormation(readFileSync(join(root, 'serverless.yml'), 'utf8')) as {
      custom: Record<string, unknown>;
    }
  ).custom;

function fill(value: unknown, variables: Record<string, unknown>): unknown {
  if (typeof value === 'string') {
    const whole = /^\$\{([^{}]+)\}$/.exec(value)?.[1];
    const list = whole === undefined ? undefined : variables[whole];
    if (Array.isArray(list)) return fill(list, variables);
    return value.replace(/\$\{([^{}]+)\}/g, (all, name: string) => String(variables[name] ?? all));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, variables)]));
  }
  return value;
}

/** The tables of `infrastructure/tables.yml`, as DynamoDB's CreateTable takes them. */
export function tableDefinitions(root: string, names: SandboxNames): CreateTableCommandInput[] {
  return Object.values(readResources(root, 'tables.yml', names)).map(({ Properties: properties }) => {
    const { TableName, BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = properties;
    return {
      TableName,
      BillingMode,
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes,
    } as CreateTableCommandInput;
  });
}

/** The permissions boundary of `infrastructure/boundary.yml`. */
export function boundaryPolicy(root: string, names: SandboxNames): { arn: string; document: object } {
  const { Boundary: boundary } = readResources(root, 'boundary.yml', names);
  return {
    arn: `arn:${names.partition}:iam::${names.accountId}:policy/${names.boundaryPolicy}`,
    document: boundary?.Properties.PolicyDocument as object,
  };
}

/** What the configuration says of an account; a spoke has a role, whose ARN is `provisionerRole`. */
export type ConfiguredAccount = {
  id: string;
  partition: string;
  region: string;
  boundaryPolicy: string;
  provisionerRole?: string | undefined;
  externalId?: string | undefined;
  roleTags?: Readonly<Record<string, string>> | undefined;
};

/** The account that the functions run in: the one without a role. Throws where there is none. */
export function hubOf<A extends ConfiguredAccount>(accounts: readonly A[]): A {
  const hub = accounts.find(({ provisionerRole }) => provisionerRole === undefined);
  if (!hub) throw new Error('a configuration has an account without provisionerRole');
  return hub;
}

/** A spoke, and what its template asks for. */
type SpokeNames = {
  account: ConfiguredAccount;
  roleName: string;
  hubAccount: string;
  workspaces: readonly string[];
};

/** The boundary and the roles of a spoke, from `infrastructure/spoke.yml`. The local functions have no roles of their own:
 *  they speak as the administrator of the hub, whom the roles trust instead of the provisioner's and the reconciler's. */
function spokeSeed(
  root: string,
  { account, roleName, hubAccount, workspaces }: SpokeNames,
): { policies: SeedPolicy[]; roles: SeedRole[] } {
  const names = {
    accountId: account.id,
    partition: account.partition,
    region: account.region,
    prefix: 'rolewright-sandbox',
    boundaryPolicy: account.boundaryPolicy,
    parameters: {
      HubAccount: hubAccount,
      Stage: 'sandbox',
      OrganizationId: ORGANIZATION,
      ExternalId: account.externalId,
      ProviderArns: workspaces.map(
        (slug) =>
          `arn:${account.partition}:iam::*:oidc-provider/api.bitbucket.org/2.0/workspaces/${slug}/pipelines-config/identity/oidc`,
      ),
      BoundaryName: account.boundaryPolicy,
      RoleName: roleName,
      RolePath: '/rolewright/',
      HubRoles: 'rolewright-',
      TagKeys: ['rolewright:*', ...Object.keys(account.roleTags ?? {})],
    },
  };
  const { Boundary, SpokeRole, ReadingRole } = readResources(root, 'spoke.yml', names);
  return {
    policies: [{ arn: policyArn(account), document: Boundary?.Properties.PolicyDocument as object }],
    roles: [SpokeRole, ReadingRole].flatMap((role) => (role ? [roleSeed(account, role)] : [])),
  };
}

const policyArn = ({ id, partition, boundaryPolicy: name }: ConfiguredAccount): string =>
  `arn:${partition}:iam::${id}:policy/${name}`;

function roleSeed({ id, partition }: ConfiguredAccount, { Properties: properties }: Resource): SeedRole {
  const trust = JSON.stringify(properties.AssumeRolePolicyDocument);
  const policies = properties.Policies as { PolicyName: string; PolicyDocument: object }[];
  return {
    arn: `arn:${partition}:iam::${id}:role/${properties.RoleName}`,
    trustPolicy: JSON.parse(trust.replaceAll(/role\/rolewright-sandbox-\w+/g, 'user/sandbox')),
    policies: policies.map(({ PolicyName: name, PolicyDocument: document }) => ({ name, document })),
  };
}

/** What IAM of every configured account starts with: the boundary of the hub, and of each spoke its boundary and roles. */
export function accountSeeds(
  root: string,
  {
    accounts,
    workspaces,
  }: { accounts: readonly ConfiguredAccount[]; workspaces: readonly { slug: string }[] },
  prefix: string,
): Pick<AwsSandboxOptions, 'accountId' | 'partition' | 'organization' | 'managedPolicies' | 'roles'> {
  const { id: accountId, partition, region, boundaryPolicy: boundary } = hubOf(accounts);
  const spokes = accounts.flatMap((account) => {
    const roleName = account.provisionerRole?.split('/').at(-1);
    if (roleName === undefined) return [];
    const slugs = workspaces.map(({ slug }) => slug);
    return [spokeSeed(root, { account, roleName, hubAccount: accountId, workspaces: slugs })];
  });
  return {
    accountId,
    partition,
    organization: accounts.map(({ id }) => id),
    managedPolicies: [
      boundaryPolicy(root, { accountId, partition, region, prefix, boundaryPolicy: boundary }),
      ...spokes.flatMap(({ policies }) => policies),
    ],
    roles: spokes.flatMap(({ roles }) => roles),
  };
}
