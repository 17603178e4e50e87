import { randomInt } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

/** Listens on 127.0.0.1; 0 chooses a free port. Returns the port. Rejects when the port is taken. */
export function listenLocally(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Stops listening and ends open connections at once. */
export function closeServer(server: HttpServer): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

/** Ports outside of every system's ephemeral range, so no outgoing connection uses them. That range begins at 32 768 on
 *  Linux, at 49 152 elsewhere. */
const OWN_PORTS = { from: 20_000, to: 32_000 };
const MOST_ATTEMPTS = 50;

/** A port that is free now, for a process that needs its port as an argument. It is chosen at random, so that two
 *  concurrent callers rarely choose the same. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const server = createServer();
    try {
      const port = await listenLocally(server, randomInt(OWN_PORTS.from, OWN_PORTS.to));
      await closeServer(server);
      return port;
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error;
    }
  }
}
