import { webhookEndpoint } from './bitbucket/webhook-endpoint.ts';
import { composeCore, composeWebhookEndpoint } from './composition/compose.ts';
import { guarded } from './http/http-function.ts';
import { observed } from './invocation/observed.ts';

const core = composeCore();

/** Takes Bitbucket's webhooks. */
export const handler = observed(core, guarded(core, webhookEndpoint(composeWebhookEndpoint(core))));
