import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Answer, noContent, ok, refusal } from '../http/answers.ts';
import { delay, type Faults, noFaults } from '../http/faults.ts';
import { closeServer, listenLocally } from '../http/local-server.ts';
import { findRoute, pathSegments, type Route } from '../http/routes.ts';
import { slackPage } from './page.ts';
import { peopleActions } from './people.ts';
import { answerResponseUrl } from './response-url.ts';
import { type SlackSeed, slackSeed } from './seed.ts';
import { openState } from './state.ts';
import { changeUserGroup } from './user-groups.ts';
import { guardedApi } from './web-api.ts';
import type { SlackWorld } from './world.ts';

/** A running stand-in. `deliverTo` says where the app listens; `close` ends open connections at once. */
export type SlackSandbox = {
  url: string;
  port: number;
  deliverTo(app: string): void;
  close(): Promise<void>;
};

type Arguments = Record<string, unknown>;

/** Starts the stand-in for Slack on 127.0.0.1: the Web API under `/api`, response URLs, people's actions under
 *  `/sandbox`, and a page for a browser at `/`.
 *
 *  `port`: 0 chooses a free one. `dir`: messages, modals and response URLs live in `<dir>/slack.json` and survive any end
 *  of the process; faults and trigger ids do not. `now`: milliseconds, default the clock.
 *  Errors: the port is taken; the state file is unreadable. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of its functions is short.
export async function startSlackSandbox(options: {
  port: number;
  dir: string;
  now?: () => number;
  seed?: SlackSeed;
}): Promise<SlackSandbox> {
  let url = '';
  let app: string | undefined;
  const world: SlackWorld = {
    seed: options.seed ?? slackSeed,
    store: openState(options.dir),
    now: options.now ?? Date.now,
    url: () => url,
    app: () => app,
    userGroups: new Map((options.seed ?? slackSeed).userGroups.map((one) => [one.id, one])),
    triggers: new Map(),
  };
  const faults = noFaults();
  const calls: { at: string; method: string; ok: boolean }[] = [];
  const api = guardedApi(world, faults);
  const routes = sandboxRoutes(world, faults, calls);

  async function callApi(
    method: string,
    incoming: IncomingMessage,
    body: string,
  ): Promise<Answer | undefined> {
    const given = argumentsOf(incoming.headers['content-type'], body);
    const replied = await api(method, incoming.headers.authorization, given);
    calls.push({ at: new Date(world.now()).toISOString(), method, ok: replied?.body.ok === true });
    if (!replied) return undefined;
    const headers = {
      'x-oauth-scopes': (world.seed.scopes ?? slackSeed.scopes).join(','),
      ...(replied.retryAfter === undefined ? {} : { 'retry-after': String(replied.retryAfter) }),
    };
    return { status: replied.status, body: replied.body, headers };
  }

  function answerRoute(sent: { method: string; path: string; segments: string[]; body: string }) {
    const request = {
      ...sent,
      query: new URLSearchParams(),
      authorization: undefined,
      body: jsonOf(sent.body),
    };
    const found = findRoute(routes, request);
    if (found === 'unknown') return refusal(404, `no endpoint ${sent.path}`);
    if (found === 'wrong method') return refusal(405, `no ${sent.method} at ${sent.path}`);
    return found.route.answer(found.parts, request);
  }

  async function answer(incoming: IncomingMessage): Promise<Answer | undefined> {
    const method = incoming.method ?? 'GET';
    const [path = '/'] = (incoming.url ?? '/').split('?');
    const segments = pathSegments(path);
    if (!segments) return refusal(400, 'the path is not properly encoded');
    const body = await text(incoming);
    if (method === 'GET' && path === '/') return { status: 200, html: slackPage };
    if (segments[0] === 'api' && segments[1] !== undefined) {
      return callApi(segments[1], incoming, body);
    }
    if (method === 'POST' && (segments[0] === 'commands' || segments[0] === 'actions')) {
      return respond(world, faults, { id: segments.join('/'), body });
    }
    return answerRoute({ method, path, segments, body });
  }

  const server = createServer((incoming, response) => {
    answer(incoming)
      .catch((error: unknown) => refusal(500, `the sandbox failed: ${String(error)}`))
      .then((answered) => {
        if (!answered) return response.destroy();
        const { status, body, html, headers } = answered;
        if (body === undefined && html === undefined) return response.writeHead(status, headers).end();
        const type = html === undefined ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8';
        return response
          .writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers })
          .end(html ?? JSON.stringify(body));
      });
  });
  const port = await listenLocally(server, options.port);
  url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    deliverTo(to) {
      app = to;
    },
    close: () => closeServer(server),
  };
}

function sandboxRoutes(world: SlackWorld, faults: Faults, calls: object[]): Route[] {
  const people = peopleActions(world);
  const { state } = world.store;
  return [
    { method: 'POST', path: '/sandbox/command', answer: (_, { body }) => people.command(body) },
    { method: 'POST', path: '/sandbox/click', answer: (_, { body }) => people.click(body) },
    { method: 'POST', path: '/sandbox/submit', answer: (_, { body }) => people.submit(body) },
    { method: 'POST', path: '/sandbox/close', answer: (_, { body }) => people.close(body) },
    { method: 'POST', path: '/sandbox/user-groups', answer: (_, { body }) => changeUserGroup(world, body) },
    { method: 'GET', path: '/sandbox/messages', answer: () => ok({ items: state.messages }) },
    {
      method: 'GET',
      path: '/sandbox/views',
      answer: () => ok({ items: state.views.filter(({ isOpen }) => isOpen) }),
    },
    {
      method: 'GET',
      path: '/sandbox/people',
      answer: () => ok(world.seed),
    },
    { method: 'GET', path: '/sandbox/calls', answer: () => ok({ items: calls }) },
    {
      method: 'DELETE',
      path: '/sandbox/calls',
      answer() {
        calls.length = 0;
        return noContent;
      },
    },
    {
      method: 'POST',
      path: '/sandbox/faults',
      answer(_, { body }) {
        const errors = faults.arm(body);
        return errors.length > 0 ? refusal(400, ...errors) : ok({ armed: true });
      },
    },
    {
      method: 'DELETE',
      path: '/sandbox/faults',
      answer() {
        faults.clear();
        return noContent;
      },
    },
  ];
}

/** A response URL behind its armed faults; their `match` is `response_url`. */
async function respond(
  world: SlackWorld,
  faults: Faults,
  { id, body }: { id: string; body: string },
): Promise<Answer | undefined> {
  const fault = faults.take((match) => match === 'response_url');
  switch (fault?.effect) {
    case 'drop':
      return undefined;
    case 'throttle':
      return { status: 429, html: 'ratelimited', headers: { 'retry-after': '1' } };
    case 'error':
      return { status: 500, html: 'server_error' };
    case 'forbid':
      return { status: 403, html: 'action_prohibited' };
    case 'delay':
      await delay(fault);
  }
  const { status, body: answered } = answerResponseUrl(world, id, jsonOf(body));
  return fault?.effect === 'lostReply' ? undefined : { status, html: answered };
}

/** The arguments of a Web API call, as JSON or as a form whose other values are JSON text. */
function argumentsOf(contentType: string | undefined, body: string): Arguments {
  if ((contentType ?? '').startsWith('application/json')) return (jsonOf(body) ?? {}) as Arguments;
  const given: Arguments = {};
  for (const [name, value] of new URLSearchParams(body)) {
    given[name] = /^[[{]/.test(value) && name !== 'text' ? (jsonOf(value) ?? value) : value;
  }
  return given;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
