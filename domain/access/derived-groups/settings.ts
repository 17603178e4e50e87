import * as z from 'zod';

/** Mail providers at which anyone gets an address: such a domain says nothing of who a person works for. Our choice: those
 *  with the most users; an administrator must know of others. */
const FOR_EVERYBODY: ReadonlySet<string> = new Set([
  ...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'yahoo.com'],
  ...['icloud.com', 'me.com', 'aol.com', 'gmx.com', 'gmx.de', 'web.de', 'mail.com', 'proton.me', 'qq.com'],
  ...['protonmail.com', 'yandex.com', 'zoho.com', '163.com', 'mail.ru', 'fastmail.com'],
]);

/** Groups that a rule derives. `platform` may do everything, so it is never one of them. */
const groups = z
  .array(
    z
      .string()
      .min(1)
      .refine(
        (name) => name !== 'platform',
        'must not be platform, which may do everything: list its people in people',
      ),
  )
  .refine((names) => new Set(names).size === names.length, 'names a group more than once');

/** One entry of `emailDomains`: the groups of people whose verified email is of this domain. The domain is compared whole:
 *  one below it is another. */
export const emailDomainSchema = z.strictObject({
  domain: z
    .string()
    .max(189)
    .regex(
      /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?$/,
      'must be a whole domain in lower case, such as acme.example, without *',
    )
    .refine((domain) => !FOR_EVERYBODY.has(domain), 'is a mail provider’s, at which anyone gets an address'),
  groups: groups.default([]),
});

/** The most entries of `slack.userGroups`. Slack lists one user group in a call, about 20 times a minute (source: Slack,
 *  `usergroups.users.list`, tier 2). */
const MOST_USER_GROUPS = 15;

/** `slack.userGroups`: the groups of the users in each Slack user group, which is named by its id, e.g. `S0604QSJC`. */
export const userGroupsSchema = z
  .array(
    z.strictObject({
      id: z
        .string()
        .regex(
          /^S[A-Z0-9]{2,20}$/,
          'must be the id of a Slack user group, such as S0604QSJC, not its name: names can change hands',
        ),
      groups: groups.min(1),
    }),
  )
  .max(MOST_USER_GROUPS)
  .default([]);

/** See `emailDomainSchema`. */
export type EmailDomain = z.infer<typeof emailDomainSchema>;

/** See `userGroupsSchema`. */
export type UserGroup = z.infer<typeof userGroupsSchema>[number];
