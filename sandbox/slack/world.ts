import { randomBytes } from 'node:crypto';
import { findUser, type SlackSeed, type SlackUser, type SlackUserGroup } from './seed.ts';
import type { Block, Message, ResponseUrl, StateStore } from './state.ts';

/** The state that every part of the stand-in uses. */
export type SlackWorld = {
  seed: SlackSeed;
  store: StateStore;
  /** Milliseconds. */
  now: () => number;
  /** The stand-in's own origin. */
  url: () => string;
  /** Where slash commands and interactions are delivered; undefined while nothing listens. */
  app: () => string | undefined;
  /** User groups by id. In memory: a restart has those of the seed again. */
  userGroups: Map<string, SlackUserGroup>;
  /** Open trigger ids: who pressed, and until when. In memory, as they live three seconds. */
  triggers: Map<string, { user: string; expiresAt: number }>;
};

/** Milliseconds for which a trigger id opens a modal, once. Source: Slack, "Modals": three seconds. */
const TRIGGER_MS = 3000;
/** Uses and milliseconds of a response URL. Source: Slack, "Handling user interaction": five times within 30 minutes. */
const RESPONSE_URL_USES = 5;
const RESPONSE_URL_MS = 30 * 60_000;

/** A new trigger id for a user's action. */
export function newTrigger({ triggers, now }: SlackWorld, user: SlackUser): string {
  const id = `${now()}.${randomBytes(8).toString('hex')}`;
  triggers.set(id, { user: user.id, expiresAt: now() + TRIGGER_MS });
  return id;
}

/** Uses a trigger id up; returns Slack's error if it is unknown, used or expired. */
export function takeTrigger(
  { triggers, now }: SlackWorld,
  id: unknown,
): { user: string } | { error: string } {
  const trigger = triggers.get(String(id));
  if (!trigger) return { error: 'exchanged_trigger_id' };
  triggers.delete(String(id));
  return trigger.expiresAt > now() ? { user: trigger.user } : { error: 'expired_trigger_id' };
}

/** A new response URL for a command or a pressed button. */
export function newResponseUrl(
  { seed, store, url, now }: SlackWorld,
  kind: 'commands' | 'actions',
  to: { channel: string; user: string; messageTs?: string },
): string {
  const id = `${kind}/${seed.team.id}/${randomBytes(12).toString('hex')}`;
  store.state.responseUrls = store.state.responseUrls.filter(({ expiresAt }) => expiresAt > now());
  store.state.responseUrls.push({
    id,
    ...to,
    usesLeft: RESPONSE_URL_USES,
    expiresAt: now() + RESPONSE_URL_MS,
  });
  store.save();
  return `${url()}/${id}`;
}

/** Takes one use of a response URL; undefined for one that is unknown, used up or expired. */
export function takeResponseUrl({ store, now }: SlackWorld, id: string): ResponseUrl | undefined {
  const found = store.state.responseUrls.find((one) => one.id === id);
  if (!found || found.usesLeft === 0 || found.expiresAt <= now()) return undefined;
  found.usesLeft -= 1;
  store.save();
  return found;
}

/** The channel of that id, or a user's direct messages; undefined if the app cannot post there. */
export function findChannel({ seed }: SlackWorld, id: unknown): { id: string; name: string } | undefined {
  const channel = seed.channels.find((one) => one.id === id);
  if (channel) return channel;
  const user = findUser(seed, String(id).replace(/^D0/, 'U0'));
  return user && { id: user.id.replace(/^U0/, 'D0'), name: `@${user.name}` };
}

/** Adds a message. */
export function addMessage(
  { store, now }: SlackWorld,
  message: Pick<Message, 'via' | 'text' | 'blocks'> & {
    channel: { id: string; name: string };
    ephemeralTo?: string;
  },
): Message {
  const { channel, ephemeralTo, ...content } = message;
  const added: Message = {
    ts: store.nextTs(now()),
    channel: channel.id,
    channelName: channel.name,
    ...(ephemeralTo === undefined ? {} : { ephemeralTo }),
    ...content,
    edits: 0,
  };
  store.state.messages.push(added);
  store.save();
  return added;
}

/** Blocks with the ids that Slack gives those without one. */
export const withBlockIds = (blocks: Block[]): Block[] =>
  blocks.map((block) => ({ block_id: randomBytes(3).toString('hex'), ...block }));
