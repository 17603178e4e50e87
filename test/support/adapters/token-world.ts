import { expect } from '@jest/globals';
import type { TokenVerifier } from '../../../adapters/tokens/verifier.ts';
import {
  ACME,
  GLOBEX,
  type KeyServer,
  type Keys,
  newKeys,
  PERSONS,
  SERVICES,
  startKeyServer,
} from './issuers.ts';

/** The configured issuers with their keys. */
export type TokenWorld = {
  server: KeyServer;
  person: Keys;
  service: Keys;
  acme: Keys;
  globex: Keys;
  verifier: TokenVerifier;
  /** Publishes each issuer's own keys, and forgets all that was fetched. */
  reset(): void;
};

/** Starts the key server of all issuers. */
export async function startTokenWorld(): Promise<TokenWorld> {
  const server = await startKeyServer();
  const [person, acme] = [await newKeys('RS256', 'person-key'), await newKeys('RS256', 'acme-key')];
  const [service, globex] = [await newKeys('ES256', 'service-key'), await newKeys('ES256', 'globex-key')];
  const world: TokenWorld = {
    ...{ server, person, acme, service, globex },
    verifier: server.verifier(),
    reset() {
      server.fault = undefined;
      server.fetches.length = 0;
      server.published = new Map([
        [PERSONS, [person.jwk]],
        [SERVICES, [service.jwk]],
        [ACME, [acme.jwk]],
        [GLOBEX, [globex.jwk]],
      ]);
      world.verifier = server.verifier();
    },
  };
  return world;
}

/** The caller whom a token proves, or why it proves none. */
export async function verified({ verifier }: TokenWorld, token: string): Promise<unknown> {
  const result = await verifier.verify(token);
  return result.ok ? result.value : result.problem.detail;
}

/** Expects the refusal of a token, and nothing of the token in it. */
export async function expectRefused({ verifier }: TokenWorld, token: string): Promise<void> {
  const result = await verifier.verify(token);
  expect(result).toMatchObject({ ok: false, problem: { code: 'UNAUTHENTICATED' } });
  const shown = JSON.stringify(result);
  for (const part of token.split('.').filter((text) => text.length > 8)) expect(shown).not.toContain(part);
}
