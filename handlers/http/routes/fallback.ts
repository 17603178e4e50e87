import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { basePathFor, type PublicAddress, withoutBasePath } from '../../invocation/public-address.ts';
import { finished, methodOf, toResult } from '../http-answer.ts';
import { headerOf, requestIdOf } from '../http-request.ts';
import { conditionalAnswer } from '../negotiation/conditional-answer.ts';
import { ProblemError, problemAnswer, problemKinds, toProblem } from '../problem-details.ts';
import { notTaken, type RoutePath } from './not-taken.ts';

/** What the fallback reports: one structured line for each refusal. */
export type FallbackPorts = {
  report(line: Record<string, unknown>): void;
  /** The API's address at a domain of its own, if it has one. */
  address: PublicAddress | undefined;
};

/** Answers what needs no authentication: the health check, the API's document, and every path and method that no other
 *  function takes. It reads no configuration, calls nothing, and loads the document with the first
 *  request that needs it. */
export const fallbackEndpoint =
  ({ report, address }: FallbackPorts) =>
  async (given: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
    const event = withoutBasePath(given, address);
    const requestId = requestIdOf(context);
    const answered = { method: methodOf(event), requestId };
    try {
      return finished(await answerTo(event, basePathFor(event, address)), answered);
    } catch (error) {
      const found = toProblem(error);
      const { status } = problemKinds[found.code];
      report({ requestId, code: found.code, status, ...(status < 500 ? {} : { error: String(error) }) });
      const headers = error instanceof ProblemError ? error.headers : {};
      return finished(toResult(problemAnswer(found, requestId, headers)), answered);
    }
  };

async function answerTo(
  event: APIGatewayProxyEventV2,
  basePath: string,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { path } = event.requestContext.http;
  const isRead = ['GET', 'HEAD'].includes(methodOf(event));
  if (isRead && path === '/healthz') return toResult({ status: 200, body: { status: 'ok' } });
  const { default: apiDocument } = await import('../../../docs/openapi.json', { with: { type: 'json' } });
  if (isRead && path === '/openapi.json') {
    const servers = apiDocument.servers.map((server) => ({ ...server, url: basePath || server.url }));
    return toResult(conditionalAnswer(event, { status: 200, body: { ...apiDocument, servers } }));
  }
  const refusal = notTaken(path, routesIn(apiDocument.paths));
  if (isPreflight(event) && refusal.headers.allow !== undefined) {
    return toResult({ status: 204, headers: { allow: refusal.headers.allow }, body: undefined });
  }
  throw refusal;
}

/** True for a browser's question whether a web page may call the API. API Gateway adds the answer to that, by the
 *  configuration; the status must not be an error (Fetch standard, CORS-preflight fetch). */
const isPreflight = (event: APIGatewayProxyEventV2): boolean =>
  methodOf(event) === 'OPTIONS' &&
  headerOf(event, 'origin') !== undefined &&
  headerOf(event, 'access-control-request-method') !== undefined;

/** The routes of the API, as its document has them; each GET is answered to HEAD, too. */
const routesIn = (paths: object): RoutePath[] =>
  Object.entries<object>(paths as Record<string, object>).flatMap(([path, operations]) =>
    Object.keys(operations)
      .flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
      .map((method) => ({ method, path })),
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
