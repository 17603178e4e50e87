import type { Directory } from '../../domain/access/directory.ts';
import { slackUserOf } from '../../domain/access/slack-identity.ts';
import type { Principal } from '../../domain/shared/principal.ts';
import { code } from './messages/blocks.ts';

/** Names principals in messages: a person by their Slack user where the directory has one, and always by their id. */
export type Naming = (principal: Principal) => string;

/** How messages to one Slack workspace name principals. Trusted mrkdwn. */
export const namingFor =
  (directory: Directory, team: string): Naming =>
  ({ kind, id }) => {
    if (kind === 'pipeline') return `a pipeline of repository ${code(id)}`;
    if (kind !== 'person') return `${kind} ${code(id)}`;
    const user = slackUserOf(directory, team, id);
    return user === undefined ? code(id) : `<@${user}> (${code(id)})`;
  };
