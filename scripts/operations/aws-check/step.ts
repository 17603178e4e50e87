import type { Probe } from './probe.ts';

/** What a step saw. `as expected`, or `otherwise`: then AWS does not do what Rolewright rests on. `skipped`: an option is missing.
 *  `failed`: the step could not be done. */
export type Outcome = 'as expected' | 'otherwise' | 'skipped' | 'failed';

/** One question that only AWS can answer. */
export type Step = {
  name: string;
  /** What is expected, as a sentence. */
  expects: string;
  /** What was seen, in words. Throws `NotAsExpected` for anything else than what is expected, `Skipped` where an option is missing. */
  run(probe: Probe): Promise<string>;
};

/** What became of a step. */
export type StepResult = Pick<Step, 'name' | 'expects'> & { outcome: Outcome; saw: string; seconds: number };

/** AWS did something else. */
export class NotAsExpected extends Error {}

/** The step needs something that was not given. */
export class Skipped extends Error {}

/** Runs a step. Never throws: one that fails does not stop the others. */
export async function runStep({ name, expects, run }: Step, probe: Probe): Promise<StepResult> {
  const begun = probe.now();
  const result = (outcome: Outcome, saw: string): StepResult => ({
    name,
    expects,
    outcome,
    saw,
    seconds: Math.round((probe.now() - begun) / 1000),
  });
  try {
    return result('as expected', await run(probe));
  } catch (error) {
    const saw = error instanceof Error ? error.message : String(error);
    if (error instanceof Skipped) return result('skipped', saw);
    return result(error instanceof NotAsExpected ? 'otherwise' : 'failed', saw);
  }
}

/** The name of the error that a call ends with; `allowed` where it ends with none. */
export async function endOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'allowed';
  } catch (error) {
    return (error as Error).name;
  }
}

/** AWS's names for a refusal. */
const DENIED: readonly string[] = ['AccessDenied', 'AccessDeniedException'];

/** Each call by a label, with what it ended with; throws where one is not as wanted: `allowed`, `denied`,
 *  or the names of an error, separated by `|`. */
export async function expectEnds(
  calls: readonly (readonly [label: string, wanted: string, call: () => Promise<unknown>])[],
): Promise<string> {
  const seen: string[] = [];
  let isAsWanted = true;
  for (const [label, wanted, call] of calls) {
    const end = await endOf(call());
    isAsWanted &&= wanted === 'denied' ? DENIED.includes(end) : wanted.split('|').includes(end);
    seen.push(`${label}: ${end}`);
  }
  const text = seen.join('; ');
  if (!isAsWanted) throw new NotAsExpected(text);
  return text;
}
