import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import dynalite from 'dynalite';
import { closeServer, listenLocally } from '../http/local-server.ts';
import { detachEngine } from './engine.ts';
import { lockFolder } from './folder-lock.ts';
import { dynamodbProxy } from './proxy.ts';

export { createTables } from './tables.ts';

/** A running endpoint. `close` ends open connections and returns once the data is on disk and the folder free. */
export type DynamodbSandbox = { url: string; port: number; close(): Promise<void> };

/** Milliseconds that a table stays in a state on its way to another. */
const AT_ONCE = { createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 };

/** Starts the local DynamoDB on 127.0.0.1: dynalite, the PartiQL `INSERT`, and the `/sandbox/…` endpoints.
 *
 *  `port`: 0 chooses a free one. `dir`: the data lives in `<dir>/dynamodb` and survives any end of the process;
 *  without it, in memory. `now`: milliseconds since the epoch for the lag of indexes, default the clock. Errors: `another sandbox is running in <dir>`; the port is taken. */
export async function startDynamodbSandbox(options: {
  port: number;
  dir?: string;
  now?: () => number;
}): Promise<DynamodbSandbox> {
  const { dir } = options;
  const lock = dir === undefined ? undefined : await lockFolder(dir);
  const server = dynalite({ ...(dir === undefined ? {} : { path: join(dir, 'dynamodb') }), ...AT_ONCE });
  const { engine, stop } = detachEngine(server);
  const replica = detachEngine(dynalite(AT_ONCE));
  const answer = dynamodbProxy({ engine, replica: replica.engine, now: options.now ?? Date.now });

  server.on('request', async (incoming, response) => {
    try {
      const { method = 'GET', url = '/', headers } = incoming;
      const answered = await answer({ method, url, headers, body: await buffer(incoming) });
      if (answered) response.writeHead(answered.status, answered.headers).end(answered.body);
      else response.destroy();
    } catch {
      response.destroy();
    }
  });

  async function close(): Promise<void> {
    await Promise.all([stop(), replica.stop()]);
    await closeServer(server);
    await lock?.release();
  }

  let port: number;
  try {
    port = await listenLocally(server, options.port);
  } catch (error) {
    await listenLocally(server, 0); // dynalite closes its database only when its server has listened
    await close();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, port, close };
}
