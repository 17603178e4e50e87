import { messageFault } from './block-kit.ts';
import type { Block } from './state.ts';
import { addMessage, findChannel, type SlackWorld, takeResponseUrl, withBlockIds } from './world.ts';

/** Answers a message that was posted to a response URL: 200 with `ok`, 404 for a URL that is unknown, used up or expired,
 *  400 for content that Slack refuses. */
export function answerResponseUrl(
  world: SlackWorld,
  id: string,
  given: unknown,
): { status: number; body: string } {
  const url = takeResponseUrl(world, id);
  if (!url) return { status: 404, body: 'expired_url' };
  const sent = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const { messages } = world.store.state;
  const original = messages.find(({ ts }) => ts === url.messageTs);
  if (sent.delete_original === true && original) {
    messages.splice(messages.indexOf(original), 1);
    world.store.save();
    return { status: 200, body: 'ok' };
  }
  const fault = messageFault(sent);
  if (fault) return { status: 400, body: fault.error };
  const content = { text: String(sent.text ?? ''), blocks: withBlockIds((sent.blocks ?? []) as Block[]) };
  if (sent.replace_original === true && original) {
    Object.assign(original, content, { edits: original.edits + 1 });
    world.store.save();
    return { status: 200, body: 'ok' };
  }
  const channel = findChannel(world, url.channel);
  if (!channel) return { status: 404, body: 'channel_not_found' };
  const isEphemeral = sent.response_type !== 'in_channel';
  addMessage(world, {
    channel,
    via: 'response_url',
    ...content,
    ...(isEphemeral ? { ephemeralTo: url.user } : {}),
  });
  return { status: 200, body: 'ok' };
}
