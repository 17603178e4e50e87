import * as z from 'zod';
import type { Workspace } from '../../domain/bitbucket/oidc.ts';
import type { Bitbucket } from '../../domain/bitbucket/port.ts';
import type { Repository } from '../../domain/bitbucket/repository.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { parseUuid, type RepositoryUuid, type WorkspaceUuid } from '../../domain/shared/identifiers.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { type Outgoing, passThrough } from '../outgoing.ts';
import { blind, contradiction, notShownByParts, notWhole, rejected, unavailable } from './failures.ts';
import { bitbucketCalls } from './http.ts';
import type { CredentialSource, Key, Keyring } from './keyring.ts';
import { firstPage, isPageOf, listedIn } from './listing.ts';
import { isPartial, type Purpose } from './scopes.ts';
import {
  environmentShape,
  type Page,
  pageOf,
  parsed,
  permissionShape,
  repositoryShape,
  toRepository,
  workspaceShape,
} from './shapes.ts';
import { gravest, ownerOf, type Sight, type WorkspaceAccess, workspaceAccess } from './workspace-access.ts';

/** The most pages that are read of one list. Source of 100 items a page: Bitbucket's pagination, `pagelen` up to 100. */
const MOST_PAGES = 20;

/** How the adapter reaches Bitbucket. */
export type BitbucketOptions = {
  /** Of the API, without a trailing slash, e.g. `https://api.bitbucket.org/2.0`. */
  url: string;
  /** Where OAuth consumers get tokens, e.g. `https://bitbucket.org/site/oauth2/access_token`. */
  tokenUrl: string;
  /** The configured workspaces. Of any other, nothing is asked with a credential. */
  workspaces: readonly Workspace[];
  /** The credentials that read, with scopes `repository` and `pipeline` and none that writes. */
  credentials: CredentialSource;
  /** The credentials that may see who administers a repository. */
  adminCredentials: CredentialSource;
  clock: Clock;
  random?: () => number;
  outgoing?: Outgoing;
};

