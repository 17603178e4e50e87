import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration } from 'openid-client';
import type { IssuerSettings } from '../api/login-file.ts';
import { CommandFailure, type CommandWorld, UsageError } from '../command.ts';
import { chosenToken, issuerFailure, requestParameters } from './issuer.ts';

/** Milliseconds that a person may take in the browser. Our choice. */
const BROWSER_WAIT_MS = 5 * 60_000;

const CALLBACK = '/callback';

/** Logs in with the browser of this machine: authorization code with PKCE, answered to a listener on 127.0.0.1 that takes one
 *  answer and ends (RFC 8252). Only an answer with this login's `state` is taken. */
export async function browserLogin(
  issuer: Configuration,
  settings: IssuerSettings,
  { port, world }: { port: number; world: Pick<CommandWorld, 'writeError' | 'openPage'> },
): Promise<string> {
  const client = await import('openid-client');
  const [verifier, state, nonce] = [
    client.randomPKCECodeVerifier(),
    client.randomState(),
    client.randomNonce(),
  ];
  const listener = await listen(port, state);
  try {
    const url = client.buildAuthorizationUrl(issuer, {
      ...requestParameters(settings),
      redirect_uri: listener.redirectUri,
      response_type: 'code',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      // Without `openid` there is no id token that could carry it.
      ...(settings.scope.split(' ').includes('openid') ? { nonce } : {}),
    });
    world.writeError(
      `To log in, open this page in the browser of this machine:\n\n  ${url.href}\n\nWaiting …\n`,
    );
    world.openPage(url.href);
    const answer = await listener.answer;
    const checks = {
      pkceCodeVerifier: verifier,
      expectedState: state,
      ...(settings.scope.split(' ').includes('openid') ? { expectedNonce: nonce } : {}),
    };
    const tokens = await client.authorizationCodeGrant(issuer, answer, checks).catch((error: Error) => {
      throw issuerFailure(new URL(issuer.serverMetadata().issuer).origin, error);
    });
    return chosenToken(tokens, settings);
  } finally {
    listener.close();
  }
}

type Listener = { redirectUri: string; answer: Promise<URL>; close(): void };

/** Listens on 127.0.0.1 for the one redirect that carries `state`. */
async function listen(port: number, state: string): Promise<Listener> {
  let taken: (url: URL) => void = () => {};
  let late: (error: Error) => void = () => {};
  const answer = new Promise<URL>((resolve, reject) => {
    taken = resolve;
    late = reject;
  });
  // A login that ends before the browser answers does not wait for it.
  answer.catch(() => {});
  let origin = '';
  const server = createServer((request, response) => {
    const url = redirectOf(request, origin);
    if (url?.searchParams.get('state') !== state) return say(response, 404, 'There is nothing here.');
    say(response, 200, 'You can close this page and go back to the terminal.');
    taken(url);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `Port ${port} of this machine cannot be used (${error.code}): give another with --port.`,
    );
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const timer = setTimeout(
    () => late(new CommandFailure(1, 'There was no login within 5 minutes: run the command again.')),
    BROWSER_WAIT_MS,
  );
  return {
    redirectUri: `${origin}${CALLBACK}`,
    answer,
    close() {
      clearTimeout(timer);
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The redirect of a browser to this listener, under its own name: one under another name that resolves here is refused. */
function redirectOf({ method, url = '', headers }: IncomingMessage, origin: string): URL | undefined {
  const found = URL.canParse(url, origin) ? new URL(url, origin) : undefined;
  const isOwn = found?.origin === origin && headers.host === new URL(origin).host;
  return isOwn && method === 'GET' && found.pathname === CALLBACK ? found : undefined;
}

function say(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      connection: 'close',
    })
    .end(`<!doctype html><title>Rolewright</title><p>${text}</p>\n`);
}
