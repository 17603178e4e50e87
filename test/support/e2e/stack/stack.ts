import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { freePorts, type StackOptions, startStack } from '../../../../sandbox/stack.ts';
import { type AwsLook, awsLook } from '../aws.ts';
import { type Bitbucket, bitbucketPeople } from '../bitbucket.ts';
import { checkContract } from '../contract.ts';
import { type HttpCall, type Json, type Reply, send } from '../http.ts';
import { type Journals, journalsOf } from '../journals.ts';

/** Milliseconds that a stack may take to start on a busy machine. */
export const START_WITHIN_MS = 90_000;

/** Where a running stack is reached. */
export type Endpoints = { api: string; lambda: string } & Record<StandIn, { url: string }>;

/** A running stack as people, pipelines and operators see it. */
export type World = AwsLook &
  Bitbucket &
  Journals & {
    stack: Endpoints;
    /** Sends a request to the API, and holds the answer to the API's document. */
    api(method: string, path: string, call?: HttpCall): Promise<Reply>;
    /** Asks for a grant, as Ada unless a token is given. */
    request(body: Json, token?: string, query?: string): Promise<Reply>;
    /** Asks for a grant that must come out active; returns the grant. */
    granted(body: Json, token?: string): Promise<Grant>;
    revoke(grantId: string, token?: string): Promise<Reply>;
    get(path: string, token?: string): Promise<Reply>;
    /** Every item of a list, page by page. */
    all(path: string, limit: number, token?: string): Promise<Json[]>;
    events(grantId: string): Promise<LogEvent[]>;
    /** Makes the next matching calls to a stand-in fail; every fault is cleared after each test. */
    fault(at: StandIn, fault: Json): Promise<void>;
    clearFaults(): Promise<void>;
    /** A token of `ada`, who is in the platform group. */
    ada: string;
    /** All tokens that the API was sent, whole or broken, in a header or a body. */
    sentTokens: ReadonlySet<string>;
    /** Lets go of the connections to the stack. */
    close(): void;
  };

/** A stand-in that can be made to fail. */
export type StandIn = 'aws' | 'bitbucket' | 'dynamodb' | 'slack';

/** The fields of a grant that tests look at. */
export type Grant = Json & {
  id: string;
  state: string;
  role: { arn: string; name: string; id: string; maxSessionDuration: number };
  trustPolicy: unknown;
  permissionsPolicy: unknown;
};

/** An event as the API returns it. */
export type LogEvent = Json & {
  grantId: string;
  seq: number;
  at: string;
  type: string;
  principal: { kind: string; id: string };
  correlationId: string;
  data: Json;
  prevHash: string;
  hash: string;
};

/** What has the parts of a token in a call. */
const tokensOf = ({ token = '', headers = {}, json = {} }: HttpCall): string[] =>
  [token, headers.authorization ?? '', (json as Json).token]
    .flatMap((text) => String(text).split(/\s+/))
    .filter((text) => text.split('.').length === 3);

/** Talks to a running stack. */
export async function worldOf(stack: Endpoints): Promise<World> {
  const bitbucket = bitbucketPeople(stack.bitbucket.url);
  const aws = awsLook(stack.aws.url);
  const ada = await bitbucket.person('ada@acme.example');
  const sentTokens = new Set<string>();
  const faulty = new Set<StandIn>();
  const api = async (method: string, path: string, call: HttpCall = {}) => {
    for (const token of tokensOf(call)) sentTokens.add(token);
    const reply = await send(stack.api, method, path, call);
    checkContract(method, path, reply);
    return reply;
  };
  const get = (path: string, token = ada) => api('GET', path, { token });
  const request = (json: Json, token = ada, query = '') => api('POST', `/v1/grants${query}`, { token, json });
  const all = async (path: string, limit: number, token = ada) => {
    const items: Json[] = [];
    let cursor: unknown;
    do {
      const query = `${path.includes('?') ? '&' : '?'}limit=${limit}`;
      const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(String(cursor))}`;
      const reply = await get(`${path}${query}${more}`, token);
      if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${reply.text}`);
      items.push(...(reply.json.items as Json[]));
      cursor = reply.json.cursor;
    } while (cursor !== undefined);
    return items;
  };
  return {
    ...bitbucket,
    ...aws,
    ...journalsOf(stack),
    stack,
    ada,
    sentTokens,
    api,
    get,
    request,
    all,
    async granted(json, token = ada) {
      const reply = await request(json, token);
      if (reply.json.state === 'active') return reply.json as Grant;
      throw new Error(`the request was answered ${reply.status}: ${reply.text}`);
    },
    revoke: (grantId, token = ada) => api('DELETE', `/v1/grants/${grantId}`, { token }),
    events: async (grantId) => (await all(`/v1/grants/${grantId}/events`, 100)) as LogEvent[],
    async fault(at, json) {
      faulty.add(at);
      const reply = await send(stack[at].url, 'POST', '/sandbox/faults', { json });
      if (reply.status !== 200) throw new Error(`the fault was refused: ${reply.text}`);
    },
    async clearFaults() {
      for (const at of faulty) await send(stack[at].url, 'DELETE', '/sandbox/faults');
      faulty.clear();
    },
    close: () => aws.close(),
  };
}

/** Starts a stack of this process on free ports with its state in `dir`. */
export async function startWorld(
  dir: string,
  options: StackOptions = {},
): Promise<World & { dir: string; stop(): Promise<void> }> {
  const stack = await startStack({ root: process.cwd(), dir, ports: freePorts, ...options });
  const world = await worldOf(stack);
  return {
    ...world,
    dir,
    async stop() {
      world.close();
      await stack.stop();
    },
  };
}

/** One stack for all tests of a file, in a folder of its own; what comes back is only there while tests run. */
export function useStack(options: StackOptions = {}): () => World & { dir: string } {
  const dir = mkdtempSync(join(tmpdir(), 'rolewright-e2e-'));
  let world: Awaited<ReturnType<typeof startWorld>> | undefined;
  const running = () => {
    if (world) return world;
    throw new Error('the stack runs while tests do');
  };
  beforeAll(async () => {
    world = await startWorld(dir, options);
  }, START_WITHIN_MS);
  afterEach(() => running().clearFaults());
  afterAll(async () => {
    await world?.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  return running;
}
