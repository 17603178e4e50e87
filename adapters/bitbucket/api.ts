import * as z from 'zod';
import type { Workspace } from '../../domain/bitbucket/oidc.ts';
import type { Bitbucket } from '../../domain/bitbucket/port.ts';
import type { Repository } from '../../domain/bitbucket/repository.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import {
  environmentUuidSchema,
  parseUuid,
  projectUuidSchema,
  type RepositoryUuid,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../../domain/shared/identifiers.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { type Outgoing, passThrough } from '../outgoing.ts';

/** Milliseconds that one call may take, including reading the body. */
const CALL_TIMEOUT_MS = 4000;
const MOST_ATTEMPTS = 3;
/** The longest `Retry-After`, in seconds, that is waited for inside a request. The caller gets a longer one. */
const LONGEST_WAIT_SECONDS = 2;
/** The most pages that are read of one list. Source of 100 items a page: Bitbucket's pagination, `pagelen` up to 100. */
const MOST_PAGES = 20;

const uuid = z.string().transform((text, context) => {
  const parsed = parseUuid(text);
  if (parsed) return parsed;
  context.addIssue('is not a UUID');
  return z.NEVER;
});

/** Text that an event can hold: RFC 8785 has no form for lone surrogates. */
const wellFormed = z.string().refine((text) => text.isWellFormed());

const workspaceShape = z.object({ uuid: uuid.pipe(workspaceUuidSchema), slug: z.string().min(1) });
const repositoryShape = z.object({
  uuid: uuid.pipe(repositoryUuidSchema),
  full_name: wellFormed.regex(/^[^/]+\/[^/]+$/),
  slug: z.string().optional(),
  // Live answers contain the workspace; the published schema does not.
  workspace: workspaceShape.optional(),
  project: z.object({ key: wellFormed, uuid: uuid.pipe(projectUuidSchema) }).nullish(),
});
const environmentShape = z.object({
  uuid: uuid.pipe(environmentUuidSchema),
  name: wellFormed,
});
const permissionShape = z.object({
  permission: z.string(),
  user: z.object({ uuid, account_id: z.string().optional() }),
  repository: z.object({ uuid: uuid.pipe(repositoryUuidSchema) }).optional(),
});
const errorShape = z.object({ type: z.literal('error') });

/** How the adapter reaches Bitbucket. `url` has no trailing slash, e.g. `https://api.bitbucket.org/2.0`. `token`
 *  returns an access token (repository, project or workspace) with scopes `repository` and `pipeline`. */
export type BitbucketOptions = {
  url: string;
  token(): Promise<string>;
  clock: Clock;
  random?: () => number;
  outgoing?: Outgoing;
};

type Answer = { status: number; json: unknown };

