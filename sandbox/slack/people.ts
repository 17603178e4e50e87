import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { type Answer, refusal } from '../http/answers.ts';
import { faultyFields } from '../http/faulty-fields.ts';
import { messageFault, viewFaults } from './block-kit.ts';
import { findUser, type SlackUser, slackSeed } from './seed.ts';
import type { Block, Message, OpenView } from './state.ts';
import { newContent, viewShown } from './web-api.ts';
import {
  addMessage,
  findChannel,
  newResponseUrl,
  newTrigger,
  type SlackWorld,
  withBlockIds,
} from './world.ts';

/** Milliseconds that Slack waits for an app. Source: Slack, "Acknowledgment response". */
const ACKNOWLEDGEMENT_WAIT_MS = 3000;

const commandSchema = z.strictObject({
  user: z.string().min(1),
  text: z.string().default(''),
  channel: z.string().min(1).default('C0GENERAL'),
  command: z.string().min(1).default('/aws-role'),
});
const clickSchema = z.strictObject({
  messageTs: z.string().optional(),
  viewId: z.string().optional(),
  actionId: z.string().min(1),
  user: z.string().min(1),
});
const submitSchema = z.strictObject({
  viewId: z.string().min(1),
  user: z.string().min(1),
  values: z.record(z.string(), z.string()).default({}),
});
const closeSchema = z.strictObject({ viewId: z.string().min(1) });

