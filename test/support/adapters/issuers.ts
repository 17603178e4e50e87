import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { type TokenVerifier, tokenVerifier } from '../../../adapters/tokens/verifier.ts';
import { issuerOf } from '../../../domain/bitbucket/oidc.ts';
import { type Configuration, parseConfiguration } from '../../../domain/configuration/configuration.ts';
import { asEpoch } from '../identifiers.ts';

/** When the clock of these tests stands; seconds since the epoch. */
export const NOW = Date.parse('2026-11-23T09:00:00.000Z') / 1000;

export const PERSONS = 'https://login.acme.example';
export const SERVICES = 'https://services.acme.example';
export const ACME = issuerOf('acme');
export const GLOBEX = issuerOf('globex');

export const acmeUuid = '{922e118c-f34f-4226-a897-0e0afbec553d}';
export const acmeAudience = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
export const globexUuid = '{979f3574-6128-47d7-81ae-79d593e68689}';

function configuration(issuers?: readonly object[]): Configuration {
  const common = { audience: 'rolewright' };
  const parsed = parseConfiguration({
    workspaces: [
      { slug: 'acme', uuid: acmeUuid },
      { slug: 'globex', uuid: globexUuid },
    ],
    accounts: [{ alias: 'default', id: '111122223333', region: 'eu-central-1', boundaryPolicy: 'boundary' }],
    issuers: issuers ?? [
      {
        ...common,
        issuer: PERSONS,
        kind: 'person',
        keys: `${PERSONS}/keys.json`,
        algorithms: ['RS256'],
        idClaim: 'email',
        groupsClaim: 'groups',
      },
      { ...common, issuer: SERVICES, kind: 'service', keys: `${SERVICES}/keys.json`, algorithms: ['ES256'] },
    ],
    ownership: [],
    approvals: { from: 'people' },
  });
  if (!parsed.ok) throw new Error(parsed.problem.join('; '));
  return parsed.value;
}

/** A key pair with its public half as a key set shows it. */
export type Keys = GenerateKeyPairResult & { jwk: JWK; algorithm: string; kid: string };

export async function newKeys(algorithm: string, kid: string): Promise<Keys> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return { ...pair, algorithm, kid, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm } };
}

/** Claims, right or wrong. */
export type Claims = Record<string, unknown>;

/** A token with these claims, signed with these keys. */
export const sign = (claims: Claims, keys: Keys, header: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: keys.algorithm, kid: keys.kid, ...header })
    .sign(keys.privateKey);

/** What the key server gives: key sets by issuer, or one answer for all. */
export type KeyServer = {
  url: string;
  published: Map<string, JWK[]>;
  /** Given to every request instead of the key set. */
  fault: { status: number; body: string; headers?: Record<string, string> } | 'stall' | undefined;
  fetches: string[];
  /** Milliseconds by which the verifier's clock is past `NOW`. */
  laterMs: number;
  /** A verifier of the four issuers; `issuers` are entries in place of the company's two. */
  verifier(issuers?: readonly object[]): TokenVerifier;
  close(): Promise<void>;
};

/** Starts a server of the key sets of all four issuers; each issuer's set is at `/<encoded issuer>`. */
export async function startKeyServer(): Promise<KeyServer> {
  const server = createServer((request, response) => {
    const issuer = decodeURIComponent((request.url ?? '').slice(1));
    keyServer.fetches.push(issuer);
    const { fault } = keyServer;
    if (fault === 'stall') return;
    const keys = keyServer.published.get(issuer);
    response.writeHead(fault?.status ?? (keys ? 200 : 404), {
      'content-type': 'application/json',
      ...fault?.headers,
    });
    response.end(fault?.body ?? JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = (issuer: string) => `${keyServer.url}/${encodeURIComponent(issuer)}`;
  const keyServer: KeyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    published: new Map(),
    fault: undefined,
    fetches: [],
    laterMs: 0,
    verifier: (issuers) =>
      tokenVerifier(
        configuration(issuers),
        { bitbucket: (slug) => at(issuerOf(slug)), company: ({ issuer }) => at(issuer) },
        { now: () => asEpoch(NOW * 1000 + keyServer.laterMs), sleep: async () => {} },
      ),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return keyServer;
}

const times = { iat: NOW, exp: NOW + 3600 };

export const REPOSITORY = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
export const ENVIRONMENT = '{bd715740-c970-486b-b68a-b421ec2a1f8b}';
export const STEP = '{759de0c6-eaee-4eaa-b7a6-c507eec759a7}';

/** Claims of good tokens. */
export const personClaims: Claims = {
  iss: PERSONS,
  aud: 'rolewright',
  sub: 'person-1',
  email: 'Ada@acme.example',
  email_verified: true,
  groups: ['platform'],
  ...times,
};
export const serviceClaims: Claims = { iss: SERVICES, aud: 'rolewright', sub: 'nightly-Build', ...times };
export const stepClaims: Claims = {
  iss: ACME,
  aud: [acmeAudience, 'rolewright'],
  sub: `${REPOSITORY}:${STEP}`,
  workspaceUuid: acmeUuid,
  repositoryUuid: REPOSITORY,
  pipelineUuid: '{0d3b2f5e-1111-4222-8333-944455566677}',
  pipelineRunUuid: '{6a1c0d7e-1111-4222-8333-944455566677}',
  stepUuid: STEP,
  branchName: 'main',
  ...times,
};
export const deploymentClaims: Claims = {
  ...stepClaims,
  sub: `${REPOSITORY}:${ENVIRONMENT}:${STEP}`,
  deploymentEnvironmentUuid: ENVIRONMENT,
  deploymentEnvironment: 'production',
};
