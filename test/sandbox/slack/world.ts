import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LogLevel, WebClient } from '@slack/web-api';
import { closeServer, listenLocally } from '../../../sandbox/http/local-server.ts';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { startSlackSandbox } from '../../../sandbox/slack/server.ts';

type Delivery = { path: string; headers: Record<string, string>; body: string };

/** What an app answers a delivery with; undefined never answers. */
export type AppAnswer = { status?: number; body?: unknown } | undefined;

/** A stand-in on a clock of its own, an app that it delivers to, and Slack's own client for it. */
export async function slackWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'slack-'));
  const clock = { now: 1_795_400_000_000 };
  const deliveries: Delivery[] = [];
  let answer: (delivery: Delivery) => AppAnswer = () => ({});
  const app = createServer(async (request, response) => {
    const delivery = {
      path: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body: await text(request),
    };
    deliveries.push(delivery);
    const said = answer(delivery);
    if (!said) return;
    response
      .writeHead(said.status ?? 200, { 'content-type': 'application/json' })
      .end(said.body === undefined ? '' : JSON.stringify(said.body));
  });
  const port = await listenLocally(app, 0);
  const start = async () => {
    const started = await startSlackSandbox({ port: 0, dir, now: () => clock.now });
    started.deliverTo(`http://127.0.0.1:${port}`);
    return started;
  };
  let sandbox = await start();

  async function send(method: string, path: string, body?: unknown) {
    const response = await fetch(`${sandbox.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = await response.text();
    return { status: response.status, text: said, body: parse(said) };
  }
  const client = (token: string = slackSeed.botToken) =>
    new WebClient(token, {
      slackApiUrl: `${sandbox.url}/api/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logLevel: LogLevel.ERROR,
    });
  return {
    clock,
    deliveries,
    client,
    send,
    url: () => sandbox.url,
    answers(next: (delivery: Delivery) => AppAnswer) {
      answer = next;
    },
    messages: async () => (await send('GET', '/sandbox/messages')).body.items as Message[],
    views: async () => (await send('GET', '/sandbox/views')).body.items as { id: string; errors: object }[],
    /** The last delivery's fields. */
    fields: () => Object.fromEntries(new URLSearchParams(deliveries.at(-1)?.body)),
    /** The last delivery's payload. */
    payload: () => JSON.parse(new URLSearchParams(deliveries.at(-1)?.body).get('payload') ?? '{}'),
    async restart() {
      await sandbox.close();
      sandbox = await start();
    },
    async end() {
      await Promise.all([sandbox.close(), closeServer(app)]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** See `slackWorld`. */
export type SlackTestWorld = Awaited<ReturnType<typeof slackWorld>>;

type Message = {
  ts: string;
  channel: string;
  text: string;
  blocks: unknown[];
  ephemeralTo?: string;
  edits: number;
};

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
