import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { sealedCursors } from '../../../adapters/tokens/sealed-cursor.ts';
import type { Clock } from '../../../domain/shared/clock.ts';
import type { Caller } from '../../../domain/shared/principal.ts';
import { problem } from '../../../domain/shared/problem.ts';
import { fail, ok } from '../../../domain/shared/result.ts';
import type { CursorPorts } from '../../../handlers/http/cursor-binding.ts';
import { guarded, type HttpHandler, httpFunction, type Route } from '../../../handlers/http/http-function.ts';
import { checkContract } from '../e2e/contract.ts';
import type { Json, Reply } from '../e2e/http.ts';

/** What a test sends. `as` names one of the callers; without it no token is sent. */
export type Call = { as?: string; json?: unknown; body?: string; headers?: Record<string, string> };

/** One log line: its level, its message, and what came with it. */
export type Line = { level: 'info' | 'warn' | 'error'; message: string; more: unknown };

export const REQUEST_ID = 'request-of-this-test';
const context = { awsRequestId: REQUEST_ID, getRemainingTimeInMillis: () => 28_000 } as Context;

/** Calls what a function of the API serves, in this process. Every answer is held to its operation. */
export type Served = {
  send(method: string, path: string, call?: Call): Promise<Reply>;
  lines: Line[];
};

const logOf = (lines: Line[]) =>
  Object.fromEntries(
    (['info', 'warn', 'error'] as const).map((level) => [
      level,
      (message: string, more: unknown) => lines.push({ level, message, more }),
    ]),
  ) as never;

/** What the chain of an HTTP function needs besides its routes; its log goes to `lines`. */
export const coreOf = (lines: Line[]) => ({ logger: logOf(lines), configuration: { accounts: [] } });

/** Routes behind the whole chain of an HTTP function, for callers whose tokens are their names. */
export function serveRoutes(routes: Route[], callers: Record<string, Caller>): Served {
  const lines: Line[] = [];
  const verify = async (token: string) => {
    const caller = callers[token];
    return caller ? ok(caller) : fail(problem('UNAUTHENTICATED', 'The token is of no trusted issuer.'));
  };
  const originOf = () => ({ issuer: 'https://other.example', known: ['https://login.acme.example'] });
  return { send: sender(httpFunction(coreOf(lines), { verify, originOf }, routes)), lines };
}

/** An endpoint without callers, guarded as its function guards it. */
export function serveEndpoint(endpoint: HttpHandler): Served {
  const lines: Line[] = [];
  return { send: sender(guarded(coreOf(lines), endpoint)), lines };
}

/** A whole function that answers its own failures. */
export const serveFunction = (handler: HttpHandler): Pick<Served, 'send'> => ({ send: sender(handler) });

const sender =
  (handler: HttpHandler): Served['send'] =>
  async (method, target, { as, json, body, headers } = {}) => {
    const [path = '', query = ''] = target.split('?');
    const event = {
      version: '2.0',
      rawPath: path,
      rawQueryString: query,
      headers: {
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...headers,
      },
      requestContext: { http: { method, path } },
      body: body ?? (json === undefined ? undefined : JSON.stringify(json)),
      isBase64Encoded: false,
    } as unknown as APIGatewayProxyEventV2;
    const answer = (await handler(event, context, () => {})) as APIGatewayProxyStructuredResultV2;
    const text = answer.body ?? '';
    const given = Object.entries(answer.headers ?? {}).map(
      ([name, value]) => [name, String(value)] as [string, string],
    );
    const status = answer.statusCode ?? 0;
    const reply = { status, headers: new Headers(given), text, json: objectIn(text) };
    checkContract(method, target, reply);
    return reply;
  };

function objectIn(text: string): Json {
  return text.startsWith('{') && !text.trimEnd().includes('}\n{') ? (JSON.parse(text) as Json) : {};
}

/** What lists seal their cursors with: a key of one test run, on the clock of the test. */
export const testCursors = (clock: Pick<Clock, 'now'>): CursorPorts => ({
  cursors: sealedCursors(async () => [Buffer.alloc(32, 7)], clock),
  stage: 'test-grants',
});
