import { composeCore, composeSlackEndpoint } from './compose.ts';
import { guarded } from './http/http-function.ts';
import { slackEndpoint } from './slack/endpoint.ts';

const core = composeCore();

/** Takes Slack's commands and interactions. */
export const handler = guarded(core, slackEndpoint(composeSlackEndpoint(core)));
