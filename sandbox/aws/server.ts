import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { noFaults } from '../http/faults.ts';
import { closeServer, listenLocally } from '../http/local-server.ts';
import { awsApi } from './aws-api.ts';
import { callJournal } from './call-journal.ts';
import { seedManagedPolicies } from './iam/managed-policies.ts';
import { type SeedPolicy, type SeedRole, seedRoles } from './iam/seed.ts';
import { QUOTA } from './protocol/rules.ts';
import { sandboxEndpoints } from './sandbox-endpoints.ts';
import { openState, type StateStore } from './state.ts';
import type { ApiAnswer } from './wire-call.ts';
import { ORGANIZATION, type World } from './world.ts';

export type AwsSandbox = { url: string; port: number; close(): Promise<void> };

export type AwsSandboxOptions = {
  /** 0: a free one. */
  port: number;
  /** Folder that keeps the state; survives restart and SIGKILL. One running sandbox per folder. */
  dir: string;
  /** The account of every access key that names no other. */
  accountId: string;
  /** The partition of all accounts; `aws` unless given. */
  partition?: string;
  /** The accounts that are in the organisation `ORGANIZATION`, this one included; none unless given. */
  organization?: readonly string[];
  /** The base URL where an issuer's `/.well-known/openid-configuration` and `/keys.json` are really fetched;
   *  undefined: the issuer cannot be reached. */
  resolveIssuer(issuer: string): string | undefined;
  /** Milliseconds since the epoch; default: the wall clock. */
  now?: () => number;
  /** Roles that each account may have; IAM's default unless given. */
  rolesQuota?: number;
  /** Customer managed policies that are created when missing, each in the account of its ARN. */
  managedPolicies?: readonly SeedPolicy[];
  /** Roles that are created when missing, each in the account of its ARN. */
  roles?: readonly SeedRole[];
};

/** The largest body that is read, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Starts the stand-in for AWS IAM, STS and SSM on 127.0.0.1: the AWS protocols at `/`, sandbox endpoints under
 *  `/sandbox/`. Rejects when the port is taken. */
export async function startAwsSandbox(options: AwsSandboxOptions): Promise<AwsSandbox> {
  const now = options.now ?? Date.now;
  const world = worldOf(options, openState(options.dir, now), now);
  seedManagedPolicies(world, options.managedPolicies ?? []);
  seedRoles(world, options.roles ?? []);
  await world.save();

  const faults = noFaults('propagation');
  const journal = callJournal(now);
  const api = awsApi(world, faults, journal);
  const endpoints = sandboxEndpoints(world, faults, journal);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://sandbox');
    const method = request.method ?? 'GET';
    const body = await readBody(request);
    if (body === undefined) return sendJson(response, 413, { errors: ['the body is too large'] });
    const read = { method, path: pathname, query: search.slice(1), headers: request.headers, body };
    if (pathname === '/' && (method === 'POST' || method === 'GET')) return send(response, await api(read));
    const answer = await endpoints(read, `http://${request.headers.host}`);
    sendJson(response, answer.status, answer.body);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      if (request.complete) console.error(error);
      response.destroy();
    });
  });
  const port = await listenLocally(server, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      await closeServer(server);
      await world.save();
    },
  };
}

/** The account of `options`, from which every other can be reached. */
function worldOf(
  {
    accountId,
    partition = 'aws',
    organization = [],
    rolesQuota = QUOTA.roles,
    resolveIssuer,
  }: AwsSandboxOptions,
  store: StateStore,
  now: () => number,
): World {
  const account = (id: string): World => ({
    accountId: id,
    partition,
    organization: organization.includes(id) ? ORGANIZATION : undefined,
    rolesQuota,
    now,
    state: store.of(id),
    account,
    accounts: () => store.accountIds().map(account),
    save: store.save,
    resolveIssuer: (issuer) => resolveIssuer(issuer),
  });
  return account(accountId);
}

/** The body as text; undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, answer: ApiAnswer): void {
  if (!answer) {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'x-amzn-requestid': answer.requestId,
  });
  response.end(answer.text);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
