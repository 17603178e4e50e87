import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { isSignedBySlack, SIGNATURE_WINDOW_SECONDS } from '../../adapters/slack/signature.ts';
import type { ClaimStore } from '../../domain/messaging/ports.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { problem } from '../../domain/shared/problem.ts';
import { plusSeconds, seconds, toInstant } from '../../domain/shared/time.ts';
import { bodyBytes, headerOf } from '../http/http-request.ts';
import { ProblemError } from '../http/problem-details.ts';

/** Largest body in bytes. Our choice: an interaction carries its whole message, which Slack keeps below this. */
const LARGEST_BODY = 256 * 1024;

/** What it takes to tell a request of Slack's from any other, and from one that was taken before. */
export type SignedRequestPorts = { clock: Clock; claims: ClaimStore; signingSecret(): Promise<string> };

/** The form of a request that Slack has signed and that was not taken before. Throws `ProblemError`: 401 with one answer for
 *  every reason, before anything of the body is read; 413 and 415. */
export async function readSlackForm(
  ports: SignedRequestPorts,
  event: APIGatewayProxyEventV2,
): Promise<URLSearchParams> {
  return formOf(event, await authenticated(ports, event));
}

/** The raw body of a request that Slack has signed and that was not taken before. */
async function authenticated(ports: SignedRequestPorts, event: APIGatewayProxyEventV2): Promise<Buffer> {
  const { clock, claims, signingSecret } = ports;
  const bytes = bodyBytes(event);
  const given = {
    timestamp: headerOf(event, 'x-slack-request-timestamp'),
    signature: headerOf(event, 'x-slack-signature'),
  };
  const refusal = () =>
    new ProblemError(
      problem('UNAUTHENTICATED', 'The request is not signed by Slack, or was received before.'),
    );
  if (given.timestamp === undefined || given.signature === undefined) throw refusal();
  if (!isSignedBySlack(await signingSecret(), { ...given, body: bytes }, clock.now())) throw refusal();
  if (bytes.length > LARGEST_BODY) {
    throw new ProblemError(problem('BODY_TOO_LARGE', `The body may hold ${LARGEST_BODY} bytes.`));
  }
  // Until its timestamp has left the window on both sides.
  const until = plusSeconds(toInstant(clock.now()), seconds(2 * SIGNATURE_WINDOW_SECONDS + 60));
  const id = createHash('sha256').update(given.signature).digest('hex');
  if (!(await claims.claim(`slack-request#${id}`, until))) throw refusal();
  return bytes;
}

function formOf(event: APIGatewayProxyEventV2, bytes: Buffer): URLSearchParams {
  const mediaType = (headerOf(event, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') return new URLSearchParams(bytes.toString('utf8'));
  throw new ProblemError(problem('MEDIA_TYPE_UNSUPPORTED', 'Slack sends application/x-www-form-urlencoded.'));
}
