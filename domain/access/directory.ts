import * as z from 'zod';
import { parseUuid } from '../shared/identifiers.ts';
import {
  foldAscii,
  identifiersOf,
  isPrincipalId,
  type KnownIdentifiers,
  type Principal,
} from '../shared/principal.ts';

/** A Bitbucket account is named by its UUID in braces, or by its Atlassian account id such as
 *  `557058:8f7b9c2e-…` (source: Bitbucket Cloud REST API, user object: `uuid` and `account_id`). */
const bitbucketAccount = z
  .string()
  .regex(/^(\{.*\}|[A-Za-z0-9:_-]{1,128})$/, 'must be a UUID in braces or an Atlassian account id')
  .refine((text) => !text.startsWith('{') || parseUuid(text) !== undefined, 'must be a UUID in braces')
  .transform((text) => parseUuid(text) ?? text);

/** One person: `{id: 'ada@acme.example', email?, slack?: 'T01ACME/U01ADA', bitbucket?: '{uuid}', groups?: ['platform']}`. */
export const personSchema = z.strictObject({
  id: z
    .string()
    .refine(
      isPrincipalId,
      'must be 1–256 visible characters without blanks, control or format characters, in Unicode normal form C',
    ),
  email: z.email().optional(),
  slack: z
    .string()
    .regex(/^[A-Za-z0-9_-]+\/[A-Za-z0-9_.-]+$/, 'must be <team>/<user>, with the ids that Slack sends')
    .optional(),
  bitbucket: bitbucketAccount.optional(),
  groups: z.array(z.string().min(1)).default([]),
});

/** A person whom an administrator has written into `people`. `id` is the principal's id, which the company's tokens
 *  carry. `groups` hold where the person comes without a token of the company; a token's own groups are never added to. */
export type Person = z.infer<typeof personSchema>;

/** The people of the configuration. */
export type Directory = { people: readonly Person[] };

/** The errors that would let one entry be taken for another: an id, email, Slack user or Bitbucket account that is given
 *  more than once, also as the id of one entry and the email of another. Emails are case-insensitive, as on mail
 *  servers. */
export function directoryErrors({ people }: Directory): string[] {
  const emails = people.map(emailsOf);
  return [
    ...(['id', 'email', 'slack', 'bitbucket'] as const).flatMap((field) => {
      const values = people.map((person) =>
        field === 'email' ? person.email && foldAscii(person.email) : person[field],
      );
      return values.flatMap((value, n) =>
        value !== undefined && values.indexOf(value) !== n
          ? [`/people/${n}/${field}: ${value} is given more than once`]
          : [],
      );
    }),
    ...people.flatMap((person, n) => {
      const email = person.email && foldAscii(person.email);
      const at = emails.findIndex(
        (known, other) => other !== n && email !== undefined && known.includes(email),
      );
      const isByEmail = people[at]?.email && foldAscii(people[at].email) === email;
      return at >= 0 && !isByEmail
        ? [`/people/${n}/email: ${email} is the id of /people/${at}: give each human one entry`]
        : [];
    }),
  ];
}

/** The person with this principal id. */
export const findPerson = ({ people }: Directory, id: string): Person | undefined =>
  people.find((person) => person.id === id);

/** The person behind a Slack user, e.g. `T01ACME` and `U01ADA`. Undefined for a user who is not listed. */
export const findSlackPerson = ({ people }: Directory, team: string, user: string): Person | undefined =>
  people.find(({ slack }) => slack === `${team}/${user}`);

/** Emails as they are taken: printable ASCII, so that no letter looks like another. Source of the lengths: RFC 5321,
 *  section 4.5.3.1. */
export const EMAIL = /^[!-?A-~]{1,64}@[a-zA-Z0-9.-]{1,189}$/;

/** The emails that an entry names, folded: its own, and its id where that is one. */
const emailsOf = ({ id, email }: Person): string[] =>
  [email, id].flatMap((one) => (one !== undefined && EMAIL.test(one) ? [foldAscii(one)] : []));

/** The Slack user that an entry names, as team and user. */
function slackOf({ slack }: Person): [string, string] | undefined {
  if (slack === undefined) return undefined;
  const at = slack.indexOf('/');
  return [slack.slice(0, at), slack.slice(at + 1)];
}

/** The entries that name one human: the one with this id, then the one that names this verified email. */
export function entriesOf(
  directory: Directory,
  { id, email }: { id: string; email: string | undefined },
): readonly Person[] {
  const byEmail = directory.people.filter(
    (person) => email !== undefined && emailsOf(person).includes(email),
  );
  return [...new Set([findPerson(directory, id) ?? [], byEmail].flat())];
}

/** What entries of one human name beside a token: every email, and the first Slack user and Bitbucket account. */
export const linkedTo = (
  entries: readonly Person[],
): Pick<KnownIdentifiers, 'slack' | 'bitbucket'> & { emails: string[] } => ({
  emails: entries.flatMap(emailsOf),
  slack: entries.map(slackOf).find((slack) => slack !== undefined),
  bitbucket: entries.map(({ bitbucket }) => bitbucket).find((account) => account !== undefined),
});

/** The principal of a person who comes by their entry, with every identifier that it names. */
export function principalOf(person: Person): Principal & { kind: 'person' } {
  const identifiers = identifiersOf(linkedTo([person]));
  return { kind: 'person', id: person.id, ...(identifiers.length > 0 ? { identifiers } : {}) };
}
