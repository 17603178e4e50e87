import { awsRoleInventory } from '../../adapters/aws/role-inventory.ts';
import { dynamodbClient } from '../../adapters/dynamodb/client.ts';
import { dynamodbPassStore } from '../../adapters/dynamodb/pass-store.ts';
import type { DriftPorts } from '../../domain/use-cases/drift/drift-pass.ts';
import type { Core } from '../compose.ts';

/** What the reconciler looks for drift with: it can list what IAM has, and write none of it. */
export function composeDriftPasses({
  configuration,
  clock,
  outgoing,
  environment,
}: Core): Pick<DriftPorts, 'accounts' | 'workspaces' | 'inventory' | 'passes'> {
  return {
    accounts: configuration.accounts,
    workspaces: configuration.workspaces,
    inventory: awsRoleInventory(configuration.accounts, clock, outgoing),
    passes: dynamodbPassStore(dynamodbClient(outgoing), environment.grantsTable),
  };
}
