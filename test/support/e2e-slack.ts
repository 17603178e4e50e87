import { eventually } from './e2e-eventually.ts';
import { type Json, send } from './e2e-http.ts';
import type { World } from './e2e-stack.ts';

/** A message as the sandbox shows it. */
export type SlackMessage = {
  ts: string;
  channel: string;
  ephemeralTo?: string;
  via: string;
  text: string;
  blocks: Json[];
  edits: number;
};

export type SlackView = { id: string; user: string; errors: Record<string, string>; view: Json };

/** The ids that the sandbox's Slack has. */
export const SLACK = { approvals: 'C0APPROVALS', web: 'C0WEB', ada: 'U0ADA', grace: 'U0GRACE' } as const;

/** All that a message says, as one text. */
export const textOf = (message: SlackMessage): string => JSON.stringify([message.text, message.blocks]);

/** People in the Slack of a running stack. */
export function slackOf(world: () => World) {
  const post = (path: string, json: Json) => send(world().stack.slack.url, 'POST', path, { json });
  const read = async (path: string) => (await send(world().stack.slack.url, 'GET', path)).json.items;
  const messages = async () => (await read('/sandbox/messages')) as SlackMessage[];

  return {
    messages,
    command: (user: string, text: string) => post('/sandbox/command', { user, text }),
    click: (user: string, messageTs: string, actionId: string) =>
      post('/sandbox/click', { user, messageTs, actionId }),
    submit: (user: string, viewId: string, values: Json) => post('/sandbox/submit', { user, viewId, values }),
    views: async () => (await read('/sandbox/views')) as SlackView[],
    /** Waits for a message that says something, and returns it. */
    async said(where: Partial<Pick<SlackMessage, 'channel' | 'ephemeralTo' | 'via'>>, ...parts: string[]) {
      const isIt = (message: SlackMessage) =>
        Object.entries(where).every(([key, value]) => message[key as keyof SlackMessage] === value) &&
        parts.every((part) => textOf(message).includes(part));
      const found = await eventually(
        async () => (await messages()).filter(isIt),
        (all) => all.length > 0,
      );
      const [first] = found;
      if (!first) throw new Error('nothing was said');
      return first;
    },
  };
}
