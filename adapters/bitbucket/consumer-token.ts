import * as z from 'zod';
import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { basicAuthorization } from './credential.ts';
import { rejected } from './failures.ts';
import type { CallBitbucket } from './http.ts';
import { scopesIn } from './scopes.ts';

/** Seconds before a token's end from which it is no longer used: a request may be under way, and clocks differ. */
const MARGIN_SECONDS = 120;

/** What the endpoint answers. Source: RFC 6749, section 5.1; Bitbucket sends `scopes` instead of `scope`. */
const tokenShape = z.object({
  access_token: z.string().regex(/^[!-~]+$/),
  expires_in: z.number().positive(),
  scopes: z.string().optional(),
  scope: z.string().optional(),
});

/** A token of an OAuth consumer, and the scopes that Bitbucket says it has. */
export type ConsumerToken = { token: string; scopes: string[] };

/** The tokens of one OAuth consumer. */
export type ConsumerTokens = {
  /** A token that is valid for a while, fetched once for all callers that ask meanwhile; undefined where Bitbucket does
   *  not accept the consumer. Throws `PortError` where it cannot answer. */
  current(): Promise<ConsumerToken | undefined>;
  /** Drops a token that Bitbucket no longer accepts, so that another one is fetched. */
  drop(token: string): void;
};

/** The tokens that Bitbucket gives a private consumer for its key and secret (client-credentials grant). Each is kept in
 *  memory until shortly before its end. Source: RFC 6749, section 4.4; Bitbucket's "Use OAuth on Bitbucket Cloud". */
export function consumerTokens(
  { key, secret }: { key: string; secret: string },
  { tokenUrl, call, clock }: { tokenUrl: string; call: CallBitbucket; clock: Pick<Clock, 'now'> },
): ConsumerTokens {
  let kept: { fetched: Promise<ConsumerToken | undefined>; token?: string; until: number } | undefined;

  async function fetchToken(): Promise<(ConsumerToken & { seconds: number }) | undefined> {
    const { status, json } = await call({
      url: tokenUrl,
      label: 'POST /site/oauth2/access_token',
      authorization: basicAuthorization(key, secret),
      form: { grant_type: 'client_credentials' },
    });
    // A wrong secret, a consumer that was deleted, and one that is not private.
    if (status === 400 || status === 401 || status === 403) return undefined;
    if (status !== 200) throw rejected(status);
    const parsed = tokenShape.safeParse(json);
    if (!parsed.success) {
      throw new PortError('Bitbucket', 'REJECTED', 'Bitbucket gave a token in an unknown shape.');
    }
    const { access_token: token, expires_in: seconds, scopes, scope } = parsed.data;
    return { token, seconds, scopes: scopesIn(scopes ?? scope) };
  }

  async function keep(entry: NonNullable<typeof kept>): Promise<ConsumerToken | undefined> {
    const asked = clock.now();
    const found = await fetchToken();
    if (!found) return undefined;
    // A short token is used for half of its life.
    const margin = Math.min(MARGIN_SECONDS, found.seconds / 2);
    entry.until = asked + (found.seconds - margin) * 1000;
    entry.token = found.token;
    return { token: found.token, scopes: found.scopes };
  }

  return {
    async current() {
      if (kept && kept.until > clock.now()) return kept.fetched;
      const entry: NonNullable<typeof kept> = {
        fetched: Promise.resolve(undefined),
        until: Number.POSITIVE_INFINITY,
      };
      entry.fetched = keep(entry);
      kept = entry;
      try {
        const token = await entry.fetched;
        if (!token && kept === entry) kept = undefined;
        return token;
      } catch (error) {
        if (kept === entry) kept = undefined;
        throw error;
      }
    },
    drop(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}
