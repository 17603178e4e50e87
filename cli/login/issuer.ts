import type { Configuration } from 'openid-client';
import type { IssuerSettings } from '../api/login-file.ts';
import { isPrivate } from '../api/origin.ts';
import { CommandFailure, UsageError } from '../command.ts';
import { plainText } from '../plain-text.ts';

/** Seconds that one call to an issuer may take. */
const ISSUER_TIMEOUT_S = 20;

/** What an issuer says of itself. Its address is that of the issuer, or of its discovery document. Every endpoint must be https,
 *  or on this machine. The library is loaded only for a login. */
export async function discovered({ issuer, clientId }: IssuerSettings): Promise<Configuration> {
  const url = issuerUrl(issuer);
  const client = await import('openid-client');
  const isLocal = url.protocol === 'http:';
  const found = await client
    .discovery(url, clientId, undefined, client.None(), {
      timeout: ISSUER_TIMEOUT_S,
      ...(isLocal ? { execute: [client.allowInsecureRequests] } : {}),
    })
    .catch((error: Error) => {
      throw issuerFailure(url.origin, error);
    });
  const metadata = found.serverMetadata();
  for (const name of [
    'authorization_endpoint',
    'token_endpoint',
    'device_authorization_endpoint',
    'jwks_uri',
  ] as const) {
    const endpoint = metadata[name];
    if (endpoint !== undefined && !(URL.canParse(endpoint) && isPrivate(new URL(endpoint)))) {
      throw new CommandFailure(
        1,
        `The issuer names an unencrypted ${name}: a login over it could be read. Have its administrator correct ${plainText(endpoint)}.`,
      );
    }
  }
  return found;
}

/** The address of an issuer. Throws `UsageError`. */
function issuerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && isPrivate(url) && url.username === '' && url.password === '') return url;
  throw new UsageError(
    `--issuer takes the https address of an OIDC issuer, such as https://login.example.com, not "${plainText(text)}".`,
  );
}

/** What went wrong with an issuer, as one sentence: 3 where it did not answer, 1 where it refused. */
export function issuerFailure(origin: string, error: Error): CommandFailure {
  const { error: code, error_description: text } = error as { error?: unknown; error_description?: unknown };
  if (typeof code === 'string') {
    const why = typeof text === 'string' ? `${code}: ${text}` : code;
    return new CommandFailure(1, `The issuer refuses the login (${plainText(why)}): ${remedyOf(code)}`);
  }
  const cause = (error.cause ?? error) as NodeJS.ErrnoException;
  const network = /fetch failed|timeout|timed out|terminated|aborted/i.test(`${error.message} ${error.name}`);
  const why = plainText(network ? (cause.code ?? cause.message) : error.message);
  return network
    ? new CommandFailure(
        3,
        `The issuer ${plainText(origin)} cannot be reached (${why}): check --issuer and your network.`,
      )
    : new CommandFailure(
        1,
        `The issuer ${plainText(origin)} did not answer as OpenID Connect has it (${why}): check --issuer.`,
      );
}

/** What to do about OAuth's error codes. Source: RFC 6749, sections 4.1.2.1 and 5.2; RFC 8628, section 3.5. */
function remedyOf(code: string): string {
  switch (code) {
    case 'access_denied':
      return 'log in again and allow it.';
    case 'expired_token':
      return 'log in again, and confirm the code in time.';
    case 'invalid_client':
    case 'unauthorized_client':
      return 'check --client-id, and that the client may use this flow without a secret.';
    case 'invalid_scope':
      return 'check --scope.';
    default:
      return 'check --client-id, --scope and --audience.';
  }
}

/** The token of a login that the API takes: the access token, or the id token where the API's audience is the client. */
export function chosenToken(
  { access_token: access, id_token: id }: { access_token: string; id_token?: string | undefined },
  { usesIdToken }: IssuerSettings,
): string {
  if (!usesIdToken) return access;
  if (id !== undefined) return id;
  throw new CommandFailure(1, 'The issuer gave no id token: add openid to --scope.');
}

/** The parameters of both flows. `audience` names the API to issuers that make access tokens for several. */
export const requestParameters = ({ scope, audience }: IssuerSettings): Record<string, string> => ({
  scope,
  ...(audience === undefined ? {} : { audience }),
});
