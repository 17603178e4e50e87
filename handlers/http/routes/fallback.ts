import apiDocument from '../../../docs/openapi.json' with { type: 'json' };
import { toResult } from '../http-answer.ts';
import { type HttpHandler, notTaken, type Route } from '../http-function.ts';

/** The routes of the API, as its document has them. */
const routes = Object.entries<object>(apiDocument.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => ({ method: method.toUpperCase() as Route['method'], path })),
);

/** Answers what needs no authentication: the health check, the API's document, and every path and method that no other
 *  function takes. */
export const fallbackEndpoint: HttpHandler = async (event) => {
  const { method, path } = event.requestContext.http;
  if (method === 'GET' && path === '/healthz') return toResult({ status: 200, body: { status: 'ok' } });
  if (method === 'GET' && path === '/openapi.json') return toResult({ status: 200, body: apiDocument });
  throw notTaken(path, routes);
};