/** Bitbucket Cloud's REST API as the domain's port. Every UUID is checked and lower-cased. Absence is only what Bitbucket's
 *  own 404 says to every credential of the workspace, of which one can read the workspace itself. Redirects, HTML and
 *  cut-off JSON are failures. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of the port's functions is short.
export function bitbucketApi(options: BitbucketOptions): Bitbucket {
  const { url, tokenUrl, workspaces, clock, random = Math.random, outgoing = passThrough } = options;
  const call = bitbucketCalls({ clock, random, outgoing });
  const accessTo = (source: CredentialSource, purpose: Purpose) =>
    workspaceAccess({ purpose, url, tokenUrl, source, call, clock });
  const reading = accessTo(options.credentials, 'reading');
  const administering = accessTo(options.adminCredentials, 'admins');

  /** The workspace as configured: its slug says whose credentials are used, and no answer of Bitbucket does. */
  function configured(uuid: WorkspaceUuid): Workspace {
    const found = workspaces.find((workspace) => workspace.uuid === uuid);
    if (found) return found;
    const detail = `Rolewright has no credential for workspace ${uuid}, because it is not configured.`;
    throw new PortError('Bitbucket', 'DENIED', detail, { problemCode: 'WORKSPACE_NOT_CONFIGURED' });
  }

  /** A credential that can read the workspace itself, and of which Bitbucket does not say that it sees a part of it only. */
  async function wholeKey(workspace: Workspace, ring: Keyring): Promise<Key | undefined> {
    for (const key of ring.keys) {
      const answer = await reading.askWith(workspace, workspacePath(workspace), key).catch(unlessDenied);
      if (answer?.status !== 200 || isPartial(answer.headers.get('x-credential-type'))) continue;
      if (parsed(answer, workspaceShape).uuid !== workspace.uuid) throw contradiction();
      return key;
    }
    return undefined;
  }

  /** The first credential that sees the whole workspace. */
  async function wholeViewOf(workspace: Workspace): Promise<Key | undefined> {
    const sight = await reading.ask(workspace, workspacePath(workspace));
    const worst = sight.isShown ? undefined : gravest(sight.refusals);
    if (worst && worst.reason !== 'absent' && worst.reason !== 'forbidden') throw worst.error;
    return wholeKey(workspace, sight.ring);
  }

  /** Whether a credential shows any repository of the workspace. */
  async function showsAny(workspace: Workspace, ring: Keyring): Promise<boolean> {
    const path = `/repositories/${encodeURIComponent(workspace.uuid)}?pagelen=1`;
    for (const key of ring.keys) {
      const answer = await reading.askWith(workspace, path, key).catch(unlessDenied);
      if (answer?.status === 200 && parsed(answer, pageOf(z.unknown())).values.length > 0) return true;
    }
    return false;
  }

  async function lookAt(workspace: Workspace, repository: string) {
    const name = repository.toLowerCase();
    const sight = await reading.ask(workspace, repositoryPath(workspace, repository), name);
    if (!sight.isShown) return sight;
    const found = parsed(sight.answer, repositoryShape);
    const asked = parseUuid(repository);
    if (asked && asked !== found.uuid) throw contradiction();
    for (const seen of [name, found.uuid]) sight.ring.remember(seen, sight.key);
    return { ...sight, found };
  }

  /** What is in a repository, and which credential shows it; undefined where it is absent, or the repository is. Of several
   *  credentials, "not found" counts from the one that shows the repository. */
  async function within<T>(
    repository: Repository,
    path: string,
    shape: z.ZodType<T>,
  ): Promise<{ value: T; key: Key } | undefined> {
    const workspace = configured(repository.workspace.uuid);
    const at = `${repositoryPath(workspace, repository.uuid)}${path}`;
    const sight = await reading.ask(workspace, at, repository.uuid);
    if (sight.isShown) return { value: parsed(sight.answer, shape), key: sight.key };
    const { ring, refusals } = sight;
    const isAbsentTo = (key: Key) => refusals.some((one) => one.key === key && one.reason === 'absent');
    const witness = ring.witnessOf(repository.uuid);
    if (witness && isAbsentTo(witness)) return undefined;
    throwUnlessAbsent(sight);
    if (ring.keys.length === 1) return undefined;
    const seen = await lookAt(workspace, repository.uuid);
    return seen.isShown ? within(repository, path, shape) : undefined;
  }

  return {
    async findRepository(asked, repository) {
      const workspace = configured(asked.uuid);
      const sight = await lookAt(workspace, repository);
      if (!sight.isShown) {
        throwUnlessAbsent(sight);
        if (await wholeKey(workspace, sight.ring)) return undefined;
        const owner = ownerOf(options.credentials, workspace);
        throw (await showsAny(workspace, sight.ring)) ? notShownByParts(owner) : blind(owner);
      }
      if (sight.found.workspace) return toRepository(sight.found, sight.found.workspace);
      const answer = await reading.askWith(workspace, workspacePath(workspace), sight.key);
      if (answer.status !== 200) throw unavailable('Bitbucket shows a repository but not its workspace.');
      return toRepository(sight.found, parsed(answer, workspaceShape));
    },

    async isWorkspaceReadable(asked) {
      const workspace = configured(asked.uuid);
      const sight = await reading.ask(workspace, workspacePath(workspace));
      if (!sight.isShown) throwUnlessAbsent(sight);
      return (await wholeKey(workspace, sight.ring)) !== undefined;
    },

    wholeViewOf: async (asked) => (await wholeViewOf(configured(asked.uuid)))?.id,

    async listRepositories(asked, after) {
      const workspace = configured(asked.uuid);
      const key = await wholeViewOf(workspace);
      if (!key) throw notWhole(ownerOf(options.credentials, workspace));
      const path = after ?? firstPage(workspace);
      if (!isPageOf(workspace, path)) throw rejected(400);
      const answer = await reading.askWith(workspace, path, key);
      if (answer.status !== 200) throw rejected(answer.status);
      const { values, next } = parsed(answer, pageOf(z.unknown()));
      return {
        by: key.id,
        items: listedIn(values, workspace),
        next: next === undefined ? undefined : pathWithin(url, next),
      };
    },

    async findEnvironment(repository, nameOrUuid) {
      const byUuid = parseUuid(nameOrUuid);
      if (byUuid) {
        const found = await within(
          repository,
          `/environments/${encodeURIComponent(byUuid)}`,
          environmentShape,
        );
        if (found && found.value.uuid !== byUuid) throw contradiction();
        return found?.value;
      }
      for await (const values of environmentPages(repository)) {
        const found = values.find(({ name }) => name === nameOrUuid);
        if (found) return found;
      }
      return undefined;
    },

    async environmentNames(repository) {
      const names: string[] = [];
      for await (const values of environmentPages(repository)) names.push(...values.map(({ name }) => name));
      return names;
    },

    async isRepositoryAdmin({ workspaceUuid, repositoryUuid }, account) {
      // Source: "List a repository permissions for a workspace": effective permissions, visible to repository admins
      // only.
      const workspace = configured(workspaceUuid);
      const query = new URLSearchParams({ q: 'permission="admin"', pagelen: '100' });
      const path = `${workspacePath(workspace)}/permissions/repositories/${encodeURIComponent(repositoryUuid)}?${query}`;
      try {
        const sight = await administering.ask(workspace, path, repositoryUuid);
        if (!sight.isShown) {
          throwUnlessAbsent(sight);
          throw notShown();
        }
        sight.ring.remember(repositoryUuid, sight.key);
        const shape = pageOf(permissionShape);
        const rest = { access: administering, workspace, key: sight.key, shape };
        for await (const values of pagesFrom(parsed(sight.answer, shape), rest)) {
          if (holdsAdmin(values, repositoryUuid, account)) return true;
        }
        return false;
      } catch (error) {
        throw error instanceof PortError && error.code === 'DENIED' ? adminsUnknown(error) : error;
      }
    },

    async isOidcEnabled(workspaceSlug) {
      const path = `/workspaces/${encodeURIComponent(workspaceSlug)}/pipelines-config/identity/oidc/.well-known/openid-configuration`;
      const { status } = await call({ url: `${url}${path}`, label: `GET ${path}` });
      if (status === 404) return false;
      if (status === 200) return true;
      throw status === 401 || status === 403 ? closed(status) : rejected(status);
    },
  };

  /** The environments of a repository, one page at a time, read as the caller iterates, all with one credential. */
  async function* environmentPages(repository: Repository) {
    const shape = pageOf(environmentShape);
    const first = await within(repository, '/environments?pagelen=100', shape);
    if (!first) return;
    const workspace = configured(repository.workspace.uuid);
    yield* pagesFrom(first.value, { access: reading, workspace, key: first.key, shape });
  }

  /** The values of a list from its first page on. Throws where a later page cannot be read, or there is no end. */
  async function* pagesFrom<T>(
    first: Page<T>,
    rest: { access: WorkspaceAccess; workspace: Workspace; key: Key; shape: z.ZodType<Page<T>> },
  ): AsyncGenerator<T[]> {
    let page = first;
    for (let count = 1; ; count += 1) {
      yield page.values;
      if (page.next === undefined) return;
      if (count === MOST_PAGES) throw unavailable('Bitbucket lists pages without end.');
      const answer = await rest.access.askWith(rest.workspace, pathWithin(url, page.next), rest.key);
      if (answer.status !== 200) throw notShown();
      page = parsed(answer, rest.shape);
    }
  }
}

