import type { Logger } from '@aws-lambda-powertools/logger';
import type { SlackUserGroups } from '../../adapters/slack/user-groups.ts';
import type { SlackWeb } from '../../adapters/slack/web-api.ts';
import { groupsOfEmails, together } from '../../domain/access/derived-groups/derived-groups.ts';
import { linkedTo, type Person, principalOf } from '../../domain/access/directory.ts';
import { personOfProfile, personOfSlackUser, type SlackUser } from '../../domain/access/slack-identity.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { type Caller, identifiersOf } from '../../domain/shared/principal.ts';

/** What is needed to identify a Slack user. */
export type PersonPorts = {
  configuration: Pick<Configuration, 'people' | 'emailDomains' | 'slack'>;
  web: Pick<SlackWeb, 'profile'>;
};

/** What is needed to know the groups of a Slack user as well. */
export type CallerPorts = PersonPorts & { userGroups: SlackUserGroups; logger: Pick<Logger, 'warn'> };

/** The person behind a Slack user of a signed body: by the entry that names them, or where that is switched on by the email
 *  that Slack has verified. Undefined for everybody else, and for users of another workspace. The groups lack those of
 *  Slack user groups. A look-up that fails throws: it proves nothing. */
export async function personOf(
  { configuration, web }: PersonPorts,
  slackUser: SlackUser,
): Promise<Caller | undefined> {
  const { slack } = configuration;
  if (!slack || slackUser.team !== slack.team) return undefined;
  const known = personOfSlackUser(configuration, slackUser);
  if (known) return listed(configuration, known, slackUser);
  if (!slack.emailLookup) return undefined;
  const profile = await web.profile(slackUser.user);
  const found = profile && personOfProfile(configuration, slackUser, profile);
  if (!found) return undefined;
  return 'entry' in found
    ? listed(configuration, found.entry, slackUser)
    : unlisted(configuration, found.unlisted, slackUser);
}

/** See `personOf`; with the groups of Slack user groups. Where these cannot be looked up, a person with an entry goes on
 *  without them, because they only ever add access; for a person without one the failure is thrown. */
export async function callerOf(ports: CallerPorts, slackUser: SlackUser): Promise<Caller | undefined> {
  const caller = await personOf(ports, slackUser);
  const mapped = ports.configuration.slack?.userGroups ?? [];
  if (!caller || mapped.length === 0) return caller;
  try {
    const memberships = await Promise.all(
      mapped.map(async ({ id, groups }) => ((await ports.userGroups.has(id, slackUser.user)) ? groups : [])),
    );
    return { ...caller, groups: together(caller.groups, memberships.flat()) };
  } catch (error) {
    if (!caller.pipeline && caller.unlisted) throw error;
    ports.logger.warn('Slack user groups are not known', { ...slackUser, error: error as Error });
    return caller;
  }
}

type Settings = PersonPorts['configuration'];

/** The person of an entry, with the Slack user and the email that Slack has just shown beside what the entry names. */
const listed = (settings: Settings, person: Person, { team, user }: SlackUser): Caller => ({
  principal: principalOf({ ...person, slack: person.slack ?? `${team}/${user}` }),
  groups: together(person.groups, groupsOfEmails(settings, linkedTo([person]).emails)),
});

const unlisted = (settings: Settings, email: string, { team, user }: SlackUser): Caller => ({
  principal: {
    kind: 'person',
    id: email,
    identifiers: identifiersOf({ emails: [email], slack: [team, user] }),
  },
  groups: groupsOfEmails(settings, [email]),
  unlisted: true,
});