/** Bitbucket Cloud's REST API as the domain's port. Every UUID is checked and lower-cased; absence is only what
 *  Bitbucket's own 404 says; redirects, HTML and cut-off JSON are failures. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of the port's functions is short.
export function bitbucketApi(options: BitbucketOptions): Bitbucket {
  const { url, token, clock, random = Math.random, outgoing = passThrough } = options;

  async function attempt(path: string, withToken: boolean): Promise<{ response: Response; text: string }> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (withToken) headers.authorization = `Bearer ${await presentableToken(token)}`;
    return outgoing({ system: 'Bitbucket', operation: `GET ${path}` }, async () => {
      const response = await fetch(`${url}${path}`, {
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      return { response, text: await response.text() };
    });
  }

  /** One attempt: what Bitbucket answers, or a failure after which another attempt may help. Throws any other. */
  async function tryOnce(path: string, withToken: boolean): Promise<Answer | PortError> {
    const outcome = await attempt(path, withToken).catch((cause: unknown) => {
      if (cause instanceof PortError) throw cause;
      // A silent Bitbucket has used up the time that there was; a broken connection is worth another try.
      if (isTimeout(cause)) throw unavailable('Bitbucket does not answer in time.', cause);
      return new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket cannot be reached.', { cause });
    });
    if (outcome instanceof PortError) return outcome;
    const { response, text } = outcome;
    const isBusy = response.status === 429 || response.status >= 500;
    return isBusy ? toBusy(response) : toAnswer(response.status, text);
  }

  async function get(path: string, withToken = true): Promise<Answer> {
    for (let count = 1; ; count += 1) {
      const outcome = await tryOnce(path, withToken);
      if (!(outcome instanceof PortError)) return outcome;
      const wait = outcome.retryAfter ?? 0;
      if (count === MOST_ATTEMPTS || wait > LONGEST_WAIT_SECONDS) throw withRetryAfter(outcome);
      // Full jitter: callers that failed together do not come back together.
      await clock.sleep(wait * 1000 + random() * 200 * 2 ** count);
    }
  }

  async function read<T>(path: string, shape: z.ZodType<T>): Promise<T | undefined> {
    const { status, json } = await get(path);
    if (status === 404 && errorShape.safeParse(json).success) return undefined;
    if (status !== 200) throw refusal(status, json);
    const parsed = shape.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new PortError('Bitbucket', 'REJECTED', 'Bitbucket answered in an unknown shape.');
  }

  /** The values of a list, one page at a time, read as the caller iterates. Yields undefined if the list does not
   *  exist. */
  async function* list<T>(path: string, shape: z.ZodType<T>): AsyncGenerator<T[] | undefined> {
    const page = z.object({ values: z.array(shape), next: z.string().optional() });
    let next: string | undefined = path;
    for (let count = 0; next !== undefined; count += 1) {
      if (count === MOST_PAGES) throw unavailable(`Bitbucket lists ${path.split('?')[0]} without end.`);
      const found: z.infer<typeof page> | undefined = await read(next, page);
      yield found?.values;
      next = found?.next && pathWithin(url, found.next);
    }
  }

  const pathOf = (workspace: string, repository: string) =>
    `/repositories/${encodeURIComponent(workspace)}/${encodeURIComponent(repository)}`;

  return {
    async findRepository(workspace, repository) {
      const found = await read(pathOf(workspace.uuid, repository), repositoryShape);
      if (!found) return undefined;
      const asked = parseUuid(repository);
      if (asked && asked !== found.uuid) throw contradiction();
      const actual =
        found.workspace ?? (await read(`/workspaces/${encodeURIComponent(workspace.uuid)}`, workspaceShape));
      if (!actual) throw unavailable('Bitbucket shows a repository but not its workspace.');
      return toRepository(found, actual);
    },

    async isWorkspaceReadable(workspace) {
      const found = await read(`/workspaces/${encodeURIComponent(workspace.uuid)}`, workspaceShape);
      if (found && found.uuid !== workspace.uuid) throw contradiction();
      return found !== undefined;
    },

    async findEnvironment(repository, nameOrUuid) {
      const path = `${pathOf(repository.workspace.uuid, repository.uuid)}/environments`;
      const byUuid = parseUuid(nameOrUuid);
      if (byUuid) {
        const found = await read(`${path}/${encodeURIComponent(byUuid)}`, environmentShape);
        if (found && found.uuid !== byUuid) throw contradiction();
        return found;
      }
      for await (const values of list(`${path}?pagelen=100`, environmentShape)) {
        const found = values?.find(({ name }) => name === nameOrUuid);
        if (found) return found;
      }
      return undefined;
    },

    async environmentNames(repository) {
      const path = `${pathOf(repository.workspace.uuid, repository.uuid)}/environments`;
      const names: string[] = [];
      for await (const values of list(`${path}?pagelen=100`, environmentShape)) {
        names.push(...(values ?? []).map(({ name }) => name));
      }
      return names;
    },

    async isRepositoryAdmin({ workspaceUuid, repositoryUuid }, account) {
      // Source: "List a repository permissions for a workspace": effective permissions, visible to repository admins
      // only.
      const [workspace, repository] = [workspaceUuid, repositoryUuid].map(encodeURIComponent);
      const query = new URLSearchParams({ q: 'permission="admin"', pagelen: '100' });
      const path = `/workspaces/${workspace}/permissions/repositories/${repository}?${query}`;
      try {
        for await (const values of list(path, permissionShape)) {
          if (!values) throw new PortError('Bitbucket', 'DENIED', 'Bitbucket does not show the repository.');
          if (holdsAdmin(values, repositoryUuid, account)) return true;
        }
        return false;
      } catch (error) {
        throw error instanceof PortError && error.code === 'DENIED' ? adminsUnknown(error) : error;
      }
    },

    async isOidcEnabled(workspaceSlug) {
      const path = `/workspaces/${encodeURIComponent(workspaceSlug)}/pipelines-config/identity/oidc/.well-known/openid-configuration`;
      const { status, json } = await get(path, false);
      if (status === 404) return false;
      if (status !== 200) throw refusal(status, json);
      return true;
    },
  };
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