const workspacePath = ({ uuid }: Workspace) => `/workspaces/${encodeURIComponent(uuid)}`;

const repositoryPath = ({ uuid }: Workspace, repository: string) =>
  `/repositories/${encodeURIComponent(uuid)}/${encodeURIComponent(repository)}`;

/** Throws the gravest refusal, unless every credential says "not found". */
function throwUnlessAbsent({ refusals }: Sight & { isShown: false }): void {
  const worst = gravest(refusals);
  if (worst && worst.reason !== 'absent') throw worst.error;
}

/** For a credential that is refused there may be another one; a Bitbucket that fails fails the whole. */
function unlessDenied(error: unknown): undefined {
  if (error instanceof PortError && error.code === 'DENIED') return undefined;
  throw error;
}

/** True when a page of permissions holds *admin* for the account. Throws for one of another repository. */
function holdsAdmin(
  values: readonly z.infer<typeof permissionShape>[],
  repositoryUuid: RepositoryUuid,
  account: string,
): boolean {
  if (values.some((found) => found.repository && found.repository.uuid !== repositoryUuid)) {
    throw contradiction();
  }
  // The filter is Bitbucket's; the permission is looked at all the same.
  const admins = values.filter(({ permission }) => permission === 'admin');
  return admins.some(({ user }) => user.uuid === account || user.account_id === account);
}

/** The path of a `next` link. The link must stay on the same API, so the credential is not sent elsewhere. */
function pathWithin(url: string, next: string): string {
  if (next.startsWith(`${url}/`)) return next.slice(url.length);
  throw unavailable("Bitbucket's next page is on another host.");
}

const closed = (status: number): PortError =>
  new PortError('Bitbucket', 'DENIED', `Bitbucket answered ${status} for a document that is open to all.`);

const notShown = (): PortError =>
  new PortError('Bitbucket', 'DENIED', 'Bitbucket does not show the repository.');

const adminsUnknown = (cause: PortError): PortError =>
  new PortError(
    'Bitbucket',
    'DENIED',
    `${cause.message} It is unknown whether the caller has admin on the repository. Give the credential admin on it, or switch access.repositoryAdmins off.`,
    { cause },
  );
