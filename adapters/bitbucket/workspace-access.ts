import type { Workspace } from '../../domain/bitbucket/oidc.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import {
  type Answer,
  isAbsence,
  mayChange,
  notAccepted,
  notAllowed,
  type Owner,
  rejected,
} from './failures.ts';
import type { CallBitbucket } from './http.ts';
import { type CredentialSource, type Key, type Keyring, type KeyringPorts, keyrings } from './keyring.ts';
import { excessScopes, type Purpose, scopesIn } from './scopes.ts';

/** Why one credential did not show a resource, the gravest first: it may change things; Bitbucket is busy; it is not
 *  accepted; it is not allowed; Bitbucket answered something else; Bitbucket says "not found". */
const REASONS = ['excess', 'busy', 'unknown', 'forbidden', 'failed', 'absent'] as const;
type Reason = (typeof REASONS)[number];
type Refusal = { key: Key; reason: Reason; error: PortError };

/** The answer 200 of a credential, or why each of them gave none. */
export type Sight =
  | { isShown: true; answer: Answer; key: Key; ring: Keyring }
  | { isShown: false; refusals: readonly Refusal[]; ring: Keyring };

/** Reads Bitbucket with the credentials of the workspace that a call is about, and with no other. */
export type WorkspaceAccess = {
  /** Asks for `path` with one credential of the workspace after the other, until one is answered with 200: the one that
   *  showed `repository` first. What is stored is read afresh, once, after a credential that is not accepted. Throws
   *  `PortError` where there is no usable credential. */
  ask(workspace: Workspace, path: string, repository?: string): Promise<Sight>;
  /** The answer of one credential, 200 or "not found". Throws `PortError` for any other. */
  askWith(workspace: Workspace, path: string, key: Key): Promise<Answer>;
};

/** `url` is the API's, with `/2.0`. */
export function workspaceAccess({
  purpose,
  url,
  ...ports
}: KeyringPorts & { purpose: Purpose; url: string }): WorkspaceAccess {
  const { source, call } = ports;
  const ringOf = keyrings(ports);

  async function ask(workspace: Workspace, path: string, repository?: string): Promise<Sight> {
    const pass = passOf({ call, url, purpose, source }, { workspace, path, repository });
    const ring = await ringOf(workspace.slug, false);
    const sight = await pass(ring);
    if (sight.isShown || !sight.refusals.some(isCuredByAnother)) return sight;
    const stored = await ringOf(workspace.slug, true);
    return stored === ring ? sight : pass(stored);
  }

  return {
    ask,
    async askWith(workspace, path, key) {
      const owner = ownerOf(source, workspace);
      const tried = await tryKey({ call, url, purpose }, { owner, path, key });
      if ('status' in tried) return tried;
      throw tried.error;
    },
  };
}

type PassPorts = { call: CallBitbucket; url: string; purpose: Purpose; source: CredentialSource };

/** Whose credentials they are. */
export const ownerOf = (source: CredentialSource, { slug }: Workspace): Owner => ({
  slug,
  place: source.placeOf(slug),
});

/** One look with the keys of a ring. */
const passOf =
  (
    ports: PassPorts,
    { workspace, path, repository }: { workspace: Workspace; path: string; repository?: string | undefined },
  ) =>
  async (ring: Keyring): Promise<Sight> => {
    const owner = ownerOf(ports.source, workspace);
    const refusals: Refusal[] = [];
    for (const key of ring.inOrder(repository)) {
      const tried = await tryKey(ports, { owner, path, key });
      if (!('status' in tried)) refusals.push({ key, ...tried });
      else if (tried.status === 200) return { isShown: true, answer: tried, key, ring };
      else refusals.push({ key, reason: 'absent', error: rejected(404) });
      if (refusals.slice(-1).some(endsTheLook)) break;
    }
    return { isShown: false, refusals, ring };
  };

/** True where no other credential is tried: one that could change something is an administrator's mistake, whatever another
 *  one can see; and a Bitbucket that fails fails them all. A rate limit is of one credential. */
const endsTheLook = ({ reason, error }: Refusal): boolean =>
  reason === 'excess' || (reason === 'busy' && error.code !== 'THROTTLED');

/** True where the same call with what is stored now may have another end. */
const isCuredByAnother = ({ reason }: Refusal): boolean => reason === 'unknown' || reason === 'excess';

type Failed = { reason: Reason; error: PortError };

/** What Bitbucket answers to one credential: 200, or its own "not found". */
async function tryKey(
  ports: Omit<PassPorts, 'source'>,
  look: { owner: Owner; path: string; key: Key },
): Promise<Answer | Failed> {
  try {
    return (await lookOnce(ports, look)) ?? (await lookOnce(ports, look)) ?? unknownTo(look);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { reason: error.code === 'REJECTED' ? 'failed' : 'busy', error };
  }
}

const unknownTo = ({ owner, key }: { owner: Owner; key: Key }): Failed => ({
  reason: 'unknown',
  error: notAccepted(owner, key.what),
});

/** One call with a credential; undefined where Bitbucket does not accept it and another look may. A credential that may
 *  change something is refused as soon as that is known, a consumer before its first call. */
async function lookOnce(
  { call, url, purpose }: Omit<PassPorts, 'source'>,
  look: { owner: Owner; path: string; key: Key },
): Promise<Answer | Failed | undefined> {
  const { owner, path, key } = look;
  const inExcess = (scopes: readonly string[]): Failed | undefined => {
    const excess = excessScopes(scopes, purpose);
    return excess.length > 0 ? { reason: 'excess', error: mayChange(owner, key.what, excess) } : undefined;
  };
  const authorized = await key.authorize();
  if (!authorized) return unknownTo(look);
  const refused = inExcess(authorized.scopes);
  if (refused) return refused;
  const { authorization } = authorized;
  const answer = await call({ url: `${url}${path}`, label: `GET ${path}`, authorization });
  if (answer.status === 401) return key.renew(authorization) ? undefined : unknownTo(look);
  return inExcess(scopesIn(answer.headers.get('x-oauth-scopes'))) ?? judged(answer, owner, key);
}

function judged(answer: Answer, owner: Owner, key: Key): Answer | Failed {
  if (answer.status === 200 || isAbsence(answer)) return answer;
  if (answer.status === 403) {
    return { reason: 'forbidden', error: notAllowed(owner, key.what, answer.json) };
  }
  return { reason: 'failed', error: rejected(answer.status) };
}

/** The gravest of the refusals. */
export const gravest = (refusals: readonly Refusal[]): Refusal | undefined =>
  REASONS.map((reason) => refusals.find((refusal) => refusal.reason === reason)).find(Boolean);
