import type { Directory } from '../../domain/directory.ts';
import type { Principal } from '../../domain/principal.ts';
import { slackUserOf } from '../../domain/slack-person.ts';
import { code } from './blocks.ts';

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
