import { canonicalHash } from '../../domain/shared/canonical-hash.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { briefMemory } from '../brief-memory.ts';
import { type ConsumerTokens, consumerTokens } from './consumer-token.ts';
import { type BitbucketCredential, basicAuthorization, kindNames, parseCredentials } from './credential.ts';
import { malformed } from './failures.ts';
import type { CallBitbucket } from './http.ts';

/** Where the credentials of workspaces are kept. */
export type CredentialSource = {
  /** The stored text of a workspace's credentials, perhaps some minutes old; with `isFresh` as it is now. Throws
   *  `PortError` where there is none. */
  read(workspaceSlug: string, isFresh: boolean): Promise<string>;
  /** Where an administrator finds them, e.g. `SSM parameter /rolewright/prod/bitbucket/acme`. */
  placeOf(workspaceSlug: string): string;
};

/** One credential of a workspace in use. `what` names it in errors. `id` is the same for the same credential, wherever it is in the list, and
 *  says nothing about it. */
export type Key = {
  id: string;
  what: string;
  /** The value of the `Authorization` header; undefined where Bitbucket does not accept the credential. `scopes` are
   *  those that come with a consumer's token. */
  authorize(): Promise<{ authorization: string; scopes: readonly string[] } | undefined>;
  /** Takes note that Bitbucket does not accept this header any more. True if another one can be had. */
  renew(authorization: string): boolean;
};

/** The credentials of one workspace, and which of them showed which repository. */
export type Keyring = {
  keys: readonly Key[];
  /** The keys, the one that showed this repository first. */
  inOrder(repository: string | undefined): readonly Key[];
  remember(repository: string, key: Key): void;
  /** The key that showed the repository, as far as that is remembered. */
  witnessOf(repository: string): Key | undefined;
};

/** Seconds and repositories for which it is remembered which credential showed a repository. It saves calls, and decides
 *  nothing. */
const SEEN_SECONDS = 3600;
const MOST_SEEN = 1000;

/** What keys need. `tokenUrl` is where OAuth consumers get their tokens. */
export type KeyPorts = { tokenUrl: string; call: CallBitbucket; clock: Pick<Clock, 'now'> };

/** What keyrings are made with. */
export type KeyringPorts = KeyPorts & { source: CredentialSource };

/** The keyrings of workspaces by slug. A ring is kept as long as its stored text is the same, so that tokens and what was
 *  seen are kept with it. Throws `PortError` for a text that holds no credentials, after reading it afresh once. */
export function keyrings(ports: KeyringPorts): (slug: string, isFresh: boolean) => Promise<Keyring> {
  const { source } = ports;
  const rings = new Map<string, { text: string; ring: Keyring }>();

  return async (slug, isFresh) => {
    const text = await source.read(slug, isFresh);
    const kept = rings.get(slug);
    if (kept?.text === text) return kept.ring;
    const first = parseCredentials(text);
    const [used, parsed] = first.ok || isFresh ? [text, first] : await afresh(source, slug);
    if (!parsed.ok) throw malformed({ slug, place: source.placeOf(slug) }, parsed.problem);
    const again = rings.get(slug);
    if (again?.text === used) return again.ring;
    const ring = keyring(parsed.value, ports);
    rings.set(slug, { text: used, ring });
    return ring;
  };
}

async function afresh(
  source: CredentialSource,
  slug: string,
): Promise<[string, ReturnType<typeof parseCredentials>]> {
  const text = await source.read(slug, true);
  return [text, parseCredentials(text)];
}

/** The credentials of a workspace, ready for use, in their order. */
export const keysOf = (credentials: readonly BitbucketCredential[], ports: KeyPorts): Key[] =>
  credentials.map((credential, n) => {
    const kind = kindNames[credential.kind];
    const what = credentials.length > 1 ? `${kind} (number ${n + 1} of ${credentials.length})` : kind;
    return keyOf(credential, what, ports);
  });

function keyring(credentials: readonly BitbucketCredential[], ports: KeyringPorts): Keyring {
  const seen = briefMemory<Key>(ports.clock, SEEN_SECONDS, MOST_SEEN);
  const keys = keysOf(credentials, ports);
  return {
    keys,
    inOrder(repository) {
      const first = repository === undefined ? undefined : seen.recall(repository);
      return first ? [first, ...keys.filter((key) => key !== first)] : keys;
    },
    remember: (repository, key) => seen.remember(repository, key),
    witnessOf: (repository) => seen.recall(repository),
  };
}

function keyOf(credential: BitbucketCredential, what: string, ports: KeyPorts): Key {
  switch (credential.kind) {
    case 'accessToken':
      return fixedKey({ id: idOf(credential.token), what }, `Bearer ${credential.token}`);
    case 'apiToken':
      return fixedKey(
        { id: idOf(credential.email, credential.token), what },
        basicAuthorization(credential.email, credential.token),
      );
    case 'oauthConsumer':
      // The secret may be replaced: what a consumer sees stays the same.
      return consumerKey({ id: idOf(credential.key), what }, consumerTokens(credential, ports));
  }
}

/** Sixteen digits of a hash: enough to distinguish the credentials of a workspace, and too few to learn anything of one. */
const idOf = (...parts: string[]): string => canonicalHash(['bitbucket credential', ...parts]).slice(0, 16);

type Named = Pick<Key, 'id' | 'what'>;

const fixedKey = (named: Named, authorization: string): Key => ({
  ...named,
  authorize: async () => ({ authorization, scopes: [] }),
  renew: () => false,
});

const consumerKey = (named: Named, tokens: ConsumerTokens): Key => ({
  ...named,
  async authorize() {
    const found = await tokens.current();
    return found && { authorization: `Bearer ${found.token}`, scopes: found.scopes };
  },
  renew(authorization) {
    tokens.drop(authorization.slice('Bearer '.length));
    return true;
  },
});
