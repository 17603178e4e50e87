import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Answer, refusal } from '../http/answers.ts';
import { noFaults } from '../http/faults.ts';
import { closeServer, listenLocally } from '../http/local-server.ts';
import { pathSegments, type SandboxRequest } from '../http/routes.ts';
import { callLog } from './calls.ts';
import { consumerTokenEndpoint } from './credentials/consumer-tokens.ts';
import { withFaults } from './rest/faulty-api.ts';
import { connectHooks } from './rest/hooks.ts';
import { withSlugs } from './rest/lookup.ts';
import { restApi } from './rest/routes.ts';
import { sandboxApi } from './sandbox-routes.ts';
import { type Seed, seed as standardSeed, webhookSecretsOf } from './seed.ts';
import { openState } from './state.ts';
import { webhookSender } from './webhooks.ts';

/** A running stand-in. `close` ends open connections at once. */
export type BitbucketSandbox = {
  url: string;
  port: number;
  /** Points the workspaces' webhooks at an API, e.g. `http://127.0.0.1:3000`. Before that nothing is delivered. */
  connectWebhooks(api: string): void;
  close(): Promise<void>;
};

/** Starts the stand-in for Bitbucket Cloud, and for a company identity provider, on 127.0.0.1.
 *
 *  `seed`: what a new folder begins with. `port`: 0 chooses a free one. `dir`: repositories and signing keys live in `<dir>/bitbucket.json` and survive any
 *  end of the process; faults and the call log do not. `now`: milliseconds, default the clock.
 *  Errors: the port is taken; the state file is unreadable. */
export async function startBitbucketSandbox(options: {
  port: number;
  dir: string;
  now?: () => number;
  seed?: Seed;
}): Promise<BitbucketSandbox> {
  const now = options.now ?? Date.now;
  const seed = options.seed ?? standardSeed;
  const webhookSecrets = webhookSecretsOf(seed.workspaces);
  const store = openState(options.dir, seed);
  const faults = noFaults();
  const calls = callLog();
  let url = '';
  const tokens = consumerTokenEndpoint(store, now);
  const rest = restApi({ store, tokens, url: () => url, now });
  const bitbucket = withFaults(
    async (request) => (request.segments[0] === 'site' ? tokens.answer(request) : rest(request)),
    faults,
    (segments) => withSlugs(store.state, segments),
  );
  const webhooks = webhookSender(store, now);
  const sandbox = sandboxApi({
    seed,
    webhookSecrets,
    store,
    faults,
    calls,
    webhooks,
    now,
    url: () => url,
  });

  /** The answer, or undefined when the connection is to be closed without one. */
  async function answer(request: SandboxRequest): Promise<Answer | undefined> {
    if (!BITBUCKETS_OWN.has(request.segments[0] ?? '')) return sandbox(request);
    const at = new Date(now()).toISOString();
    const outcome = await bitbucket(request);
    const status = outcome.replied ? outcome.answer.status : outcome.status;
    calls.record({ at, method: request.method, path: request.path, status });
    return outcome.replied ? outcome.answer : undefined;
  }

  const server = createServer(async (incoming, response) => {
    try {
      const request = await readRequest(incoming);
      const answered = request ? await answer(request) : refusal(400, 'the path is not properly encoded');
      if (answered) write(response, answered);
      else response.destroy();
    } catch (error) {
      if (response.destroyed) return;
      write(response, refusal(500, `the sandbox failed: ${String(error)}`));
    }
  });
  const port = await listenLocally(server, options.port);
  url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    connectWebhooks: (api) => connectHooks(store, api, webhookSecrets),
    async close() {
      await webhooks.close();
      await closeServer(server);
    },
  };
}

/** First segments of the paths that Bitbucket has, too: its API, and the tokens of OAuth. */
const BITBUCKETS_OWN = new Set(['2.0', 'site']);

async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest | undefined> {
  const [path = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const segments = pathSegments(path);
  if (!segments) return undefined;
  const body = await text(incoming);
  const isForm = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return {
    method: incoming.method ?? 'GET',
    path,
    segments,
    query: new URLSearchParams(query),
    authorization: incoming.headers.authorization,
    body: parseJson(body),
    ...(isForm ? { form: new URLSearchParams(body) } : {}),
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function write(response: ServerResponse, { status, body, html, headers }: Answer): void {
  if (body === undefined && html === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const type = html === undefined ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers }).end(html ?? JSON.stringify(body));
}
