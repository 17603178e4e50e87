import { createHmac, timingSafeEqual } from 'node:crypto';

/** The most seconds by which the time of a signed request may differ from ours, in either direction. Source: Slack,
 *  "Verifying requests from Slack": five minutes. */
export const SIGNATURE_WINDOW_SECONDS = 300;

/** The signature headers of a request. */
export type SlackSignature = { timestamp: string | undefined; signature: string | undefined };

/** True if the raw bytes were signed with the app's secret within the window: `v0=` and the hex HMAC-SHA256 of
 *  `v0:<timestamp>:<body>`, compared in constant time. `now` is in milliseconds. This is our own code instead of
 *  `@slack/bolt`'s `verifySlackRequest`, which accepts requests from the future and the version that the request names,
 *  and brings express and a socket client into a bundle that must answer within three seconds. */
export function isSignedBySlack(
  secret: string,
  { timestamp, signature, body }: SlackSignature & { body: Uint8Array },
  now: number,
): boolean {
  // With an empty secret anyone could sign.
  if (secret === '' || !/^\d{1,12}$/.test(timestamp ?? '')) return false;
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > SIGNATURE_WINDOW_SECONDS) return false;
  if (!/^v0=[0-9a-f]{64}$/.test(signature ?? '')) return false;
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from((signature ?? '').slice(3), 'hex'));
}
