import { PortError } from '../../domain/shared/port-error.ts';
import { type FieldError, type Problem, type ProblemCode, problem } from '../../domain/shared/problem.ts';
import type { Result } from '../../domain/shared/result.ts';
import type { HttpAnswer } from './http-answer.ts';
import { detailOf } from './wording.ts';

/** Status and title of every problem code; a new code does not compile until it is listed here. */
export const problemKinds = {
  REQUEST_INVALID: { status: 400, title: 'The request is not valid' },
  UNAUTHENTICATED: { status: 401, title: 'The caller is not authenticated' },
  DENIED: { status: 403, title: 'The caller may not do this' },
  PERSON_REQUIRED: { status: 403, title: 'Only a person may do this' },
  NOT_OWNED: { status: 403, title: 'The repository does not own these resource names' },
  REPOSITORY_NOT_FOUND: { status: 404, title: 'The repository was not found' },
  ENVIRONMENT_NOT_FOUND: { status: 404, title: 'There is no such deployment environment' },
  TEMPLATE_NOT_FOUND: { status: 404, title: 'There is no such template' },
  ACCOUNT_NOT_FOUND: { status: 404, title: 'There is no such account' },
  WORKSPACE_NOT_CONFIGURED: { status: 404, title: 'The workspace is not configured' },
  GRANT_NOT_FOUND: { status: 404, title: 'There is no such grant' },
  ROUTE_NOT_FOUND: { status: 404, title: 'There is no such route' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The route does not support this method' },
  NOT_ACCEPTABLE: { status: 406, title: 'The route does not answer in this media type' },
  CONFLICT: { status: 409, title: 'The state of the grant does not allow this now' },
  ROLE_NAME_TAKEN: { status: 409, title: 'The name of the role is taken' },
  PROVIDER_UNUSABLE: { status: 409, title: 'The identity provider cannot be used' },
  OIDC_NOT_ENABLED: { status: 409, title: 'OpenID Connect is not enabled in the workspace' },
  PLAN_CHANGED: { status: 409, title: 'The plan has changed' },
  QUOTA_EXCEEDED: { status: 409, title: 'A limit is reached' },
  FROZEN: { status: 409, title: 'Nothing is granted while this is frozen or held' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, title: 'The media type is not supported' },
  PARAMETERS_INVALID: { status: 422, title: 'The parameters do not fit the template' },
  LIFETIME_REQUIRED: { status: 422, title: 'The grant must have an end' },
  LIFETIME_TOO_LONG: { status: 422, title: 'The lifetime is too long' },
  REASON_REQUIRED: { status: 422, title: 'The request must have a reason' },
  GUARDRAIL_VIOLATED: { status: 422, title: 'The policy breaks a guardrail' },
  POLICY_TOO_LARGE: { status: 422, title: 'The policy is too large for IAM' },
  THROTTLED: { status: 429, title: 'Too many requests' },
  INTERNAL: { status: 500, title: 'Rolewright failed' },
  UPSTREAM_FAILED: { status: 502, title: 'A system that Rolewright depends on refused' },
  ACCOUNT_UNREACHABLE: { status: 503, title: 'An AWS account cannot be reached' },
  UPSTREAM_UNAVAILABLE: { status: 503, title: 'A system that Rolewright depends on cannot be reached' },
} as const satisfies Record<ProblemCode, { status: number; title: string }>;

/** Carries a problem out of a route. `logged` stands in the log's line, and is no part of the answer. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly headers: Record<string, string>;
  readonly logged: Record<string, unknown>;

  constructor(cause: Problem, headers: Record<string, string> = {}, logged: Record<string, unknown> = {}) {
    super(cause.detail);
    this.name = 'ProblemError';
    this.problem = cause;
    this.headers = headers;
    this.logged = logged;
  }
}

/** The value of a result; its problem is thrown to the edge of the chain, where it becomes the answer. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ProblemError(result.problem);
}

/** Seconds after which to try again when the other system has not said it. */
const DEFAULT_RETRY_AFTER = 5;

/** The problem that anything thrown is answered with. What is not known is `INTERNAL`, with nothing of its text. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof PortError) {
    const isRefusal = error.code === 'DENIED' || error.code === 'REJECTED';
    return isRefusal
      ? problem(error.problemCode ?? 'UPSTREAM_FAILED', error.message)
      : problem('UPSTREAM_UNAVAILABLE', error.message, {
          retryAfter: error.retryAfter ?? DEFAULT_RETRY_AFTER,
        });
  }
  return problem(
    'INTERNAL',
    'Give the id in "instance" to the operators of Rolewright, who can find the cause in the logs.',
  );
}

/** The members of a problem document; `problemSchema` describes them. */
type ProblemDocument = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  instance: string;
  errors?: FieldError[];
};

/** A problem as an RFC 9457 answer. `instance` is the request's id. */
export function problemAnswer(
  cause: Problem,
  requestId: string,
  headers: Record<string, string> = {},
): HttpAnswer & { body: ProblemDocument } {
  const { code, errors, retryAfter } = cause;
  const { status, title } = problemKinds[code];
  const wait = retryAfter ?? (status === 503 ? DEFAULT_RETRY_AFTER : undefined);
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(wait === undefined ? {} : { 'retry-after': String(wait) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...headers,
    },
    body: {
      type: `urn:rolewright:problem:${code.toLowerCase().replaceAll('_', '-')}`,
      title,
      status,
      detail: detailOf(cause),
      code,
      instance: requestId,
      ...(errors && errors.length > 0 ? { errors } : {}),
    },
  };
}
