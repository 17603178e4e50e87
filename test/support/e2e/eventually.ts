import { setTimeout as wait } from 'node:timers/promises';

const DEADLINE_MS = 15_000;
/** Milliseconds between two reads: at first, and at most. A read may be dear, and what takes long may take a little longer. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 400;

/** Reads until what is read `holds`, and returns that; throws with the last of it after a quarter of a minute. */
export async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`it never came about; last seen: ${JSON.stringify(value)}`);
    await wait(pause);
  }
}
