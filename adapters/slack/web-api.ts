import type { KnownBlock, ModalView } from '@slack/types';
import type { UsersInfoResponse, WebClient } from '@slack/web-api';
import type { SlackProfile } from '../../domain/access/slack-identity.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import type { Outgoing } from '../outgoing.ts';
import { escaped } from './plain-text.ts';

/** A message's content. `text` is what notifications and screen readers use: plain text without formatting. */
export type SlackContent = { text: string; blocks: KnownBlock[] };

/** A content in Slack's form. Slack reads a message's text as mrkdwn, so a name such as `<!channel>` must be escaped. */
export const toSlack = ({ text, blocks }: SlackContent): SlackContent => ({ text: escaped(text), blocks });

/** The position of a message. `ts` is Slack's id of it. */
export type SlackMessage = { channel: string; ts: string };

/** The part of Slack's Web API that Rolewright uses. A failed call throws a `PortError`: `THROTTLED` with `retryAfter`,
 *  `NOT_FOUND` or `REJECTED` with Slack's code in the message, or `UNAVAILABLE`. `certain` is set if the call certainly
 *  had no effect. */
export type SlackWeb = {
  /** `channel`: a channel's id, or a user's for their direct messages. */
  post(channel: string, content: SlackContent): Promise<SlackMessage>;
  update(message: SlackMessage, content: SlackContent): Promise<void>;
  openView(triggerId: string, view: ModalView): Promise<void>;
  updateView(viewId: string, view: ModalView): Promise<void>;
  /** Undefined if Slack has no such user. */
  profile(user: string): Promise<SlackProfile | undefined>;
  /** The id of the user who has this email; undefined if Slack has none, or they are deactivated. */
  userOfEmail(email: string): Promise<string | undefined>;
  /** True for a channel that users of another company are in, or are invited to. */
  isSharedOutside(channel: string): Promise<boolean>;
  /** The ids of the users in a Slack user group, by its id. Undefined if there is no such user group, or it is disabled. */
  userGroupMembers(userGroup: string): Promise<string[] | undefined>;
};

/** A silent logger: Slack's client would log arguments and answers, which hold people's texts. */
const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
};

/** Codes of a platform error after which the effect is unknown. Source: Slack, errors of every method. */
const UNCERTAIN = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);

/** The Web API through Slack's own client, without its retries, whose defaults wait for half an hour: the caller knows
 *  how much time remains. The client is loaded with its first call, because loading takes 20 ms that most functions and
 *  requests do not need. `timeoutMs` limits one call. */
export function slackWebApi(options: {
  /** Origin, e.g. `https://slack.com`. */
  url: string;
  token(): Promise<string>;
  timeoutMs: number;
  outgoing: Outgoing;
}): SlackWeb {
  const { url, token, timeoutMs, outgoing } = options;
  let known: { token: string; client: WebClient } | undefined;

  async function client(): Promise<WebClient> {
    const current = await token();
    if (known?.token === current) return known.client;
    const { WebClient: Client } = await import('@slack/web-api');
    const made = new Client(current, {
      slackApiUrl: `${url}/api/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: timeoutMs,
      logger: silent,
      allowAbsoluteUrls: false,
    });
    known = { token: current, client: made };
    return made;
  }

  async function call<T>(operation: string, act: (web: WebClient) => Promise<T>): Promise<T> {
    const web = await client();
    try {
      return await outgoing({ system: 'Slack', operation }, () => act(web));
    } catch (error) {
      throw toPortError(operation, error);
    }
  }

  return {
    async post(channel, content) {
      const { ts, channel: where } = await call('chat.postMessage', (web) =>
        web.chat.postMessage({ channel, ...toSlack(content), unfurl_links: false, unfurl_media: false }),
      );
      return { channel: where ?? channel, ts: ts ?? '' };
    },
    async update({ channel, ts }, content) {
      await call('chat.update', (web) => web.chat.update({ channel, ts, ...toSlack(content) }));
    },
    async openView(triggerId, view) {
      await call('views.open', (web) => web.views.open({ trigger_id: triggerId, view }));
    },
    async updateView(viewId, view) {
      await call('views.update', (web) => web.views.update({ view_id: viewId, view }));
    },
    profile: (user) =>
      orAbsent(async () => {
        const { user: found } = await call('users.info', (web) => web.users.info({ user }));
        return toProfile(found ?? {});
      }),
    userOfEmail: (email) =>
      orAbsent(async () => {
        const { user } = await call('users.lookupByEmail', (web) => web.users.lookupByEmail({ email }));
        return user?.id;
      }),
    async isSharedOutside(channel) {
      const { channel: found } = await call('conversations.info', (web) =>
        web.conversations.info({ channel }),
      );
      // What Slack leaves out counts against the channel.
      return (found?.is_ext_shared ?? true) || (found?.is_pending_ext_shared ?? false);
    },
    userGroupMembers: (usergroup) =>
      orAbsent(async () => {
        const act = (web: WebClient) => web.usergroups.users.list({ usergroup });
        return (await call('usergroups.users.list', act)).users ?? [];
      }),
  };
}

/** Undefined where Slack has no such thing. */
async function orAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PortError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** What Slack says of a user. What it leaves out counts against them. */
const toProfile = (found: NonNullable<UsersInfoResponse['user']>): SlackProfile => ({
  teamId: found.team_id ?? '',
  email: found.profile?.email,
  isDeleted: found.deleted ?? true,
  isBot: (found.is_bot ?? true) || (found.is_app_user ?? false),
  isGuest: (found.is_restricted ?? true) || (found.is_ultra_restricted ?? true),
  isStranger: found.is_stranger ?? false,
  isEmailConfirmed: found.is_email_confirmed ?? false,
});

type SlackFailure = {
  code?: string;
  retryAfter?: number;
  statusCode?: number;
  data?: { error?: string };
  original?: { cause?: { code?: string }; code?: string };
};

/** Maps a failure of Slack's client to a `PortError`. The failure's text is dropped, because it may hold what was sent. */
function toPortError(operation: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const { code, retryAfter, statusCode, data, original } = (error ?? {}) as SlackFailure;
  switch (code) {
    case 'slack_webapi_rate_limited_error':
      return new PortError('Slack', 'THROTTLED', `Slack asks to wait before ${operation}.`, {
        certain: true,
        retryAfter: retryAfter ?? 1,
      });
    case 'slack_webapi_platform_error':
      return refusedBySlack(operation, data?.error ?? 'unknown_error');
    case 'slack_webapi_http_error': {
      const isRefusal = (statusCode ?? 500) < 500;
      return new PortError(
        'Slack',
        isRefusal ? 'REJECTED' : 'UNAVAILABLE',
        `Slack did not do ${operation} (HTTP ${statusCode ?? '?'}).`,
        { certain: isRefusal },
      );
    }
    default: {
      const cause = original?.cause?.code ?? original?.code ?? '';
      const certain = cause === 'ECONNREFUSED' || cause === 'ENOTFOUND';
      return new PortError('Slack', 'UNAVAILABLE', `Slack did not answer ${operation}.`, { certain });
    }
  }
}

function refusedBySlack(operation: string, slackCode: string): PortError {
  const certain = !UNCERTAIN.has(slackCode);
  const other = certain ? 'REJECTED' : 'UNAVAILABLE';
  const isAbsent =
    slackCode.endsWith('not_found') || slackCode === 'no_such_subteam' || slackCode === 'is_archived';
  const kind = isAbsent ? 'NOT_FOUND' : other;
  return new PortError('Slack', kind, `Slack did not do ${operation} (${slackCode}).`, { certain });
}
