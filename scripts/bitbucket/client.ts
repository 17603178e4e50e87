import { z } from 'zod';
import { type SettingsSource, sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { reach } from '../reach.ts';

/** Where the commands of `scripts/` find Bitbucket and Rolewright. `token` is the credential of the functions,
 *  `adminToken` one that may manage webhooks; each is undefined if it is not set. */
export type BitbucketSettings = {
  /** With `/2.0`. */
  bitbucket: string;
  /** Rolewright's origin. */
  api: string;
  token: string | undefined;
  adminToken: string | undefined;
  /** The email of an API token; undefined for an access token. */
  email: string | undefined;
  isSandbox: boolean;
};

/** Settings from the environment: `ROLEWRIGHT_URL`, `BITBUCKET_TOKEN`, `BITBUCKET_ADMIN_TOKEN`, and `BITBUCKET_EMAIL`
 *  for API tokens. The default is the running local stack. */
export function bitbucketSettings(variables: NodeJS.ProcessEnv): BitbucketSettings {
  const { ROLEWRIGHT_URL: url, BITBUCKET_TOKEN: token, BITBUCKET_ADMIN_TOKEN: adminToken } = variables;
  if (url === undefined) {
    return {
      bitbucket: `http://127.0.0.1:${variables.SANDBOX_BITBUCKET_PORT ?? 4010}/2.0`,
      api: `http://127.0.0.1:${variables.ROLEWRIGHT_PORT ?? 3000}`,
      token: 'sandbox-token',
      adminToken: 'sandbox-token',
      email: undefined,
      isSandbox: true,
    };
  }
  const api = new URL(url).origin;
  if (!api.startsWith('https:'))
    throw new Error('ROLEWRIGHT_URL must be an https URL, because Bitbucket calls it.');
  const bitbucket = 'https://api.bitbucket.org/2.0';
  return { bitbucket, api, token, adminToken, email: variables.BITBUCKET_EMAIL, isSandbox: false };
}

/** The settings of the installation that a command speaks to: the local stack's, or the stage's of `ROLEWRIGHT_STAGE`. */
export const localOrDeployed = (
  { isSandbox }: Pick<BitbucketSettings, 'isSandbox'>,
  variables: NodeJS.ProcessEnv,
): SettingsSource => sourceFromEnvironment(process.cwd(), variables, isSandbox ? 'sandbox' : 'prod');

/** Bitbucket's answer; `json` is undefined if the body is not JSON. */
export type BitbucketAnswer = { status: number; json: unknown };

/** Calls Bitbucket with or without a credential. Throws only if no answer arrives. */
export function bitbucketClient(
  { bitbucket, email }: Pick<BitbucketSettings, 'bitbucket' | 'email'>,
  credential: string | undefined,
) {
  const authorization =
    email === undefined
      ? `Bearer ${credential}`
      : `Basic ${Buffer.from(`${email}:${credential}`).toString('base64')}`;
  async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<BitbucketAnswer> {
    const response = await reach(path.startsWith(`${bitbucket}/`) ? path : `${bitbucket}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(credential === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, json: await response.json().catch(() => undefined) };
  }
  return {
    call,
    /** All items of a list, or the status of the first answer that is not a page. */
    async list<T>(path: string, item: z.ZodType<T>): Promise<{ items: T[] } | { status: number }> {
      const page = z.object({ values: z.array(item), next: z.string().optional() });
      const items: T[] = [];
      let next: string | undefined = path;
      while (next !== undefined) {
        if (!next.startsWith('/') && !next.startsWith(`${bitbucket}/`)) {
          throw new Error("Bitbucket's next page is on another host.");
        }
        const { status, json } = await call('GET', next);
        if (status !== 200) return { status };
        const parsed: z.infer<typeof page> = page.parse(json);
        items.push(...parsed.values);
        next = parsed.next;
      }
      return { items };
    },
  };
}

/** See `bitbucketClient`. */
export type BitbucketClient = ReturnType<typeof bitbucketClient>;
