/** One attempt of a call to another system: `operation` is the SDK command's or the HTTP request's name. */
export type OutgoingCall = {
  system: 'Bitbucket' | 'IAM' | 'DynamoDB' | 'Lambda' | 'Slack';
  operation: string;
};

/** The one place through which each attempt of each outgoing call passes. The default lets it through; a test can make
 *  it die, fail or lose its reply. */
export type Outgoing = <T>(call: OutgoingCall, send: () => Promise<T>) => Promise<T>;

/** Lets every call through. */
export const passThrough: Outgoing = (_call, send) => send();

/** What every AWS client offers for watching its attempts. */
type WithMiddleware = { middlewareStack: { add(middleware: never, options: object): void } };

type Next = (args: unknown) => Promise<unknown>;

/** Leads each attempt of an AWS client, retries included, through `outgoing`. Returns the client. */
export function watchClient<C extends WithMiddleware>(
  client: C,
  system: OutgoingCall['system'],
  outgoing: Outgoing,
): C {
  const middleware = (next: Next, context: { commandName?: string }) => (args: unknown) =>
    outgoing({ system, operation: (context.commandName ?? 'unknown').replace(/Command$/, '') }, () =>
      next(args),
    );
  // Low priority in the finalize step stands inside the SDK's retry loop and before the socket.
  client.middlewareStack.add(middleware as never, {
    step: 'finalizeRequest',
    priority: 'low',
    name: 'rolewrightOutgoing',
  });
  return client;
}
