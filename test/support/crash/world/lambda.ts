import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What one invocation ended with: an answer, or the function's death. */
export type InvocationEnd = { answer: object } | 'died';

/** A stand-in for Lambda's synchronous Invoke, so that the real adapter calls the provisioner. */
export type LambdaStandIn = {
  port: number;
  /** Resolves when nothing is running any more; a caller that went away does not end what it invoked. */
  idle(): Promise<void>;
  close(): Promise<void>;
};

/** Starts it on 127.0.0.1. `invoke` runs the function; a death is answered as Lambda does, with `FunctionError`. */
export async function startLambda(
  invoke: (payload: unknown) => Promise<InvocationEnd>,
): Promise<LambdaStandIn> {
  const running = new Set<Promise<unknown>>();
  const server = createServer(async (request, response) => {
    const end = invoke(JSON.parse(await text(request)));
    running.add(end);
    const ended = await end.catch(() => 'died' as const);
    running.delete(end);
    const failed = ended === 'died';
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(failed ? { 'x-amz-function-error': 'Unhandled' } : {}),
    });
    response.end(JSON.stringify(failed ? { errorMessage: 'Runtime exited' } : ended.answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
