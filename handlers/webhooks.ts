import { secretsIn } from '../adapters/bitbucket/webhook-signature.ts';
import { ssmWebhookSecrets } from '../adapters/settings/secrets.ts';
import { type WebhookPorts, webhookEndpoint } from './bitbucket/webhook-endpoint.ts';
import { type Core, composeCore, composeWorkerClient } from './compose.ts';
import { guarded } from './http/http-function.ts';

const secretsFrom = ({ environment: { webhookSecrets } }: Core): WebhookPorts['secretsOf'] =>
  'parameters' in webhookSecrets
    ? ssmWebhookSecrets(webhookSecrets.parameters)
    : async (slug) => secretsIn(webhookSecrets.bySlug[slug] ?? '');

const core = composeCore();

/** Takes Bitbucket's webhooks. */
export const handler = guarded(
  core.logger,
  webhookEndpoint({
    workspaces: core.configuration.workspaces,
    secretsOf: secretsFrom(core),
    worker: composeWorkerClient(core),
    logger: core.logger,
  }),
);
