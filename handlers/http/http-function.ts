import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, Handler } from 'aws-lambda';
import type { TokenVerifier } from '../../adapters/tokens/verifier.ts';
import { problem } from '../../domain/shared/problem.ts';
import { type PlacedCore, refuseMisplaced } from '../invocation/placed.ts';
import { basePathFor, located, withoutBasePath } from '../invocation/public-address.ts';
import { authenticate } from './authentication.ts';
import { finished, type HttpAnswer, methodOf, toResult } from './http-answer.ts';
import { type HttpRequest, requestIdOf } from './http-request.ts';
import { ProblemError, problemAnswer, problemKinds, toProblem } from './problem-details.ts';
import { notTaken } from './routes/not-taken.ts';

/** A route of one function: the path as in `serverless.yml`, and what it does for an authenticated caller. */
export type Route = {
  method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  path: string;
  answer(request: HttpRequest): Promise<HttpAnswer>;
};

/** Milliseconds before the function's end at which a request is answered anyway. */
const EARLY_MS = 1000;

/** An HTTP function of a Lambda. */
export type HttpHandler = Handler<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;

/** Builds an HTTP function. The chain, from the outside: every failure becomes a problem document and none escapes; a
 *  request that would outlive the function is answered before it; nothing is done in another account or region than the
 *  configuration's; the caller is authenticated; the route answers. */
export function httpFunction(core: PlacedCore, verifier: TokenVerifier, given: Route[]): HttpHandler {
  const routes = given.flatMap(withHead);
  const router = httpRouter({
    routes: routes.map(({ method, path, answer }) => ({
      method,
      path,
      handler: async (event: APIGatewayProxyEventV2, context: Context) => {
        const caller = await authenticate(verifier, event);
        return toResult(await answer({ caller, event, requestId: requestIdOf(context) }));
      },
    })),
    notFoundResponse: ({ path }) => {
      throw notTaken(path, routes);
    },
  });
  return guarded(core, router as HttpHandler);
}

/** A route; behind a read, HEAD of the same path, which `finished` answers without the body. */
const withHead = (route: Route): Route[] =>
  route.method === 'GET' ? [route, { ...route, method: 'HEAD' }] : [route];

/** Wraps a handler so that no error and no time-out leaves it as anything but a problem document, and no answer without the
 *  request's id. */
export function guarded(core: PlacedCore, handler: HttpHandler): HttpHandler {
  const { logger } = core;
  const chain = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({
    timeoutEarlyInMillis: EARLY_MS,
    timeoutEarlyResponse: () => {
      throw new ProblemError(
        problem('UPSTREAM_UNAVAILABLE', 'The request took too long. Repeating it is safe.', {
          retryAfter: 5,
        }),
      );
    },
  });
  chain.before(({ context }) => refuseMisplaced(core, context));
  chain.onError((request) => {
    const { error, context } = request;
    const found = toProblem(error);
    const requestId = requestIdOf(context);
    const { status } = problemKinds[found.code];
    const line = { requestId, code: found.code, status };
    if (status >= 500) logger.error('request failed', { ...line, error: error as Error });
    else logger.info('request refused', { ...line, ...(error instanceof ProblemError ? error.logged : {}) });
    const headers = error instanceof ProblemError ? error.headers : {};
    request.response = toResult(problemAnswer(found, requestId, headers));
  });
  const answered = chain.handler(handler as never) as unknown as HttpHandler;
  // Two parameters: Lambda's runtime for Node 24 refuses a handler that takes a callback.
  const address = core.environment?.publicAddress;
  return async (given, context) => {
    const event = withoutBasePath(given, address);
    const result = (await answered(event, context, () => {})) as APIGatewayProxyStructuredResultV2;
    return finished(located(result, basePathFor(event, address)), {
      method: methodOf(event),
      requestId: requestIdOf(context),
    });
  };
}
