import { randomBytes } from 'node:crypto';
import { delay, type Fault, type Faults } from '../http/faults.ts';
import { messageFault, viewFaults } from './block-kit.ts';
import { findUser, type SlackChannel, type SlackSeed, type SlackUser, slackSeed } from './seed.ts';
import type { Block, Message, OpenView } from './state.ts';
import { addMessage, findChannel, type SlackWorld, takeTrigger, withBlockIds } from './world.ts';

type Arguments = Record<string, unknown>;

/** What the Web API answers: 200 with `ok`, or 429 with `retryAfter` in seconds, or 500. */
export type ApiAnswer = { status: number; body: Record<string, unknown>; retryAfter?: number };

const ok = (body: Record<string, unknown>): ApiAnswer => ({ status: 200, body: { ok: true, ...body } });
const refused = (error: string, messages: string[] = []): ApiAnswer => ({
  status: 200,
  body: { ok: false, error, ...(messages.length > 0 ? { response_metadata: { messages } } : {}) },
});

/** The methods of the Web API that this stand-in knows. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each method is short.
function webApi(world: SlackWorld): (method: string, given: Arguments) => ApiAnswer {
  const { seed, store } = world;

  function post(given: Arguments, via: Message['via'], ephemeralTo?: SlackUser): ApiAnswer {
    const channel = findChannel(world, given.channel);
    if (!channel) return refused('channel_not_found');
    const fault = messageFault(given);
    if (fault) return refused(fault.error, fault.messages);
    const message = addMessage(world, {
      channel,
      via,
      text: String(given.text ?? ''),
      blocks: withBlockIds((given.blocks ?? []) as Block[]),
      ...(ephemeralTo ? { ephemeralTo: ephemeralTo.id } : {}),
    });
    if (ephemeralTo) return ok({ message_ts: message.ts });
    return ok({ channel: channel.id, ts: message.ts, message: shown(message) });
  }

  function update(given: Arguments): ApiAnswer {
    const channel = findChannel(world, given.channel);
    if (!channel) return refused('channel_not_found');
    const message = store.state.messages.find(({ ts }) => ts === given.ts);
    if (!message || message.channel !== channel.id || message.ephemeralTo)
      return refused('message_not_found');
    const fault = messageFault(given);
    if (fault) return refused(fault.error, fault.messages);
    message.text = String(given.text ?? '');
    message.blocks = withBlockIds((given.blocks ?? []) as Block[]);
    message.edits += 1;
    store.save();
    return ok({ channel: channel.id, ts: message.ts, text: message.text });
  }

  function openView(given: Arguments): ApiAnswer {
    const trigger = takeTrigger(world, given.trigger_id);
    if ('error' in trigger) return refused(trigger.error);
    const faults = viewFaults(given.view);
    if (faults.length > 0) return refused('invalid_arguments', faults);
    const opened: OpenView = {
      id: `V${randomBytes(5).toString('hex').toUpperCase()}`,
      user: trigger.user,
      isOpen: true,
      ...newContent(given.view),
    };
    store.state.views.push(opened);
    store.save();
    return ok({ view: viewShown(world, opened) });
  }

  function updateView(given: Arguments): ApiAnswer {
    const found = store.state.views.find(({ id }) => id === given.view_id);
    if (!found?.isOpen) return refused('not_found');
    if (given.hash !== undefined && given.hash !== found.hash) return refused('hash_conflict');
    const faults = viewFaults(given.view);
    if (faults.length > 0) return refused('invalid_arguments', faults);
    Object.assign(found, newContent(given.view));
    store.save();
    return ok({ view: viewShown(world, found) });
  }

  return (method, given) => {
    switch (method) {
      case 'auth.test':
        return ok({
          url: `https://${seed.team.domain}.slack.com/`,
          team: seed.team.name,
          team_id: seed.team.id,
          user_id: slackSeed.app.botId,
        });
      case 'chat.postMessage':
        return post(given, 'chat.postMessage');
      case 'chat.postEphemeral': {
        const user = findUser(seed, String(given.user));
        return user ? post(given, 'chat.postEphemeral', user) : refused('user_not_in_channel');
      }
      case 'chat.update':
        return update(given);
      case 'views.open':
        return openView(given);
      case 'views.update':
        return updateView(given);
      default:
        return whoIs(world, method, given) ?? refused('unknown_method');
    }
  };
}

/** The methods that tell of users, user groups and channels. */
function whoIs({ seed, userGroups }: SlackWorld, method: string, given: Arguments): ApiAnswer | undefined {
  switch (method) {
    case 'users.info': {
      const user = findUser(seed, String(given.user));
      return user && user.id === given.user ? ok({ user: userShown(seed, user) }) : refused('user_not_found');
    }
    case 'users.lookupByEmail': {
      const user = seed.users.find(({ email, deleted }) => email === given.email && !deleted);
      return user ? ok({ user: userShown(seed, user) }) : refused('users_not_found');
    }
    case 'conversations.info': {
      const channel = seed.channels.find(({ id }) => id === given.channel);
      return channel ? ok({ channel: channelShown(channel) }) : refused('channel_not_found');
    }
    case 'usergroups.users.list': {
      const found = userGroups.get(String(given.usergroup));
      const isShown = found && (!found.disabled || given.include_disabled === 'true');
      return isShown ? ok({ users: [...found.users] }) : refused('no_such_subteam');
    }
    default:
      return undefined;
  }
}

