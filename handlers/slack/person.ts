import type { SlackWeb } from '../../adapters/slack/web-api.ts';
import { type Person, principalOf } from '../../domain/access/directory.ts';
import { personOfProfile, personOfSlackUser, type SlackUser } from '../../domain/access/slack-identity.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Caller } from '../../domain/shared/principal.ts';

/** What is needed to identify a Slack user. */
export type PersonPorts = {
  configuration: Pick<Configuration, 'people' | 'slack'>;
  web: Pick<SlackWeb, 'profile'>;
};

/** The caller behind a Slack user of a signed body: by the entry that names them, or where that is switched on by the
 *  email that Slack has verified. Undefined for everybody else, and for users of another workspace. A look-up that fails
 *  throws: it proves nothing. */
export async function callerOf(
  { configuration, web }: PersonPorts,
  slackUser: SlackUser,
): Promise<Caller | undefined> {
  const { slack } = configuration;
  if (!slack || slackUser.team !== slack.team) return undefined;
  const known = personOfSlackUser(configuration, slackUser);
  if (known) return toCaller(known, slackUser);
  if (!slack.emailLookup) return undefined;
  const profile = await web.profile(slackUser.user);
  const person = profile && personOfProfile(configuration, slackUser, profile);
  return person && toCaller(person, slackUser);
}

/** The person of an entry, with the Slack user and the email that Slack has just shown beside what the entry names. */
const toCaller = (person: Person, { team, user }: SlackUser): Caller => ({
  principal: principalOf({ ...person, slack: person.slack ?? `${team}/${user}` }),
  groups: person.groups,
});
