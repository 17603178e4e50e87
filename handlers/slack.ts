import { composeCore, composeSlackDoor } from './compose.ts';
import { guarded } from './http/http-function.ts';
import { slackDoor } from './slack/endpoint.ts';

const core = composeCore();

/** Takes Slack's commands and interactions. */
export const handler = guarded(core.logger, slackDoor(composeSlackDoor(core)));
