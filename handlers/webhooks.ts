import { webhookEndpoint } from './bitbucket/webhook-endpoint.ts';
import { composeCore, composeWebhookEndpoint } from './compose.ts';
import { guarded } from './http/http-function.ts';

const core = composeCore();

/** Takes Bitbucket's webhooks. */
export const handler = guarded(core, webhookEndpoint(composeWebhookEndpoint(core)));
