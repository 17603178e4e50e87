import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { isSignature, isSignedWith } from '../../adapters/bitbucket/webhook-signature.ts';
import { isFollowed, readDelivery } from '../../domain/bitbucket/delivery.ts';
import type { Workspace } from '../../domain/bitbucket/oidc.ts';
import type { Worker } from '../../domain/messaging/ports.ts';
import { problem } from '../../domain/shared/problem.ts';
import { toResult } from '../http/http-answer.ts';
import type { HttpHandler } from '../http/http-function.ts';
import { bodyBytes, headerOf, requestIdOf } from '../http/http-request.ts';
import { ProblemError, unwrap } from '../http/problem-details.ts';

/** Largest body in bytes. Source: Bitbucket, "Troubleshoot webhooks": a payload above 256 KB may be dropped. */
const LARGEST_BODY = 256 * 1024;

/** What the endpoint needs. `secretsOf` is asked only for configured workspaces; it throws when it cannot know. */
export type WebhookPorts = {
  workspaces: readonly Workspace[];
  secretsOf(workspaceSlug: string): Promise<string[]>;
  worker: Worker;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
};

/** Answers one webhook: 401 unless its raw bytes are signed with the workspace's secret, one answer for every reason and
 *  nothing read but that secret; 204 for an event that means nothing here; 202 once the worker has it. A 5xx means that
 *  it could not be handed on; Bitbucket sends those again, and never a 4xx. */
export function webhookEndpoint(ports: WebhookPorts): HttpHandler {
  return async (event, context) => {
    const { workspace, bytes } = await authenticated(ports, event);
    if (bytes.length > LARGEST_BODY) {
      throw new ProblemError(problem('BODY_TOO_LARGE', `Send at most ${LARGEST_BODY} bytes.`));
    }
    const eventKey = (headerOf(event, 'x-event-key') ?? '').slice(0, 64);
    const deliveryId = deliveryIdOf(event, context);
    const line = { workspace: workspace.slug, deliveryId, event: eventKey };
    if (!isFollowed(eventKey)) {
      ports.logger.info('delivery ignored: the event means nothing here', line);
      return { statusCode: 204 };
    }
    const body = jsonOf(bytes);
    const read = readDelivery({ workspace, deliveryId, event: eventKey, body });
    if (!read.ok) ports.logger.warn('delivery refused', { ...line, reason: read.problem.detail });
    const message = unwrap(read);
    await ports.worker.handOn(message);
    ports.logger.info('delivery handed on', { ...line, repository: message.repository });
    return toResult({ status: 202, body: { deliveryId } });
  };
}

async function authenticated(
  { workspaces, secretsOf, logger }: WebhookPorts,
  event: APIGatewayProxyEventV2,
): Promise<{ workspace: Workspace; bytes: Buffer }> {
  const slug = event.pathParameters?.workspace ?? '';
  const workspace = workspaces.find((one) => one.slug === slug);
  const header = headerOf(event, 'x-hub-signature');
  const bytes = bodyBytes(event);
  const secrets = workspace && isSignature(header) ? await secretsOf(workspace.slug) : [];
  if (workspace && isSignature(header) && secrets.length === 0) {
    logger.error('a delivery came for a workspace that has no webhook secret', { workspace: slug });
  }
  if (workspace && isSignedWith(secrets, header, bytes)) return { workspace, bytes };
  throw new ProblemError(
    problem('UNAUTHENTICATED', 'The delivery is not signed with a secret of this workspace.'),
  );
}

/** `X-Request-UUID` is the same for every attempt of one delivery, and for its resending by hand. Unsigned: it is used
 *  for nothing but to find the delivery's traces. */
function deliveryIdOf(event: APIGatewayProxyEventV2, context: Context): string {
  const given = headerOf(event, 'x-request-uuid') ?? '';
  return /^[A-Za-z0-9-]{8,64}$/.test(given) ? given : requestIdOf(context);
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ProblemError(
      problem('REQUEST_INVALID', 'The body is not JSON in UTF-8.', {
        errors: [{ pointer: '', detail: 'is not JSON' }],
      }),
    );
  }
}
