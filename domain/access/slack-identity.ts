import { foldAscii } from '../shared/principal.ts';
import { type Directory, findSlackPerson, type Person } from './directory.ts';

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

/** The person behind the email that Slack has verified. Undefined for bots, guests, strangers, deleted users,
 *  unconfirmed emails, users of another workspace, and emails without an entry. Only an entry makes a person
 *  a principal, so that they are the same principal through every endpoint. */
export function personOfProfile(
  { people }: Directory,
  { team }: SlackUser,
  profile: SlackProfile,
): Person | undefined {
  const { email, teamId } = profile;
  const isOdd = profile.isDeleted || profile.isBot || profile.isGuest || profile.isStranger;
  if (isOdd || !profile.isEmailConfirmed || teamId !== team || !email) return undefined;
  const wanted = foldAscii(email);
  // An entry that names another Slack user is that user's alone.
  return people.find(
    (person) =>
      person.email !== undefined && foldAscii(person.email) === wanted && person.slack === undefined,
  );
}

/** The person whose entry names this Slack user. This is tried first, and needs no call to Slack. */
export const personOfSlackUser = (directory: Directory, { team, user }: SlackUser): Person | undefined =>
  findSlackPerson(directory, team, user);

/** The Slack user of a principal, where an entry names one. */
export function slackUserOf({ people }: Directory, team: string, principalId: string): string | undefined {
  const [ownTeam, user] = people.find(({ id }) => id === principalId)?.slack?.split('/') ?? [];
  return ownTeam === team ? user : undefined;
}
