import { z } from 'zod';
import { credentialsIn, parseCredentials } from '../../adapters/bitbucket/credential.ts';
import { bitbucketCalls } from '../../adapters/bitbucket/http.ts';
import { type Key, type KeyPorts, keysOf } from '../../adapters/bitbucket/keyring.ts';
import { passThrough } from '../../adapters/outgoing.ts';
import { type SettingsSource, sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { reach } from '../reach.ts';

/** Credentials by the workspace's slug, each as its SSM parameter would hold it, or as JSON. */
export type StoredCredentials = Readonly<Record<string, unknown>>;

/** Where the commands of `scripts/` find Bitbucket and Rolewright, and the credentials of each workspace: those that the
 *  functions read with, those for who administers a repository, and those that may manage webhooks. */
export type BitbucketSettings = {
  /** With `/2.0`. */
  bitbucket: string;
  /** Where OAuth consumers get tokens. */
  tokenUrl: string;
  /** Rolewright's origin. */
  api: string;
  credentials: StoredCredentials;
  adminCredentials: StoredCredentials;
  webhookCredentials: StoredCredentials;
  isSandbox: boolean;
};

const VARIABLES = {
  credentials: 'BITBUCKET_CREDENTIALS',
  adminCredentials: 'BITBUCKET_ADMIN_CREDENTIALS',
  webhookCredentials: 'BITBUCKET_WEBHOOK_CREDENTIALS',
} as const;

/** Settings from the environment: `ROLEWRIGHT_URL` and the `BITBUCKET_…CREDENTIALS`, JSON by slug. The default is the
 *  running local stack, with the credentials that it starts with. Throws for what is not JSON, without showing it. */
export async function bitbucketSettings(variables: NodeJS.ProcessEnv): Promise<BitbucketSettings> {
  const { ROLEWRIGHT_URL: url } = variables;
  if (url === undefined) {
    const origin = `http://127.0.0.1:${variables.SANDBOX_BITBUCKET_PORT ?? 4010}`;
    return {
      ...(await sandboxBitbucket(origin, variables)),
      api: `http://127.0.0.1:${variables.ROLEWRIGHT_PORT ?? 3000}`,
      isSandbox: true,
    };
  }
  const { origin, pathname } = new URL(url);
  const api = `${origin}${pathname.replace(/\/+$/, '')}`;
  if (!api.startsWith('https:'))
    throw new Error('ROLEWRIGHT_URL must be an https URL, because Bitbucket calls it.');
  return { ...cloudBitbucket(variables), api, isSandbox: false };
}

/** Settings before anything is deployed: Bitbucket's cloud, and no API yet. */
export const cloudSettings = (variables: NodeJS.ProcessEnv): BitbucketSettings => ({
  ...cloudBitbucket(variables),
  api: '',
  isSandbox: false,
});

/** The settings of the installation that a command speaks to: the local stack's, or the stage's of `ROLEWRIGHT_STAGE`. */
export const localOrDeployed = (
  { isSandbox }: Pick<BitbucketSettings, 'isSandbox'>,
  variables: NodeJS.ProcessEnv,
): SettingsSource => sourceFromEnvironment(process.cwd(), variables, isSandbox ? 'sandbox' : 'prod');

/** Bitbucket Cloud, or a local stand-in at `SANDBOX_BITBUCKET_URL`. */
export const bitbucketFrom = (
  variables: NodeJS.ProcessEnv,
): Omit<BitbucketSettings, 'api' | 'isSandbox'> | Promise<Omit<BitbucketSettings, 'api' | 'isSandbox'>> =>
  variables.SANDBOX_BITBUCKET_URL === undefined
    ? cloudBitbucket(variables)
    : sandboxBitbucket(variables.SANDBOX_BITBUCKET_URL, variables);

const cloudBitbucket = (variables: NodeJS.ProcessEnv) => ({
  bitbucket: 'https://api.bitbucket.org/2.0',
  tokenUrl: 'https://bitbucket.org/site/oauth2/access_token',
  ...credentialsFrom(variables),
});

async function sandboxBitbucket(origin: string, variables: NodeJS.ProcessEnv) {
  const first = await reach(`${origin}/sandbox/credentials`, { signal: AbortSignal.timeout(10_000) });
  const started = z.record(z.string(), z.string()).parse(await first.json());
  return {
    bitbucket: `${origin}/2.0`,
    tokenUrl: `${origin}/site/oauth2/access_token`,
    ...credentialsFrom({ ...started, ...variables }),
  };
}

function credentialsFrom(variables: NodeJS.ProcessEnv) {
  const read = (variable: string): StoredCredentials => {
    const text = variables[variable];
    if (text === undefined) return {};
    const parsed = z.record(z.string(), z.unknown()).safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new Error(`${variable} must be a JSON object of credentials by the workspace's slug.`);
  };
  return {
    credentials: read(VARIABLES.credentials),
    adminCredentials: read(VARIABLES.adminCredentials),
    webhookCredentials: read(VARIABLES.webhookCredentials),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The keys of one workspace, or what is wrong with what is stored, and in which variable. */
export function storedKeys(
  settings: Pick<BitbucketSettings, 'tokenUrl' | keyof typeof VARIABLES>,
  purpose: keyof typeof VARIABLES,
  slug: string,
): { keys: Key[] } | { fault: string } {
  const stored = Object.hasOwn(settings[purpose], slug) ? settings[purpose][slug] : undefined;
  const place = `${VARIABLES[purpose]}, entry ${slug}`;
  if (stored === undefined) return { fault: `There is none in ${place}` };
  const read = typeof stored === 'string' ? parseCredentials(stored) : credentialsIn(stored);
  if (!read.ok) return { fault: `${place}: ${read.problem.map((one) => one.trim()).join('; ')}` };
  return { keys: keysOf(read.value, keyPorts(settings.tokenUrl)) };
}

const keyPorts = (tokenUrl: string): KeyPorts => ({
  tokenUrl,
  clock: systemClock,
  call: bitbucketCalls({ clock: systemClock, random: Math.random, outgoing: passThrough }),
});

/** Bitbucket's answer; `json` is undefined if the body is not JSON. 401 without a call where Bitbucket gives an OAuth
 *  consumer no token. `scopes` are those of a consumer's token. */
export type BitbucketAnswer = {
  status: number;
  json: unknown;
  headers: Headers;
  scopes: readonly string[];
};

/** Calls Bitbucket with or without a credential. Throws only if no answer arrives. */
export function bitbucketClient({ bitbucket }: Pick<BitbucketSettings, 'bitbucket'>, key: Key | undefined) {
  async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<BitbucketAnswer> {
    const authorized = await key?.authorize();
    if (key && !authorized) return { status: 401, json: undefined, headers: new Headers(), scopes: [] };
    const response = await reach(path.startsWith(`${bitbucket}/`) ? path : `${bitbucket}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(authorized ? { authorization: authorized.authorization } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const { status, headers } = response;
    const json = await response.json().catch(() => undefined);
    return { status, headers, json, scopes: authorized?.scopes ?? [] };
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
