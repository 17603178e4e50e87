import * as z from 'zod';
import { fieldRule } from '../../domain/shared/field-messages.ts';
import { fail, ok, type Result } from '../../domain/shared/result.ts';
import { hasDuplicateMembers } from '../tokens/duplicate-members.ts';

/** Text that an HTTP header can hold: printable ASCII without spaces. */
const headerText = z.string().regex(/^[!-~]+$/, 'must be printable ASCII without spaces');

/** A text of Basic authentication before its colon. */
const beforeColon = z.string().regex(/^[!-9;-~]+$/, 'must be printable ASCII without spaces and colons');

const accessToken = z.strictObject({ kind: z.literal('accessToken'), token: headerText });
const oauthConsumer = z.strictObject({
  kind: z.literal('oauthConsumer'),
  key: beforeColon,
  secret: headerText,
});
const apiToken = z.strictObject({
  kind: z.literal('apiToken'),
  email: beforeColon.regex(/@/, 'must be an email'),
  token: headerText,
});
const credential = z.discriminatedUnion('kind', [accessToken, oauthConsumer, apiToken]);

/** One credential of a workspace: an access token of a workspace, project or repository; a private OAuth consumer; or an
 *  API token of an Atlassian account. Source: Bitbucket's REST introduction, "Authentication". */
export type BitbucketCredential = z.infer<typeof credential>;

/** The most credentials of one workspace. Our choice: each may cost a call for a repository that none has shown yet. */
const MOST_CREDENTIALS = 50;

/** The credentials in a stored text, or what is wrong with it, without any part of it. The text is an access token, or
 *  JSON: `{"kind":"accessToken","token"}`, `{"kind":"oauthConsumer","key","secret"}`, `{"kind":"apiToken","email","token"}`
 *  or a list of these. Never throws. */
export function parseCredentials(text: string): Result<BitbucketCredential[], string[]> {
  const trimmed = text.trim();
  if (!/^["[{]/.test(trimmed)) return credentialsIn(trimmed);
  const value = jsonIn(trimmed);
  if (value === undefined) return fail(['begins like JSON, and is not']);
  // `JSON.parse` would choose one of two secrets, perhaps not the one that is meant.
  if (hasDuplicateMembers(trimmed)) return fail(['names a field more than once']);
  return credentialsIn(value);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same for a value that was read from JSON. */
export function credentialsIn(value: unknown): Result<BitbucketCredential[], string[]> {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return fail(['holds no credential']);
  if (list.length > MOST_CREDENTIALS) return fail([`holds more than ${MOST_CREDENTIALS} credentials`]);
  const read = list.map((one) =>
    credential.safeParse(typeof one === 'string' ? { kind: 'accessToken', token: one.trim() } : one, {
      error: fieldRule,
    }),
  );
  const faults = read.flatMap(({ error }, n) =>
    (error?.issues ?? []).map((issue) => `${list.length > 1 ? `/${n}` : ''}${faultOf(issue)}`),
  );
  return faults.length > 0 ? fail(faults) : ok(read.flatMap(({ data }) => data ?? []));
}

/** What is wrong by field and rule. Neither a value nor the name of an unknown field is shown: either may be secret. */
function faultOf(issue: z.core.$ZodIssue): string {
  const place = issue.path.map((part) => `/${String(part)}`).join('');
  if (issue.code === 'unrecognized_keys') return `${place} has a field that its kind does not know`;
  if (issue.code === 'invalid_union') return `${place} must be one of ${Object.keys(kindNames).join(', ')}`;
  return `${place} ${issue.message}`;
}

/** What a person calls a kind. */
export const kindNames: Readonly<Record<BitbucketCredential['kind'], string>> = {
  accessToken: 'access token',
  oauthConsumer: 'OAuth consumer',
  apiToken: 'API token',
};

/** The value of an `Authorization` header for `name:password`. */
export const basicAuthorization = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
