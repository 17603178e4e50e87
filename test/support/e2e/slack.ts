import { createHmac } from 'node:crypto';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { eventually } from './eventually.ts';
import { type Json, send } from './http.ts';
import type { Grant, World } from './stack/stack.ts';

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

  const command = (user: string, text: string) => post('/sandbox/command', { user, text });
  /** Waits for a message that says something, and returns it. `after` is the `ts` of a message that came before it. */
  const said = async (
    {
      after = '0',
      ...where
    }: Partial<Pick<SlackMessage, 'channel' | 'ephemeralTo' | 'via'>> & { after?: string },
    ...parts: string[]
  ) => {
    const isIt = (message: SlackMessage) =>
      Number(message.ts) > Number(after) &&
      Object.entries(where).every(([key, value]) => message[key as keyof SlackMessage] === value) &&
      parts.every((part) => textOf(message).includes(part));
    const found = await eventually(
      async () => (await messages()).filter(isIt),
      (all) => all.length > 0,
    );
    const [first] = found;
    if (!first) throw new Error('nothing was said');
    return first;
  };
  /** Waits until a repository has a grant in a state, and returns the newest. */
  const grantOf = async (fullName: string, state: string) => {
    const [grant] = (await eventually(
      () => world().all(`/v1/grants?repository=${fullName}`, 25),
      (grants) => grants.some((one) => one.state === state),
    )) as Grant[];
    if (!grant) throw new Error('there is no grant');
    return grant;
  };
  /** A request of Ada's in Slack that waits: nobody owns the bucket. */
  const waiting = async (more = '') => {
    const { fullName } = await world().repository();
    await command('ada', `request ${fullName} s3-static-site bucket=payroll ${more}`);
    const card = await said({ channel: SLACK.approvals }, fullName);
    return { fullName, card, ...(await grantOf(fullName, 'pending')) };
  };
  /** Sends what Slack would, signed at a time in milliseconds. */
  const signed = (path: string, fields: Record<string, string>, at = Date.now()) => {
    const body = new URLSearchParams(fields).toString();
    const timestamp = String(Math.floor(at / 1000));
    const mac = createHmac('sha256', slackSeed.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    return world().api('POST', path, {
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${mac}`,
      },
    });
  };

  return {
    messages,
    command,
    click: (user: string, messageTs: string, actionId: string) =>
      post('/sandbox/click', { user, messageTs, actionId }),
    submit: (user: string, viewId: string, values: Json) => post('/sandbox/submit', { user, viewId, values }),
    views: async () => (await read('/sandbox/views')) as SlackView[],
    said,
    grantOf,
    waiting,
    signed,
  };
}

/** People in the Slack of a running stack. */
export type SlackPeople = ReturnType<typeof slackOf>;
