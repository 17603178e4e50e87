import type * as z from 'zod';
import type { ProblemCode } from '../../../domain/shared/problem.ts';

/** One success of an operation. `schema` is of the JSON body; `lines`, where the caller may ask for NDJSON instead, of each
 *  line. Without both the body is empty. */
export type Success = {
  description: string;
  schema?: z.ZodType;
  lines?: z.ZodType;
  /** Text that the caller may ask for instead of the body, by its media type. */
  text?: { type: string; description: string };
  /** Set where there may be no body at all. */
  mayBeEmpty?: true;
  /** Headers by name, each with what it holds. */
  headers?: Record<string, string>;
};

/** One route: all that it takes and gives. The functions parse requests by it and are typed by it, the tests hold every
 *  response to it, and `docs/openapi.json` is generated from it; nothing else says what a route is. */
export type Operation = {
  /** A verb and a noun, unique: `requestGrant`. */
  id: string;
  /** Each GET is answered to HEAD, too. */
  method: 'GET' | 'POST' | 'DELETE';
  /** As in `serverless.yml`. */
  path: string;
  summary: string;
  description?: string;
  /** `caller`: a bearer token. `open`: nothing. `bitbucket`, `slack`: a signature over the body. */
  access: 'caller' | 'open' | 'bitbucket' | 'slack';
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Set where the body may be left out, which is as an empty object. */
  bodyIsOptional?: true;
  /** The body's media type where it is not JSON. */
  bodyType?: string;
  /** Set where the answer changes with a deployment only: it has an `ETag`, and `If-None-Match` is answered with 304. */
  isConditional?: true;
  /** By status. */
  successes: Partial<Record<200 | 201 | 202 | 204, Success>>;
  /** Codes that are its own; `commonProblems` are every operation's. */
  problems: readonly ProblemCode[];
  /** A request that works on the seed of the sandbox, and what it is answered with there. */
  example: { path?: Record<string, string>; query?: Record<string, string>; body?: unknown; status: number };
};

/** The codes that every operation of this access can be answered with. */
export function commonProblems({ access }: Pick<Operation, 'access'>): readonly ProblemCode[] {
  if (access === 'open') return ['THROTTLED', 'INTERNAL'];
  return [
    'REQUEST_INVALID',
    'UNAUTHENTICATED',
    'THROTTLED',
    'INTERNAL',
    'UPSTREAM_FAILED',
    'UPSTREAM_UNAVAILABLE',
    'ACCOUNT_UNREACHABLE',
  ];
}

/** The codes of everything that takes a body. */
export const bodyProblems = ['BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'] as const satisfies ProblemCode[];
