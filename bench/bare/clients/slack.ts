import { WebClient } from '@slack/web-api';

/** Slack, whose client is made with the first call. */
export const slack = [WebClient];
