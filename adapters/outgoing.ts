/** One attempt of a call to another system: `operation` is the SDK command's or the HTTP request's name. */
export type OutgoingCall = {
  system: 'Bitbucket' | 'IAM' | 'STS' | 'DynamoDB' | 'Lambda' | 'Slack' | 'SSM';
  operation: string;
};

/** Every attempt of every outgoing call passes through this function. The default calls `send`; a test can make it
 *  crash, fail or lose its reply. */
export type Outgoing = <T>(call: OutgoingCall, send: () => Promise<T>) => Promise<T>;

/** Passes every call on unchanged. */
export const passThrough: Outgoing = (_call, send) => send();

/** The part of an AWS client that lets its attempts be observed. */
type WithMiddleware = { middlewareStack: { add(middleware: never, options: object): void } };

type Next = (args: unknown) => Promise<unknown>;

/** Routes each attempt of an AWS client, retries included, through `outgoing`. Returns the client. */
export function watchClient<C extends WithMiddleware>(
  client: C,
  system: OutgoingCall['system'],
  outgoing: Outgoing,
): C {
  const middleware = (next: Next, context: { commandName?: string }) => (args: unknown) =>
    outgoing({ system, operation: (context.commandName ?? 'unknown').replace(/Command$/, '') }, () =>
      next(args),
    );
  // Low priority in the finalize step is inside the SDK's retry loop and before the socket.
  client.middlewareStack.add(middleware as never, {
    step: 'finalizeRequest',
    priority: 'low',
    name: 'rolewrightOutgoing',
  });
  return client;
}
