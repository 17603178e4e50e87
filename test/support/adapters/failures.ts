import { inspect } from 'node:util';

/** What a promise rejected with; fails when it did not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the promise did not reject');
}

/** Everything that a log line about an error could show: message, stack, causes, hidden fields, JSON. */
export function everythingIn(error: unknown): string {
  const texts: string[] = [];
  let current = error;
  while (typeof current === 'object' && current !== null) {
    const { message, stack, cause } = current as { message?: unknown; stack?: unknown; cause?: unknown };
    texts.push(
      String(message),
      String(stack),
      JSON.stringify(current),
      inspect(current, { showHidden: true, depth: 12 }),
    );
    current = cause;
  }
  return texts.join('\n');
}

/** An error as an AWS SDK throws it. */
export const sdkError = (
  name: string,
  metadata: { httpStatusCode?: number; attempts?: number } | undefined = { httpStatusCode: 400, attempts: 1 },
): Error =>
  Object.assign(
    new Error('User: arn:aws:sts::111122223333:assumed-role/provisioner is not authorized'),
    { name },
    metadata ? { $metadata: metadata } : {},
  );