/** The Web API behind its bearer token and its armed faults; a fault's `match` is a method's name. Undefined when the
 *  connection is to be closed without an answer. */
export function guardedApi(world: SlackWorld, faults: Faults) {
  const call = webApi(world);
  return async (
    method: string,
    authorization: string | undefined,
    given: Arguments,
  ): Promise<ApiAnswer | undefined> => {
    const fault = faults.take((match) => match === method);
    if (fault?.effect === 'drop') return undefined;
    if (fault?.effect === 'delay') await delay(fault);
    const refusal = faultAnswer(fault) ?? tokenRefusal(authorization, given);
    if (refusal) return refusal;
    const answer = call(method, given);
    return fault?.effect === 'lostReply' ? undefined : answer;
  };
}

/** What an armed fault answers in place of the method, if it does. */
function faultAnswer(fault: Fault | undefined): ApiAnswer | undefined {
  switch (fault?.effect) {
    case 'throttle': {
      const retryAfter = Math.ceil(fault.delayMs / 1000);
      return { status: 429, body: { ok: false, error: 'ratelimited' }, retryAfter };
    }
    case 'error':
      return { status: 500, body: { ok: false, error: 'internal_error' } };
    case 'forbid':
      return refused('missing_scope');
    default:
      return undefined;
  }
}

function tokenRefusal(authorization: string | undefined, given: Arguments): ApiAnswer | undefined {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? given.token;
  if (token === undefined) return refused('not_authed');
  return token === slackSeed.botToken ? undefined : refused('invalid_auth');
}

/** A view's content with the initial values of a new view. */
export function newContent(view: unknown): Pick<OpenView, 'hash' | 'errors' | 'view'> {
  const content = view as OpenView['view'];
  return {
    hash: `${randomBytes(6).toString('hex')}`,
    errors: {},
    view: { ...content, blocks: withBlockIds(content.blocks) },
  };
}

/** A view as Slack shows it to its app. */
export const viewShown = ({ seed }: SlackWorld, { id, hash, view }: OpenView): Arguments => ({
  id,
  team_id: seed.team.id,
  app_id: slackSeed.app.id,
  hash,
  root_view_id: id,
  previous_view_id: null,
  callback_id: '',
  private_metadata: '',
  ...view,
});

const shown = (message: Message): Arguments => ({
  type: 'message',
  user: slackSeed.app.botId,
  ts: message.ts,
  text: message.text,
  blocks: message.blocks,
});

const channelShown = ({ id, name, isSharedOutside }: SlackChannel): Arguments => ({
  id,
  name,
  is_channel: true,
  is_archived: false,
  is_shared: isSharedOutside ?? false,
  is_ext_shared: isSharedOutside ?? false,
  is_pending_ext_shared: false,
});

const userShown = ({ team }: SlackSeed, user: SlackUser): Arguments => ({
  id: user.id,
  team_id: user.isStranger ? slackSeed.foreignTeam.id : team.id,
  name: user.name,
  real_name: user.realName,
  deleted: user.deleted ?? false,
  is_bot: user.isBot ?? false,
  is_app_user: false,
  is_restricted: user.isRestricted ?? false,
  is_ultra_restricted: user.isUltraRestricted ?? false,
  ...(user.isStranger ? { is_stranger: true } : {}),
  is_email_confirmed: !user.isEmailUnconfirmed,
  profile: { real_name: user.realName, display_name: user.name, email: user.email },
});
