import type { IncomingHttpHeaders, OutgoingHttpHeader, Server } from 'node:http';
import { Readable } from 'node:stream';

/** One request to the engine: DynamoDB's JSON protocol without the socket. */
export type EngineRequest = { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer };

/** The engine's answer, ready to be written to a socket. */
export type EngineAnswer = { status: number; headers: Record<string, OutgoingHttpHeader>; body: string };

/** Runs one request; rejects once the engine is stopped. */
export type Engine = (request: EngineRequest) => Promise<EngineAnswer>;

type Handler = (request: object, response: object) => void;

/** Takes dynalite's request handler off its server and returns it as a function that is called in process, so a
 *  client that goes away halfway never reaches dynalite, which would crash on it. `stop` refuses further requests
 *  and returns when those under way are done: dynalite also crashes when its database closes under one. */
export function detachEngine(server: Server): { engine: Engine; stop(): Promise<void> } {
  const handlers = server.listeners('request') as Handler[];
  server.removeAllListeners('request');
  const underWay = new Set<Promise<EngineAnswer>>();
  let stopped = false;

  function handle({ method, url, headers, body }: EngineRequest): Promise<EngineAnswer> {
    return new Promise((resolve) => {
      const answer: EngineAnswer = { status: 200, headers: {}, body: '' };
      const response = {
        set statusCode(status: number) {
          answer.status = status;
        },
        setHeader(name: string, value: OutgoingHttpHeader) {
          answer.headers[name] = value;
        },
        end(text = '') {
          resolve({ ...answer, body: text });
        },
      };
      const request = Object.assign(Readable.from(body.length > 0 ? [body] : []), { method, url, headers });
      for (const handler of handlers) handler(request, response);
    });
  }

  return {
    async engine(request) {
      if (stopped) throw new Error('the database is closed');
      const answer = handle(request);
      underWay.add(answer);
      return answer.finally(() => underWay.delete(answer));
    },
    async stop() {
      stopped = true;
      await Promise.all(underWay);
    },
  };
}
