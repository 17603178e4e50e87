import { type IncomingMessage, Server, type ServerResponse } from 'node:http';

// Preloaded into the local gateway, which would answer otherwise than API Gateway does with the configuration of
// `serverless.yml` in two ways:
// - It allows every origin all that it asks for. API Gateway adds the headers of the configuration, for the origins of the
//   configuration, and none without one; OPTIONS goes to the route that takes it (API Gateway Developer Guide, "Configure CORS
//   for HTTP APIs").
// - It parses JSON, and fails on bodies such as `false` and `0`. API Gateway hands every body on as text.
// The gateway decides both by these parsed headers; the functions get the headers as they came.

const JSON_TYPE = /^application\/(vnd\.api\+)?json\b/i;

/** Lambda's own API, on another port of the same process. */
const INVOCATION = /^\/\d{4}-\d{2}-\d{2}\//;

/** `provider.httpApi.cors` as it is deployed, or false. */
const cors:
  | false
  | (Record<'allowedOrigins' | 'allowedMethods' | 'allowedHeaders' | 'exposedResponseHeaders', string[]> & {
      maxAge: number;
    }) = JSON.parse(process.env.SANDBOX_CORS ?? 'false');

function prepare({ url = '/', headers, method }: IncomingMessage, response: ServerResponse): void {
  if (INVOCATION.test(url)) return;
  const { origin } = headers;
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  if (cors && origin !== undefined && cors.allowedOrigins.includes(origin))
    allow(response, origin, isPreflight);
  delete headers.origin;
  if (JSON_TYPE.test(headers['content-type'] ?? '')) headers['content-type'] = 'text/plain';
}

function allow(response: ServerResponse, origin: string, isPreflight: boolean): void {
  if (!cors) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', cors.exposedResponseHeaders.join(','));
  if (!isPreflight) return;
  response.setHeader('access-control-allow-methods', cors.allowedMethods.join(','));
  response.setHeader('access-control-allow-headers', cors.allowedHeaders.join(','));
  response.setHeader('access-control-max-age', String(cors.maxAge));
}

const emit = Server.prototype.emit as (this: Server, ...given: unknown[]) => boolean;
Server.prototype.emit = function emitPrepared(this: Server, ...given: unknown[]): boolean {
  if (given[0] === 'request') prepare(given[1] as IncomingMessage, given[2] as ServerResponse);
  return emit.apply(this, given);
};
