import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { bad, type Finding, good, warning } from '../finding.ts';

/** Invocations at a time that a first grant needs: a request, the provisioner, the worker and the reconciler, twice. Our choice. */
const LEAST = 8;

/** Below this many, a flood of requests leaves nothing to a revoke. Our choice; AWS's default limit is 1,000. */
const ENOUGH = 100;

/** Checks how much of Lambda's concurrency the hub's account has left for functions without a share of their own. Changes nothing. */
export async function diagnoseConcurrency(region: string): Promise<Finding> {
  const client = new LambdaClient({ region });
  try {
    const { AccountLimit: limit } = await client.send(new GetAccountSettingsCommand({}));
    const left = limit?.UnreservedConcurrentExecutions ?? 0;
    const about = `Lambda has ${left} invocations at a time for functions without a share of their own`;
    const remedy =
      'Request a higher quota of concurrent executions from AWS (docs/deploy.md, "What a flood can do").';
    if (left < LEAST) return bad(about, remedy);
    return left < ENOUGH ? warning(about, remedy) : good(about);
  } catch (error) {
    const about = 'room in Lambda’s concurrency is not checked';
    return warning(about, `AWS answered ${(error as Error).name}. It needs lambda:GetAccountSettings.`);
  } finally {
    client.destroy();
  }
}
