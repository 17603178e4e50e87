import { foldAscii, identifiersOf, type Principal } from '../shared/principal.ts';
import { type DerivingSettings, entryOfDomain } from './derived-groups/derived-groups.ts';
import { type Directory, EMAIL, entriesOf, findSlackPerson, type Person } from './directory.ts';

/** The part of a Slack profile that decides whether its email can be trusted. */
export type SlackProfile = {
  teamId: string;
  email?: string | undefined;
  isDeleted: boolean;
  isBot: boolean;
  /** Guests of one or several channels. */
  isGuest: boolean;
  /** Of another workspace, in a shared channel. */
  isStranger: boolean;
  isEmailConfirmed: boolean;
};

/** A Slack user, from a signed body. */
export type SlackUser = { team: string; user: string };

/** Who is behind the email that Slack has verified: the person of an entry with that email, or, without an entry, a person
 *  of a domain in `emailDomains`, by the email in lower case. Undefined for bots, guests, strangers, deleted users,
 *  unconfirmed emails, users of another workspace, and every other email. An entry that names another Slack user is that
 *  user's alone. */
export function personOfProfile(
  settings: Directory & Pick<DerivingSettings, 'emailDomains'>,
  { team }: SlackUser,
  profile: SlackProfile,
): { entry: Person } | { unlisted: string } | undefined {
  const { email, teamId } = profile;
  const isOdd = profile.isDeleted || profile.isBot || profile.isGuest || profile.isStranger;
  if (isOdd || !profile.isEmailConfirmed || teamId !== team || !email || !EMAIL.test(email)) return undefined;
  const verified = foldAscii(email);
  const [entry, ...others] = entriesOf(settings, { id: verified, email: verified });
  if (entry) return entry.slack === undefined && others.length === 0 ? { entry } : undefined;
  return entryOfDomain(settings, verified) ? { unlisted: verified } : undefined;
}

/** The person whose entry names this Slack user. This is tried first, and needs no call to Slack. */
export const personOfSlackUser = (directory: Directory, { team, user }: SlackUser): Person | undefined =>
  findSlackPerson(directory, team, user);

/** The Slack user of a principal, where an entry names one. */
export function slackUserOf({ people }: Directory, team: string, principalId: string): string | undefined {
  const [ownTeam, user] = people.find(({ id }) => id === principalId)?.slack?.split('/') ?? [];
  return ownTeam === team ? user : undefined;
}

/** True for a person whose id is an email of a configured domain, who has no entry, and who has come by Slack. */
export function isUnlisted(
  settings: Directory & Pick<DerivingSettings, 'emailDomains'>,
  { id, identifiers = [] }: Principal,
): boolean {
  const isOfDomain = EMAIL.test(id) && entryOfDomain(settings, id) !== undefined;
  const hasEntry = entriesOf(settings, { id, email: id }).length > 0;
  return isOfDomain && !hasEntry && identifiers.some((one) => one.startsWith('slack:'));
}

/** True if a principal has come by this Slack user. */
export const cameBy = ({ identifiers = [] }: Principal, { team, user }: SlackUser): boolean =>
  identifiersOf({ slack: [team, user] }).some((one) => identifiers.includes(one));