/** The token without white space around it. One that no header can hold is refused here: the error of `fetch` would
 *  show it. */
async function presentableToken(token: () => Promise<string>): Promise<string> {
  const text = (await token()).trim();
  if (/^[!-~]+$/.test(text)) return text;
  throw new PortError('Bitbucket', 'DENIED', 'The access token for Bitbucket is empty or malformed.');
}

function toRepository(found: z.infer<typeof repositoryShape>, workspace: Workspace): Repository {
  const [, slug = ''] = found.full_name.split('/');
  const { uuid: repositoryUuid, full_name: fullName, project } = found;
  return {
    uuid: repositoryUuid,
    slug: found.slug ?? slug,
    fullName,
    workspace,
    ...(project ? { project: { key: project.key, uuid: project.uuid } } : {}),
  };
}

/** The path of a `next` link. The link must stay on the same API, so the credential is not sent elsewhere. */
function pathWithin(url: string, next: string): string {
  if (next.startsWith(`${url}/`)) return next.slice(url.length);
  throw unavailable("Bitbucket's next page is on another host.");
}

const isTimeout = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'TimeoutError';

const contradiction = (): PortError =>
  new PortError('Bitbucket', 'REJECTED', "Bitbucket's answer is not about the requested resource.");

const adminsUnknown = (cause: PortError): PortError =>
  new PortError(
    'Bitbucket',
    'DENIED',
    `${cause.message} It is unknown whether the caller has admin on the repository. Give the token admin on it, or switch access.repositoryAdmins off.`,
    { cause },
  );

const unavailable = (detail: string, cause?: unknown): PortError =>
  new PortError('Bitbucket', 'UNAVAILABLE', detail, { retryAfter: 5, cause });

/** The error of a 429. Bitbucket documents no `Retry-After`; if one is sent, in seconds, it is honoured. */
function toBusy(response: Response): PortError {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) && seconds >= 0 ? { retryAfter: Math.ceil(seconds) } : {};
  return response.status === 429
    ? new PortError('Bitbucket', 'THROTTLED', "Bitbucket's rate limit is reached.", retryAfter)
    : new PortError('Bitbucket', 'UNAVAILABLE', `Bitbucket answered ${response.status}.`, retryAfter);
}

const withRetryAfter = (failure: PortError): PortError =>
  failure.retryAfter !== undefined && failure.retryAfter > 0
    ? failure
    : new PortError(failure.system, failure.code, failure.message, {
        retryAfter: failure.code === 'THROTTLED' ? 60 : 5,
        cause: failure.cause,
      });

function toAnswer(status: number, text: string): Answer {
  try {
    return { status, json: JSON.parse(text) };
  } catch (cause) {
    if (status === 200) throw unavailable("Bitbucket's answer is not JSON.", cause);
    return { status, json: undefined };
  }
}

function refusal(status: number, json: unknown): PortError {
  if (status === 401 || status === 403) {
    const scopes = requiredScopes(json);
    const hint = scopes ? ` It needs the scopes ${scopes}.` : '';
    return new PortError(
      'Bitbucket',
      'DENIED',
      `Bitbucket refuses Rolewright's access token (${status}).${hint}`,
    );
  }
  return new PortError('Bitbucket', 'REJECTED', `Bitbucket answered ${status}.`);
}

/** Scope names are `read:repository:bitbucket` or `repository:admin`; no other text is shown. */
const scopeName = z.string().regex(/^[a-z:]{1,60}$/);
/** `error.detail` is documented as text; for a missing scope it is an object. */
const scopeShape = z.object({ error: z.object({ detail: z.object({ required: z.array(scopeName) }) }) });

const requiredScopes = (json: unknown): string | undefined =>
  scopeShape.safeParse(json).data?.error.detail.required.join(', ');
