import type { z } from 'zod';
import { didYouMean } from './suggestion.ts';

/** Every code that a caller can receive: stable, part of the public contract. Each endpoint words them in its
 *  own terms. */
export const problemCodes = [
  'REQUEST_INVALID',
  'UNAUTHENTICATED',
  'DENIED',
  'PERSON_REQUIRED',
  'NOT_OWNED',
  'REPOSITORY_NOT_FOUND',
  'ENVIRONMENT_NOT_FOUND',
  'TEMPLATE_NOT_FOUND',
  'ACCOUNT_NOT_FOUND',
  'WORKSPACE_NOT_CONFIGURED',
  'GRANT_NOT_FOUND',
  'ROUTE_NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'NOT_ACCEPTABLE',
  'CONFLICT',
  'ROLE_NAME_TAKEN',
  'PROVIDER_UNUSABLE',
  'OIDC_NOT_ENABLED',
  'PLAN_CHANGED',
  'QUOTA_EXCEEDED',
  'FROZEN',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
  'PARAMETERS_INVALID',
  'LIFETIME_REQUIRED',
  'LIFETIME_TOO_LONG',
  'REASON_REQUIRED',
  'GUARDRAIL_VIOLATED',
  'POLICY_TOO_LARGE',
  'THROTTLED',
  'ACCOUNT_UNREACHABLE',
  'UPSTREAM_FAILED',
  'UPSTREAM_UNAVAILABLE',
  'INTERNAL',
] as const;

/** See `problemCodes`. */
export type ProblemCode = (typeof problemCodes)[number];

/** One faulty field. `pointer` is an RFC 6901 JSON pointer into the request, e.g. `/parameters/bucket`. */
export type FieldError = { pointer: string; detail: string };

/** Where a caller finds what a problem is about. Each endpoint names it in its own terms. */
export type Reference = { of: 'templates' } | { of: 'template'; name: string };

/** Why a request cannot be done, in words meant for the caller: says what to do, holds no secret, no policy text.
 *  `retryAfter` in seconds. */
export type Problem = {
  code: ProblemCode;
  detail: string;
  errors?: FieldError[];
  retryAfter?: number;
  see?: Reference;
};

/** A problem from its parts; leaves empty parts out. */
export function problem(
  code: ProblemCode,
  detail: string,
  more: Omit<Problem, 'code' | 'detail'> = {},
): Problem {
  return { code, detail, ...more };
}

/** A JSON pointer (RFC 6901) from a path, e.g. `['parameters', 'a/b']` → `/parameters/a~1b`. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** What a field that a schema does not know is refused with. */
const UNKNOWN_FIELD = 'is not a known field';

/** Field errors of which those about unknown fields at the top name the known field that was probably meant. */
export const withMeantFields = (errors: readonly FieldError[], known: readonly string[]): FieldError[] =>
  errors.map((error) => {
    const name = /^\/([^/~]+)$/.exec(error.pointer)?.[1];
    const meant = error.detail === UNKNOWN_FIELD && name !== undefined ? didYouMean(name, known) : '';
    return meant === '' ? error : { ...error, detail: `${UNKNOWN_FIELD}.${meant}` };
  });

/** Every issue of a zod error as a field error; an unknown key is named by its own pointer. */
export function toFieldErrors(error: z.ZodError, prefix: readonly PropertyKey[] = []): FieldError[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: toPointer([...prefix, ...issue.path, key]),
          detail: UNKNOWN_FIELD,
        }))
      : [{ pointer: toPointer([...prefix, ...issue.path]), detail: issue.message }],
  );
}