/** What people do in Slack: give a command, press a button, submit or close a modal. Each is signed and delivered as Slack
 *  does, and answered with what the app answered. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each action is short.
export function peopleActions(world: SlackWorld) {
  const { seed, store, now } = world;

  /** The app's answer; undefined if none arrived within Slack's time limit. */
  async function deliver(path: string, fields: Record<string, string>) {
    const app = world.app();
    if (!app) return undefined;
    const body = new URLSearchParams(fields).toString();
    const timestamp = String(Math.floor(now() / 1000));
    const signature = createHmac('sha256', slackSeed.signingSecret)
      .update(`v0:${timestamp}:${body}`)
      .digest('hex');
    try {
      const response = await fetch(`${app}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': `v0=${signature}`,
        },
        body,
        signal: AbortSignal.timeout(ACKNOWLEDGEMENT_WAIT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  const passOn = (reply: { status: number; text: string } | undefined): Answer => {
    if (!reply) return refusal(504, 'operation_timeout: the app did not answer within three seconds');
    if (reply.text === '') return { status: reply.status, body: {} };
    return { status: reply.status, body: parseJson(reply.text) ?? { text: reply.text } };
  };

  const common = (user: SlackUser) => ({
    team: user.isStranger ? slackSeed.foreignTeam : seed.team,
    user: {
      id: user.id,
      username: user.name,
      name: user.name,
      team_id: (user.isStranger ? slackSeed.foreignTeam : seed.team).id,
    },
    api_app_id: slackSeed.app.id,
    token: 'legacy-verification-token',
    is_enterprise_install: false,
    enterprise: null,
  });

  async function command(body: unknown): Promise<Answer> {
    const parsed = commandSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const user = findUser(seed, parsed.data.user);
    if (!user) return refusal(404, `/user: no user ${parsed.data.user}`);
    const channel = channelNamed(world, parsed.data.channel);
    if (!channel) return refusal(404, `/channel: no channel ${parsed.data.channel}`);
    const team = user.isStranger ? slackSeed.foreignTeam : seed.team;
    const reply = await deliver('/slack/commands', {
      token: 'legacy-verification-token',
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: user.id,
      user_name: user.name,
      command: parsed.data.command,
      text: parsed.data.text,
      api_app_id: slackSeed.app.id,
      is_enterprise_install: 'false',
      response_url: newResponseUrl(world, 'commands', { channel: channel.id, user: user.id }),
      trigger_id: newTrigger(world, user),
    });
    if (reply?.status === 200) showReply(channel, user, parseJson(reply.text));
    return passOn(reply);
  }

  /** Shows the app's answer to a command in the channel, if Slack takes it as a message. */
  function showReply(channel: Channel, user: SlackUser, said: Record<string, unknown> | undefined): void {
    if (!said || messageFault(said)) return;
    addMessage(world, {
      channel,
      via: 'reply',
      text: String(said.text ?? ''),
      blocks: withBlockIds((said.blocks ?? []) as Block[]),
      ...(said.response_type === 'in_channel' ? {} : { ephemeralTo: user.id }),
    });
  }

  async function click(body: unknown): Promise<Answer> {
    const parsed = clickSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const { messageTs, viewId, actionId } = parsed.data;
    const user = findUser(seed, parsed.data.user);
    if (!user) return refusal(404, `/user: no user ${parsed.data.user}`);
    const message = store.state.messages.find(({ ts }) => ts === messageTs);
    const view = store.state.views.find(({ id, isOpen }) => id === viewId && isOpen);
    if (!message && !view)
      return refusal(404, 'no message of that messageTs and no open view of that viewId');
    if (message?.ephemeralTo && message.ephemeralTo !== user.id)
      return refusal(404, `/messageTs: ${user.name} does not see that message`);
    const action = findAction(message?.blocks ?? view?.view.blocks ?? [], actionId);
    if (!action) return refusal(404, `/actionId: no element ${actionId} there`);
    const place = placeOfClick(user, message, view);
    const payload = {
      type: 'block_actions',
      ...common(user),
      trigger_id: newTrigger(world, user),
      ...place,
      state: { values: {} },
      actions: [{ ...action, action_ts: store.nextTs(now()) }],
    };
    return passOn(await deliver('/slack/interactions', { payload: JSON.stringify(payload) }));
  }

  const placeOfClick = (user: SlackUser, message: Message | undefined, view: OpenView | undefined) =>
    message
      ? messagePlace(message, newResponseUrl(world, 'actions', { ...placeOf(message), user: user.id }))
      : view && { container: { type: 'view', view_id: view.id }, view: viewShown(world, view) };

  async function submit(body: unknown): Promise<Answer> {
    const parsed = submitSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const user = findUser(seed, parsed.data.user);
    const opened = store.state.views.find(({ id, isOpen }) => id === parsed.data.viewId && isOpen);
    if (!user || opened?.user !== user.id)
      return refusal(404, `/viewId: ${parsed.data.user} has no such view open`);
    const state = stateOf(opened.view.blocks, parsed.data.values);
    if ('faults' in state) return refusal(400, ...state.faults);
    const payload = {
      type: 'view_submission',
      ...common(user),
      trigger_id: newTrigger(world, user),
      view: { ...viewShown(world, opened), state: { values: state.values } },
      response_urls: [],
    };
    const reply = await deliver('/slack/interactions', { payload: JSON.stringify(payload) });
    if (reply?.status === 200) answerSubmission(opened, parseJson(reply.text));
    return passOn(reply);
  }

  function answerSubmission(opened: OpenView, said: Record<string, unknown> | undefined): void {
    switch (said?.response_action) {
      case undefined:
      case 'clear':
        opened.isOpen = false;
        break;
      case 'errors':
        opened.errors = said.errors as Record<string, string>;
        break;
      case 'update':
      case 'push':
        if (viewFaults(said.view).length > 0) break;
        Object.assign(opened, newContent(said.view));
    }
    store.save();
  }

  function close(body: unknown): Answer {
    const parsed = closeSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const opened = store.state.views.find(({ id }) => id === parsed.data.viewId);
    if (!opened) return refusal(404, '/viewId: no such view');
    opened.isOpen = false;
    store.save();
    return { status: 204 };
  }

  return { command, click, submit, close };
}

type Channel = { id: string; name: string };

/** The channel with this id, or with this name. */
const channelNamed = (world: SlackWorld, text: string): Channel | undefined =>
  findChannel(world, text) ?? world.seed.channels.find(({ name }) => name === text.replace(/^#/, ''));

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const placeOf = (message: Message) => ({ channel: message.channel, messageTs: message.ts });

const messagePlace = (message: Message, responseUrl: string) => ({
  container: {
    type: 'message',
    message_ts: message.ts,
    channel_id: message.channel,
    is_ephemeral: message.ephemeralTo !== undefined,
  },
  channel: { id: message.channel, name: message.channelName },
  message: { type: 'message', ts: message.ts, text: message.text, blocks: message.blocks },
  response_url: responseUrl,
});

type Element = Record<string, unknown>;

function findAction(blocks: readonly Block[], actionId: string): Element | undefined {
  for (const block of blocks) {
    const elements = [
      ...((block.elements ?? []) as Element[]),
      ...(block.accessory ? [block.accessory] : []),
    ];
    const found = (elements as Element[]).find((element) => element.action_id === actionId);
    if (!found) continue;
    const { type, action_id, value, text } = found;
    return { type, block_id: block.block_id, action_id, ...(value === undefined ? {} : { value }), text };
  }
  return undefined;
}

/** The values of a modal's inputs in Slack's form, from one text for each block. A missing required value is refused,
 *  as Slack's clients do. */
function stateOf(
  blocks: readonly Block[],
  given: Record<string, string>,
): { values: Record<string, Record<string, unknown>> } | { faults: string[] } {
  const inputs = blocks.filter(({ type }) => type === 'input');
  const known = inputs.map(({ block_id }) => String(block_id));
  const faults = Object.keys(given)
    .filter((id) => !known.includes(id))
    .map((id) => `/values/${id}: no such input; known: ${known.join(', ')}`);
  const values: Record<string, Record<string, unknown>> = {};
  for (const block of inputs) {
    const id = String(block.block_id);
    const element = block.element as Element & { options?: Element[] };
    const text = given[id] === '' ? undefined : given[id];
    if (text === undefined && block.optional !== true) faults.push(`/values/${id}: is required`);
    const option = element.options?.find((one) => one.value === text);
    if (element.options && text !== undefined && !option) faults.push(`/values/${id}: is no option`);
    const value = element.options ? { selected_option: option ?? null } : { value: text ?? null };
    values[id] = { [String(element.action_id)]: { type: element.type, ...value } };
  }
  return faults.length > 0 ? { faults } : { values };
}
