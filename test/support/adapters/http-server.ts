import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One answer. An object as `body` is sent as JSON. `cutAfter`: the connection breaks after so many bytes of the body.
 *  `drop`: it breaks before any. `stall`: the body's second half never comes. */
export type Reply = {
  status?: number;
  headers?: Record<string, string>;
  body?: string | object;
  cutAfter?: number;
  drop?: boolean;
  stall?: boolean;
};

/** What a client sent. */
export type SeenRequest = { method: string; path: string; headers: IncomingHttpHeaders; body: string };

/** A server that answers what a test tells it to. */
export type ScriptedServer = {
  url: string;
  requests: SeenRequest[];
  /** The answers to come, in order; the last one is given to every further request. */
  script(...replies: Reply[]): void;
  close(): Promise<void>;
};

function send(response: ServerResponse, reply: Reply): void {
  if (reply.drop) {
    response.destroy();
    return;
  }
  const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
  response.writeHead(reply.status ?? 200, {
    'content-type': typeof reply.body === 'string' ? 'text/html' : 'application/json',
    'content-length': Buffer.byteLength(body),
    ...reply.headers,
  });
  if (reply.stall) response.write(body.slice(0, body.length / 2));
  else if (reply.cutAfter === undefined) response.end(body);
  else response.write(body.slice(0, reply.cutAfter), () => response.destroy());
}

/** Starts a scripted server on a free port; it answers `{}` until it is told otherwise. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  let replies: Reply[] = [{}];
  const requests: SeenRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    const [reply = {}, ...later] = replies;
    if (later.length > 0) replies = later;
    requests.push({ method, path, headers, body: await text(incoming) });
    send(response, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script(...next) {
      replies = next;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
