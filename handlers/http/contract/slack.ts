import * as z from 'zod';
import type { Operation } from './operation.ts';

const BODY_TYPE = 'application/x-www-form-urlencoded';
const problems = ['ROUTE_NOT_FOUND', 'BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'] as const;
const answer = (description: string, id: string) => ({
  200: { description, schema: z.looseObject({}).meta({ id }), mayBeEmpty: true as const },
});

export const takeCommand = {
  id: 'takeCommand',
  method: 'POST',
  path: '/slack/commands',
  summary: 'Receive a slash command',
  description:
    'For Slack only. Acknowledged within three seconds; a longer answer follows asynchronously. 404 if Slack is not configured.',
  access: 'slack',
  body: z
    .looseObject({
      team_id: z.string().describe("The user's Slack workspace"),
      user_id: z.string().describe('The user'),
      text: z.string().optional().describe('What follows the command'),
    })
    .describe("Slack's form of a slash command"),
  bodyType: BODY_TYPE,
  successes: answer('The message that Slack shows to this user only', 'SlackMessage'),
  problems,
  example: { body: { team_id: 'T0ACME', user_id: 'U0ADA', text: 'help' }, status: 200 },
} as const satisfies Operation;

export const takeInteraction = {
  id: 'takeInteraction',
  method: 'POST',
  path: '/slack/interactions',
  summary: 'Receive a button or a form',
  description: 'For Slack only. 404 if Slack is not configured.',
  access: 'slack',
  body: z
    .looseObject({ payload: z.string().describe('The interaction, as JSON') })
    .describe("Slack's form: `payload` is JSON"),
  bodyType: BODY_TYPE,
  successes: answer('What Slack shows next in the form', 'SlackFormAnswer'),
  problems,
  example: { body: { payload: '{"type":"view_closed"}' }, status: 200 },
} as const satisfies Operation;
