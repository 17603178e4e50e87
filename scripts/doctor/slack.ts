import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import type { SlackSettings } from '../../domain/messaging/slack-settings.ts';
import { bad, type Finding, good } from '../finding.ts';

/** Scopes of `docs/slack-app-manifest.yaml`: always, where users are found by their emails, and where user groups give groups. */
const SCOPES = ['chat:write', 'commands', 'channels:read', 'groups:read'];
const EMAIL_SCOPES = ['users:read', 'users:read.email'];
const USER_GROUP_SCOPES = ['usergroups:read'];

/** The library would write its own lines. */
const SILENT: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

/** Checks what an administrator sets up in Slack: the bot token and its workspace, the app's scopes, and that the app is a member of
 *  every channel, which is shared with no other company. Changes nothing, posts nothing. No finding holds the token. */
export async function diagnoseSlack(
  settings: SlackSettings,
  { token, url }: { token: string | undefined; url: string | undefined },
): Promise<Finding[]> {
  const about = 'Slack: the bot token is of the configured workspace';
  if (!token) return [bad(about, 'Not checked. Set SLACK_BOT_TOKEN to the stored token (docs/slack.md).')];
  const web = new WebClient(token, {
    ...(url ? { slackApiUrl: `${url}/api/` } : {}),
    retryConfig: { retries: 0 },
    timeout: 10_000,
    logger: SILENT,
    allowAbsoluteUrls: false,
  });
  const own = await web.auth.test().catch((error: unknown) => ({ ok: false as const, error: nameOf(error) }));
  if (!own.ok) return [bad(about, `Slack answered ${own.error}. Install the app and store its token.`)];
  const { team_id: team, response_metadata: more } = own as {
    team_id?: string;
    response_metadata?: { scopes?: string[] };
  };
  if (team !== settings.team)
    return [
      bad(about, `It is of ${team}, not of ${settings.team}. Correct slack.team, or store the other token.`),
    ];
  const channels = new Set([settings.approversChannel, ...settings.channels.map(({ channel }) => channel)]);
  const findings = [good(about), ...scopesOf(more?.scopes, settings)];
  for (const channel of channels) findings.push(await channelOf(web, channel));
  return findings;
}

function scopesOf(
  scopes: readonly string[] | undefined,
  { emailLookup, userGroups }: SlackSettings,
): Finding[] {
  if (!scopes) return [];
  const about = 'Slack: the app has the scopes of its manifest';
  const needed = [
    ...SCOPES,
    ...(emailLookup ? EMAIL_SCOPES : []),
    ...(userGroups.length > 0 ? USER_GROUP_SCOPES : []),
  ];
  const missing = needed.filter((scope) => !scopes.includes(scope));
  return [
    missing.length === 0
      ? good(about)
      : bad(about, `It lacks ${missing.join(', ')}. Add them and install the app again.`),
  ];
}

async function channelOf(web: WebClient, id: string): Promise<Finding> {
  const about = `Slack: the app is in channel ${id}`;
  const found = await web.conversations
    .info({ channel: id })
    .catch((error: unknown) => ({ ok: false as const, error: nameOf(error), channel: undefined }));
  const { channel } = found;
  if (!channel)
    return bad(about, `Slack answered ${found.error}. Correct the channel's id, and invite the app.`);
  if (channel.is_ext_shared || channel.is_pending_ext_shared)
    return bad(about, 'It is shared with another company and gets nothing. Name another channel.');
  return channel.is_member === false
    ? bad(about, 'It is no member. Invite it: /invite @Rolewright.')
    : good(about);
}

/** Slack's name of an error, e.g. `invalid_auth`; never its request. */
const nameOf = (error: unknown): string =>
  String(
    (error as { data?: { error?: unknown } }).data?.error ?? (error as { code?: unknown }).code ?? 'nothing',
  );
