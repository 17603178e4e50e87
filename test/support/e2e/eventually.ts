import { setTimeout as wait } from 'node:timers/promises';

const DEADLINE_MS = 15_000;
const POLL_MS = 20;

/** Reads until what is read `holds`, and returns that; throws with the last of it after a quarter of a minute. */
export async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`it never came about; last seen: ${JSON.stringify(value)}`);
    await wait(POLL_MS);
  }
}
