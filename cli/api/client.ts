import * as z from 'zod';
import { CommandFailure } from '../command.ts';
import { plainText } from '../plain-text.ts';
import type { Session } from './session.ts';

/** Milliseconds that a call may take: API Gateway's limit is 30 s. */
const API_TIMEOUT_MS = 35_000;

/** A call of the API. What is undefined in the query is left out. */
export type ApiCall = {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  accept?: string;
};

/** An answer that is no refusal: its JSON, or its text where another type was asked for. */
export type ApiAnswer = { status: number; json: unknown; text: string };

/** Calls the API of a session. */
export type Api = (call: ApiCall) => Promise<ApiAnswer>;

const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.looseObject({ pointer: z.string(), detail: z.string() })).optional(),
});

/** The API of a session. Throws `CommandFailure`: 1 for what is refused, 3 for what does not answer, is too busy, or does not
 *  answer as Rolewright does. The token goes to the session's origin and nowhere else. */
export const apiOf = ({ origin, token }: Session): Api => {
  return async ({ method, path, query = {}, body, accept = 'application/json' }) => {
    const url = new URL(`${origin}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const response = await fetch(url, {
      method,
      redirect: 'error',
      headers: {
        accept,
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(API_TIMEOUT_MS),
    }).catch((error: Error) => {
      throw unreachable(origin, error);
    });
    const text = await response.text().catch((error: Error) => {
      throw unreachable(origin, error);
    });
    const json = parsed(text);
    if (response.ok && isAsAsked(response, accept, json)) {
      return { status: response.status, json, text };
    }
    throw refusalOf(origin, response, json);
  };
};

/** Whether an answer is of the type that was asked for, and not a proxy's page. */
const isAsAsked = ({ headers }: Response, accept: string, json: unknown): boolean =>
  accept === 'application/json'
    ? json !== undefined
    : (headers.get('content-type') ?? '').toLowerCase().startsWith(accept);

/** Asks an address for nothing but whether it is an API, before anybody logs in for it. Throws `CommandFailure`. */
export async function expectApi(origin: string): Promise<void> {
  const response = await fetch(`${origin}/healthz`, {
    redirect: 'error',
    signal: AbortSignal.timeout(API_TIMEOUT_MS),
  }).catch((error: Error) => {
    throw unreachable(origin, error);
  });
  const json = parsed(await response.text().catch(() => ''));
  if (!response.ok || !z.looseObject({ status: z.literal('ok') }).safeParse(json).success) {
    throw refusalOf(origin, response, undefined);
  }
}

/** No answer came. */
function unreachable(origin: string, error: Error): CommandFailure {
  const { message, code } = (error.cause ?? error) as NodeJS.ErrnoException;
  const why = error.name === 'TimeoutError' ? 'no answer in time' : plainText(code ?? message);
  return new CommandFailure(
    3,
    `${plainText(origin)} cannot be reached (${why}): check the address and your network, and try again.`,
  );
}

function refusalOf(origin: string, { status, headers }: Response, json: unknown): CommandFailure {
  const problem = problemSchema.safeParse(json).data;
  const shown = plainText(origin);
  if (!problem) {
    const message = `${shown} answered ${status}, and not as Rolewright does: check that it is the address of the API.`;
    return new CommandFailure(3, message);
  }
  const { code, detail, errors = [] } = problem;
  const wait = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  const lines = [
    `${plainText(code)}: ${plainText(detail)}`,
    ...errors.map((one) => `  ${plainText(one.pointer || '/')} ${plainText(one.detail)}`),
    ...(status === 401 ? [`Run rolewright login ${shown} if the login has expired.`] : []),
    ...(wait === undefined ? [] : [`Try again in ${wait} s.`]),
    ...(status >= 500 ? [`Request ${plainText(headers.get('x-request-id') ?? 'unknown')}`] : []),
  ];
  return new CommandFailure([429, 503, 504].includes(status) ? 3 : 1, lines.join('\n'), json);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An answer in the shape that a command shows. One in another shape is of a version that this command line does not know. */
export function readAs<T>(schema: z.ZodType<T>, { json }: Pick<ApiAnswer, 'json'>): T {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  throw new CommandFailure(
    3,
    'The API answered in a form that this version does not know: update rolewright, or use --json.',
  );
}
