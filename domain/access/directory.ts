import * as z from 'zod';
import { parseUuid } from '../shared/identifiers.ts';

/** A Bitbucket account is named by its UUID in braces, or by its Atlassian account id such as
 *  `557058:8f7b9c2e-…` (source: Bitbucket Cloud REST API, user object: `uuid` and `account_id`). */
const bitbucketAccount = z
  .string()
  .regex(/^(\{.*\}|[A-Za-z0-9:_-]{1,128})$/, 'must be a UUID in braces or an Atlassian account id')
  .refine((text) => !text.startsWith('{') || parseUuid(text) !== undefined, 'must be a UUID in braces')
  .transform((text) => parseUuid(text) ?? text);

/** One person: `{id: 'ada@acme.example', email?, slack?: 'T01ACME/U01ADA', bitbucket?: '{uuid}', groups?: ['platform']}`. */
export const personSchema = z.strictObject({
  id: z.string().min(1).max(256),
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

/** Every way in which one entry could be taken for another: an id, email, Slack user or Bitbucket account that stands
 *  twice. Emails are compared without case, as mail servers do. */
export function directoryErrors({ people }: Directory): string[] {
  return (['id', 'email', 'slack', 'bitbucket'] as const).flatMap((field) => {
    const values = people.map((person) => (field === 'email' ? person.email?.toLowerCase() : person[field]));
    return values.flatMap((value, n) =>
      value !== undefined && values.indexOf(value) !== n
        ? [`/people/${n}/${field}: ${value} is given more than once`]
        : [],
    );
  });
}

/** The person with this principal id. */
export const findPerson = ({ people }: Directory, id: string): Person | undefined =>
  people.find((person) => person.id === id);

/** The person behind a Slack user, e.g. `T01ACME` and `U01ADA`. Nobody who is not written down is found. */
export const findSlackPerson = ({ people }: Directory, team: string, user: string): Person | undefined =>
  people.find(({ slack }) => slack === `${team}/${user}`);
