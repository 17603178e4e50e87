import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { toResult } from '../http-answer.ts';
import { requestIdOf } from '../http-request.ts';
import { ProblemError, problemAnswer, problemKinds, toProblem } from '../problem-details.ts';
import { notTaken, type RoutePath } from './not-taken.ts';

/** What the fallback reports: one structured line for each refusal. */
export type FallbackPorts = { report(line: Record<string, unknown>): void };

/** Answers what needs no authentication: the health check, the API's document, and every path and method that no other
 *  function takes. It reads neither environment nor configuration, calls nothing, and loads the document with the first
 *  request that needs it. */
export const fallbackEndpoint =
  ({ report }: FallbackPorts) =>
  async (event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
    try {
      return await answerTo(event);
    } catch (error) {
      const requestId = requestIdOf(context);
      const found = toProblem(error);
      const { status } = problemKinds[found.code];
      report({ requestId, code: found.code, status, ...(status < 500 ? {} : { error: String(error) }) });
      const headers = error instanceof ProblemError ? error.headers : {};
      return toResult(problemAnswer(found, requestId, headers));
    }
  };

async function answerTo(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { method, path } = event.requestContext.http;
  if (method === 'GET' && path === '/healthz') return toResult({ status: 200, body: { status: 'ok' } });
  const { default: apiDocument } = await import('../../../docs/openapi.json', { with: { type: 'json' } });
  if (method === 'GET' && path === '/openapi.json') return toResult({ status: 200, body: apiDocument });
  throw notTaken(path, routesIn(apiDocument.paths));
}

/** The routes of the API, as its document has them. */
const routesIn = (paths: object): RoutePath[] =>
  Object.entries<object>(paths as Record<string, object>).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path })),
  );

/** Prints a refusal in the shape of the lines that the other functions' logger writes, without the logger. */
export const printRefusal: FallbackPorts['report'] = (line) => {
  const isFailure = Number(line.status) >= 500;
  const head = {
    level: isFailure ? 'ERROR' : 'INFO',
    message: isFailure ? 'request failed' : 'request refused',
    service: 'rolewright',
    timestamp: new Date().toISOString(),
  };
  console.log(JSON.stringify({ ...head, ...line }));
};
