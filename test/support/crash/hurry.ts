import { createRequire } from 'node:module';
import { jest } from '@jest/globals';

type RateLimiter = { prototype: { getSendToken(): Promise<void> } };

/** Takes the real waiting out of the SDK's retries: its back-off is a random part of a delay, so a die that always
 *  falls on 0 has none; and its adaptive rate limiter, which measures real seconds, lets everything through at once. */
export function hurry(): void {
  jest.spyOn(Math, 'random').mockReturnValue(0);
  const client = createRequire(import.meta.url).resolve('@aws-sdk/client-iam');
  const retry: { DefaultRateLimiter: RateLimiter } = createRequire(client)('@smithy/core/retry');
  retry.DefaultRateLimiter.prototype.getSendToken = async () => {};
}
