import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';

/** What came back: `body` is the parsed JSON, or undefined where there was none. */
export type Reply = { status: number; text: string; body: unknown };

/** A sandbox in a folder of its own with a client that has the credentials. */
export type World = {
  readonly sandbox: BitbucketSandbox;
  readonly dir: string;
  get(path: string): Promise<Reply>;
  send(method: string, path: string, body?: unknown): Promise<Reply>;
  anonymous(path: string, authorization?: string): Promise<Reply>;
  /** The token that a `/sandbox/…-token` endpoint gives. */
  token(kind: string, body: object): Promise<string>;
  restart(): Promise<void>;
  end(): Promise<void>;
};

async function request(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  const json = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, text, body: json ? JSON.parse(text) : undefined };
}

/** The token of the seed that may do what the path asks, in the workspace that it names. */
function tokenFor(path: string): string {
  const workspace = path.includes('globex') ? 'globex' : 'acme';
  if (path.includes('/hooks') || workspace === 'globex') return `sandbox-webhook-token-${workspace}`;
  return path.includes('/permissions') ? `sandbox-admin-token-${workspace}` : `sandbox-token-${workspace}`;
}

export async function bitbucketWorld(now?: () => number): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'bitbucket-'));
  const options = { port: 0, dir, ...(now ? { now } : {}) };
  let sandbox = await startBitbucketSandbox(options);
  const send = (method: string, path: string, body?: unknown) =>
    request(`${sandbox.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${tokenFor(path)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    get sandbox() {
      return sandbox;
    },
    dir,
    get: (path) => send('GET', path),
    send,
    anonymous: (path, authorization) =>
      request(`${sandbox.url}${path}`, { headers: authorization === undefined ? {} : { authorization } }),
    async token(kind, body) {
      const reply = await send('POST', `/sandbox/${kind}-token`, body);
      if (reply.status !== 200) throw new Error(reply.text);
      return (reply.body as { token: string }).token;
    },
    async restart() {
      await sandbox.close();
      sandbox = await startBitbucketSandbox(options);
    },
    async end() {
      await sandbox.close();
      await rm(dir, { recursive: true });
    },
  };
}
