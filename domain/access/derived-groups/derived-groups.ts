import type { EmailDomain, UserGroup } from './settings.ts';

/** What derives groups: `emailDomains`, and `slack.userGroups`. */
export type DerivingSettings = {
  emailDomains: readonly EmailDomain[];
  slack?: { userGroups: readonly UserGroup[] } | undefined;
};

/** A group that people get without a list, and where the configuration says so, e.g. `/emailDomains/0`. */
export type DerivedGroup = { group: string; at: string };

/** Every group that the configuration derives. Such a group may give `request` and `read`, and nothing else: its members
 *  are chosen by those who run a mail domain or may edit a Slack user group. */
export const derivedGroups = ({ emailDomains, slack }: DerivingSettings): DerivedGroup[] => [
  ...emailDomains.flatMap(({ groups }, n) => groups.map((group) => ({ group, at: `/emailDomains/${n}` }))),
  ...(slack?.userGroups ?? []).flatMap(({ groups }, n) =>
    groups.map((group) => ({ group, at: `/slack/userGroups/${n}` })),
  ),
];

/** The entry for the domain of a verified email, compared exactly and whole; undefined where there is none. */
export function entryOfDomain(
  { emailDomains }: Pick<DerivingSettings, 'emailDomains'>,
  email: string,
): EmailDomain | undefined {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return emailDomains.find((entry) => entry.domain === domain);
}

/** The groups of the domains of verified emails, which are in lower case. */
export const groupsOfEmails = (
  settings: Pick<DerivingSettings, 'emailDomains'>,
  emails: readonly string[],
): string[] => emails.flatMap((email) => entryOfDomain(settings, email)?.groups ?? []);

/** Both lists of groups, each group once. */
export const together = (left: readonly string[], right: readonly string[]): string[] => [
  ...new Set([...left, ...right]),
];

/** The errors of entries that are given more than once, as `pointer: sentence`. */
export function derivedGroupErrors({ emailDomains, slack }: DerivingSettings): string[] {
  const again = (pointer: string, what: string, values: readonly string[]) =>
    values.flatMap((value, n) =>
      values.indexOf(value) === n ? [] : [`${pointer}/${n}: ${what} ${value} is given more than once`],
    );
  return [
    ...again(
      '/emailDomains',
      'domain',
      emailDomains.map(({ domain }) => domain),
    ),
    ...again(
      '/slack/userGroups',
      'id',
      (slack?.userGroups ?? []).map(({ id }) => id),
    ),
  ];
}
