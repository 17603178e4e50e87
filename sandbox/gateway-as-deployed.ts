import { type IncomingMessage, Server } from 'node:http';

// Preloaded into the local gateway, which would answer otherwise than API Gateway does with the configuration of
// `serverless.yml` in two ways:
// - It allows every origin all that it asks for, with credentials. An HTTP API without `cors` gives no such header and has
//   OPTIONS answered by the route that takes it (API Gateway Developer Guide, "Configure CORS for HTTP APIs").
// - It parses JSON, and fails on bodies such as `false` and `0`. API Gateway hands every body on as text.
// The gateway decides both by these parsed headers; the functions get the headers as they came.

const JSON_TYPE = /^application\/(vnd\.api\+)?json\b/i;

/** Lambda's own API, on another port of the same process. */
const INVOCATION = /^\/\d{4}-\d{2}-\d{2}\//;

function prepare({ url = '/', headers }: IncomingMessage): void {
  if (INVOCATION.test(url)) return;
  delete headers.origin;
  if (JSON_TYPE.test(headers['content-type'] ?? '')) headers['content-type'] = 'text/plain';
}

const emit = Server.prototype.emit as (this: Server, ...given: unknown[]) => boolean;
Server.prototype.emit = function emitPrepared(this: Server, ...given: unknown[]): boolean {
  if (given[0] === 'request') prepare(given[1] as IncomingMessage);
  return emit.apply(this, given);
};
