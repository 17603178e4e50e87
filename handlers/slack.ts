import { composeCore, composeSlackEndpoint } from './composition/compose.ts';
import { guarded } from './http/http-function.ts';
import { observed } from './invocation/observed.ts';
import { slackEndpoint } from './slack/endpoint.ts';

const core = composeCore();

/** Takes Slack's commands and interactions. */
export const handler = observed(core, guarded(core, slackEndpoint(composeSlackEndpoint(core))));
