import { DeleteStackCommand, waitUntilStackDeleteComplete } from '@aws-sdk/client-cloudformation';
import { DeleteTableCommand, paginateListTables } from '@aws-sdk/client-dynamodb';
import {
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  ListRolePoliciesCommand,
  paginateListPolicies,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import { DeleteParameterCommand } from '@aws-sdk/client-ssm';
import { PROBE_PARAMETERS, PROBE_PATH, PROBE_PREFIX, type Probe } from './probe.ts';

/** Removes everything that the check has made, now or in a run that died: what is below its path, has its prefix or its tag, and
 *  nothing else. Idempotent. Each thing that could not be removed is named; the others are. */
export async function clean(probe: Probe): Promise<string[]> {
  const left: string[] = [];
  const attempt: Attempt = async (what, work) => {
    try {
      await work();
    } catch (error) {
      if (!ABSENT.includes((error as Error).name)) left.push(`${what}: ${(error as Error).name}`);
    }
  };
  await attempt('the stack', () => removeStack(probe));
  await attempt('tables', () => removeTables(probe, attempt));
  await attempt('the parameter', () =>
    probe.ssm.send(new DeleteParameterCommand({ Name: `${PROBE_PARAMETERS}frozen` })),
  );
  await attempt('roles', () => removeRoles(probe));
  await attempt('policies', () => removePolicies(probe));
  await attempt('the identity provider', () => removeProvider(probe));
  return left;
}

/** Does some work; names what was worked on where it fails. */
type Attempt = (what: string, work: () => Promise<unknown>) => Promise<void>;

const ABSENT: readonly string[] = ['ParameterNotFound', 'ResourceNotFoundException', 'NoSuchEntityException'];

async function removeStack({ cloudformation: client }: Probe): Promise<void> {
  const STACK_NAME = `${PROBE_PREFIX}stack`;
  await client.send(new DeleteStackCommand({ StackName: STACK_NAME }));
  await waitUntilStackDeleteComplete({ client, maxWaitTime: 300 }, { StackName: STACK_NAME });
}

async function removeTables({ dynamodb: client }: Probe, attempt: Attempt): Promise<void> {
  for await (const { TableNames: names = [] } of paginateListTables({ client }, {})) {
    for (const TABLE_NAME of names.filter((name) => name.startsWith(PROBE_PREFIX))) {
      await attempt(`the table ${TABLE_NAME}`, () =>
        client.send(new DeleteTableCommand({ TableName: TABLE_NAME })),
      );
    }
  }
}

async function removeRoles({ iam: client }: Probe): Promise<void> {
  for await (const { Roles: roles = [] } of paginateListRoles({ client }, { PathPrefix: PROBE_PATH })) {
    for (const { RoleName } of roles) {
      const { PolicyNames: policies = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }));
      for (const POLICY_NAME of policies)
        await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME }));
      await client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })).catch(() => undefined);
      await client.send(new DeleteRoleCommand({ RoleName }));
    }
  }
}

async function removePolicies({ iam: client }: Probe): Promise<void> {
  const scope = { PathPrefix: PROBE_PATH, Scope: 'Local' as const };
  for await (const { Policies: policies = [] } of paginateListPolicies({ client }, scope)) {
    for (const { Arn } of policies) await client.send(new DeletePolicyCommand({ PolicyArn: Arn }));
  }
}

async function removeProvider({ iam: client }: Probe): Promise<void> {
  const { OpenIDConnectProviderList: providers = [] } = await client.send(
    new ListOpenIDConnectProvidersCommand({}),
  );
  for (const { Arn: arn } of providers) {
    const id = { OpenIDConnectProviderArn: arn };
    const { Tags: tags = [] } = await client.send(new ListOpenIDConnectProviderTagsCommand(id));
    if (tags.some(({ Key }) => Key === 'rolewright-probe')) {
      await client.send(new DeleteOpenIDConnectProviderCommand(id));
    }
  }
}
