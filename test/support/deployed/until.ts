import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 300;

/** Reads until what is read `holds`, and returns that; throws with the last of it after `withinMs`. */
export async function until<T>(
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`it never came about; last seen: ${JSON.stringify(value)}`);
    await wait(POLL_MS);
  }
}
