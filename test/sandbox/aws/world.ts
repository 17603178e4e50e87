import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { type Credentials, STSClient } from '@aws-sdk/client-sts';
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type AwsSandbox, type AwsSandboxOptions, startAwsSandbox } from '../../../sandbox/aws/server.ts';
import type { Fault } from '../../../sandbox/http/faults.ts';

export const ACCOUNT = '111122223333';
/** Another account of the organisation. */
export const OTHER_ACCOUNT = '444455556666';
export const ISSUER = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
export const CONDITION_PREFIX = ISSUER.slice('https://'.length);
export const PROVIDER_ARN = `arn:aws:iam::${ACCOUNT}:oidc-provider/${CONDITION_PREFIX}`;
export const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
export const REPOSITORY = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
export const SUBJECT = `${REPOSITORY}:{759de0c6-eaee-4eaa-b7a6-c507eec759a7}`;
export const BOUNDARY_ARN = `arn:aws:iam::${ACCOUNT}:policy/rolewright/boundary`;
export const ADMINISTRATOR_ARN = 'arn:aws:iam::aws:policy/AdministratorAccess';
export const DENY_ALL_ARN = 'arn:aws:iam::aws:policy/AWSDenyAll';

/** Where every test's clock starts: 2027-01-15T08:00:00Z. */
export const START = 1_800_000_000_000;

type Statement = { [element: string]: unknown };

export const policy = (...statements: Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** The statement that Rolewright puts on a role of the repository. */
export const TRUST: Statement = {
  Effect: 'Allow',
  Principal: { Federated: PROVIDER_ARN },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: {
    StringEquals: { [`${CONDITION_PREFIX}:aud`]: AUDIENCE },
    StringLike: { [`${CONDITION_PREFIX}:sub`]: `${REPOSITORY}:*` },
  },
};

export const TRUST_POLICY = policy(TRUST);

export const allow = (action: string, resource: string): Statement => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});

type Keys = GenerateKeyPairResult & { jwk: JWK };

type Claims = { [claim: string]: unknown };

/** An OpenID Connect issuer over HTTP whose answers a test can change. */
export type Issuer = {
  url: string;
  /** The HTTP status of everything it answers. */
  status: number;
  /** What its key set shows. */
  published: JWK[];
  /** How often its keys were fetched. */
  keyFetches: number;
  keys: Keys;
  /** Claims that a good token of this issuer has; `undefined` removes one. */
  token(claims?: Claims, options?: { keys?: Keys; kid?: string; algorithm?: string }): Promise<string>;
  close(): Promise<void>;
};

export async function newKeys(algorithm: string, kid: string): Promise<Keys> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' } };
}

