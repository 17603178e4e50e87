import type { IAMClient } from '@aws-sdk/client-iam';
import { failureName } from './failure.ts';

/** Has the client take these errors for final. Of IAM's `LimitExceededException`, a quota that is reached, the SDK
 *  believes that it is throttling: it would ask again in vain for seconds and slow down every later call. */
export function takeForFinal(client: IAMClient, errorNames: readonly string[]): IAMClient {
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
