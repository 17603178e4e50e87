import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** A process that serves, with what it prints in `log`. */
export type Served = { log: string; stop(): Promise<void> };

const POLL_MS = 200;
const STOP_WITHIN_MS = 10_000;

/** Starts a process in a group of its own and waits until `isUp`. Rejects with the end of what it printed. */
export async function serve(
  [command = '', ...args]: string[],
  { cwd, env, log }: { cwd: string; env: NodeJS.ProcessEnv; log: string },
  { isUp, withinMs }: { isUp: (text: string) => Promise<boolean>; withinMs: number },
): Promise<Served> {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const file = createWriteStream(log, { mode: 0o600 });
  child.stdout?.pipe(file, { end: false });
  child.stderr?.pipe(file, { end: false });
  const ended = once(child, 'exit');
  const stop = async () => {
    signal(child, 'SIGTERM');
    await Promise.race([ended, wait(STOP_WITHIN_MS, undefined, { ref: false })]);
    // The group may hold functions after their engine has ended.
    signal(child, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await ended;
  };
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    if (await isUp(readFileSync(log, { encoding: 'utf8', flag: 'a+' })).catch(() => false))
      return { log, stop };
    await wait(POLL_MS);
  }
  await stop();
  throw new Error(`${command} did not start; the end of ${log}:\n${readFileSync(log, 'utf8').slice(-3000)}`);
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group has ended.
  }
}

/** Whether a URL answers with success. */
export const answers = async (url: string): Promise<boolean> =>
  (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