async function startIssuer(now: () => number): Promise<Issuer> {
  const keys = await newKeys('ES256', 'first');
  const server: Server = createServer((request, response) => {
    if (request.url === '/keys.json') issuer.keyFetches += 1;
    const body = request.url === '/keys.json' ? { keys: issuer.published } : { issuer: ISSUER };
    response.writeHead(issuer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    status: 200,
    published: [keys.jwk],
    keyFetches: 0,
    keys,
    token(claims = {}, options = {}) {
      const seconds = Math.floor(now() / 1000);
      const all = { iss: ISSUER, aud: AUDIENCE, sub: SUBJECT, iat: seconds, exp: seconds + 3600, ...claims };
      const used = options.keys ?? keys;
      const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
      return new SignJWT(present)
        .setProtectedHeader({
          alg: options.algorithm ?? used.jwk.alg ?? '',
          kid: options.kid ?? used.jwk.kid ?? '',
        })
        .sign(used.privateKey);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return issuer;
}

type Clients = { iam: IAMClient; sts: STSClient };

/** The client's form of what STS gave; an access key alone has the secret `secret`. */
const clientCredentials = (given: string | Credentials | undefined) =>
  typeof given === 'string'
    ? { accessKeyId: given, secretAccessKey: 'secret' }
    : {
        accessKeyId: given?.AccessKeyId ?? '',
        secretAccessKey: given?.SecretAccessKey ?? '',
        ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
      };

export type TestWorld = {
  sandbox: AwsSandbox;
  issuer: Issuer;
  iam: IAMClient;
  sts: STSClient;
  clock: { now: number };
  dir: string;
  /** Clients with other credentials, which are those of a session as STS gave it, or an access key. */
  clientsOf(credentials: string | Credentials | undefined): Clients;
  /** Stops the sandbox and starts another on the same folder. */
  restart(): Promise<void>;
  arm(fault: Pick<Fault, 'match' | 'effect'> & Partial<Fault>): Promise<void>;
  /** A call without an SDK; `signed` false leaves the signature out. */
  raw(form: string, signed?: boolean): Promise<{ status: number; text: string }>;
  json(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): Promise<void>;
};

/** A sandbox on a fresh folder and free ports, with its issuer, its clock and SDK clients that never retry. The issuer signs
 *  for `issuers`, its own URL where none is given. */
export async function startWorld(issuers: readonly string[] = [ISSUER]): Promise<TestWorld> {
  const clock = { now: START };
  const dir = mkdtempSync(join(tmpdir(), 'aws-sandbox-'));
  const issuer = await startIssuer(() => clock.now);
  const options: AwsSandboxOptions = {
    port: 0,
    dir,
    accountId: ACCOUNT,
    organization: [ACCOUNT, OTHER_ACCOUNT],
    resolveIssuer: (url) => (issuers.includes(url) ? issuer.url : undefined),
    now: () => clock.now,
    managedPolicies: [{ arn: BOUNDARY_ARN, document: JSON.parse(policy(allow('s3:*', '*'))) }],
  };
  const clients: { destroy(): void }[] = [];
  const clientsOf = (sandbox: AwsSandbox, credentials: string | Credentials | undefined): Clients => {
    const config = {
      endpoint: sandbox.url,
      region: 'us-east-1',
      credentials: clientCredentials(credentials),
      maxAttempts: 1,
    };
    const made = { iam: new IAMClient(config), sts: new STSClient(config) };
    clients.push(made.iam, made.sts);
    return made;
  };
  const sandbox = await startAwsSandbox(options);
  const world: TestWorld = {
    sandbox,
    issuer,
    ...clientsOf(sandbox, 'AKIATEST'),
    clock,
    dir,
    clientsOf: (credentials) => clientsOf(world.sandbox, credentials),
    async restart() {
      await world.sandbox.close();
      world.sandbox = await startAwsSandbox(options);
      Object.assign(world, clientsOf(world.sandbox, 'AKIATEST'));
    },
    async arm(fault) {
      await world.json('POST', '/sandbox/faults', fault);
    },
    async raw(form, signed = true) {
      const answer = await fetch(world.sandbox.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(signed
            ? { authorization: 'AWS4-HMAC-SHA256 Credential=AKIATEST/20270115/us-east-1/iam/aws4_request' }
            : {}),
        },
        body: form,
      });
      return { status: answer.status, text: await answer.text() };
    },
    async json(method, path, body) {
      const answer = await fetch(`${world.sandbox.url}${path}`, {
        method,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    async close() {
      for (const client of clients) client.destroy();
      await world.sandbox.close();
      await issuer.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return world;
}

/** What an SDK call was refused with, as `<status> <code>: <message>`; 'accepted' when it was not. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (thrown) {
    const error = thrown as {
      name: string;
      message: string;
      Code?: string;
      Error?: { Code?: string };
      $metadata?: { httpStatusCode?: number };
    };
    const code = error.Error?.Code ?? error.Code ?? error.name;
    return `${error.$metadata?.httpStatusCode ?? 'no answer'} ${code}: ${error.message}`;
  }
}
