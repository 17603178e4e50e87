import * as z from 'zod';
import { RepositoryNotShown } from '../../domain/bitbucket/port.ts';
import { PortError } from '../../domain/shared/port-error.ts';

/** Bitbucket's answer to one call. `json` is undefined where the body is not JSON. */
export type Answer = { status: number; json: unknown; headers: Headers };

/** A failure after which another attempt may help. */
export const unavailable = (detail: string, cause?: unknown): PortError =>
  new PortError('Bitbucket', 'UNAVAILABLE', detail, { retryAfter: 5, cause });

/** An answer about something that was not asked for. */
export const contradiction = (): PortError =>
  new PortError('Bitbucket', 'REJECTED', "Bitbucket's answer is not about the requested resource.");

/** Whose credential failed: the workspace's slug, and where an administrator finds its credentials. */
export type Owner = { slug: string; place: string };

/** A failure that lasts until an administrator stores another credential: what can wait is tried again then. */
const untilStored = (detail: string): PortError =>
  new PortError('Bitbucket', 'DENIED', detail, { retryAfter: CREDENTIAL_SECONDS });

/** Seconds after which to look whether another credential is stored. Our choice: as often as functions read it again. */
const CREDENTIAL_SECONDS = 300;

/** Bitbucket does not know the credential: wrong, expired or revoked. */
export const notAccepted = ({ slug, place }: Owner, what: string): PortError =>
  untilStored(
    `Bitbucket does not accept the ${what} of workspace ${slug}. Have an administrator store a valid one in ${place}.`,
  );

/** Bitbucket knows the credential, and refuses the call. */
export function notAllowed({ slug, place }: Owner, what: string, json: unknown): PortError {
  const scopes = requiredScopes(json);
  const needs = scopes
    ? `the scopes ${scopes}`
    : 'scopes repository and pipeline, and access to the repository';
  const detail = `Bitbucket refuses the ${what} of workspace ${slug} (403). It needs ${needs}. Have an administrator correct ${place}.`;
  return new PortError('Bitbucket', 'DENIED', detail);
}

/** The credential could change something in Bitbucket, which none of the functions may. */
export function mayChange({ slug, place }: Owner, what: string, scopes: readonly string[]): PortError {
  const detail = `The ${what} of workspace ${slug} is refused, because it may change things in Bitbucket: ${scopes.join(', ')}. Have an administrator store one that only reads in ${place}.`;
  return untilStored(detail);
}

/** The parameter cannot be used. `faults` name fields and rules, never values. */
export const malformed = ({ slug, place }: Owner, faults: readonly string[]): PortError =>
  untilStored(
    `The credential of workspace ${slug} is malformed: ${faults.map((fault) => fault.trim()).join('; ')}. Have an administrator correct ${place}.`,
  );

/** Credentials of which none sees the whole workspace do not show a repository. */
export const notShownByParts = ({ slug, place }: Owner): RepositoryNotShown =>
  new RepositoryNotShown(
    `None of the credentials of workspace ${slug} shows a repository of this name, and none sees the whole workspace, so this is no proof of its absence. Check the name. If it is right, have an administrator add a credential of the repository or of its project to ${place}.`,
  );

/** None of the credentials sees the whole workspace, so its repositories cannot be listed. */
export const notWhole = ({ slug, place }: Owner): PortError =>
  new PortError(
    'Bitbucket',
    'DENIED',
    `None of the credentials of workspace ${slug} sees the whole workspace, so its repositories cannot be listed. Have an administrator add one that does to ${place}.`,
  );

/** The credentials show nothing of the workspace. */
export const blind = ({ slug, place }: Owner): PortError =>
  untilStored(
    `The credentials of workspace ${slug} show none of its repositories: they are of another workspace, or were given no repository. Have an administrator store one of this workspace in ${place}.`,
  );

/** The error of a 429 or 5xx. Bitbucket documents no `Retry-After`; if one is sent, in seconds, it is honoured. */
export function toBusy({ status, headers }: Pick<Answer, 'status' | 'headers'>): PortError {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) && seconds >= 0 ? { retryAfter: Math.ceil(seconds) } : {};
  return status === 429
    ? new PortError('Bitbucket', 'THROTTLED', "Bitbucket's rate limit is reached.", retryAfter)
    : new PortError('Bitbucket', 'UNAVAILABLE', `Bitbucket answered ${status}.`, retryAfter);
}

/** The same failure with a time to wait, where it has none. */
export const withRetryAfter = (failure: PortError): PortError =>
  failure.retryAfter !== undefined && failure.retryAfter > 0
    ? failure
    : new PortError(failure.system, failure.code, failure.message, {
        retryAfter: failure.code === 'THROTTLED' ? 60 : 5,
        cause: failure.cause,
      });

/** Any other answer than was hoped for. */
export const rejected = (status: number): PortError =>
  new PortError('Bitbucket', 'REJECTED', `Bitbucket answered ${status}.`);

const errorShape = z.object({ type: z.literal('error') });

/** True for Bitbucket's own "not found"; a 404 of anything else proves nothing. */
export const isAbsence = ({ status, json }: Answer): boolean =>
  status === 404 && errorShape.safeParse(json).success;

/** Scope names are `read:repository:bitbucket` or `repository:admin`; no other text is shown. */
const scopeName = z.string().regex(/^[a-z:]{1,60}$/);
/** `error.detail` is documented as text; for a missing scope it is an object. */
const scopeShape = z.object({ error: z.object({ detail: z.object({ required: z.array(scopeName) }) }) });

const requiredScopes = (json: unknown): string | undefined =>
  scopeShape.safeParse(json).data?.error.detail.required.join(', ');
