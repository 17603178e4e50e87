import type { IAMClient } from '@aws-sdk/client-iam';
import { failureName } from './error-meanings.ts';

/** Stops the client from retrying these errors. The SDK treats IAM's `LimitExceededException`, a reached quota, as
 *  throttling: it would retry for seconds without effect and slow down every later call. */
export function withoutRetryOn(client: IAMClient, errorNames: readonly string[]): IAMClient {
  const strategyOf = client.config.retryStrategy;
  client.config.retryStrategy = async () => {
    const strategy = await strategyOf();
    if (!('refreshRetryTokenForRetry' in strategy)) return strategy;
    return {
      acquireInitialRetryToken: (scope) => strategy.acquireInitialRetryToken(scope),
      recordSuccess: (token) => strategy.recordSuccess(token),
      async refreshRetryTokenForRetry(token, info) {
        if (errorNames.includes(failureName(info.error))) throw info.error;
        return strategy.refreshRetryTokenForRetry(token, info);
      },
    };
  };
  return client;
}
