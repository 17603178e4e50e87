import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from '../statistics.ts';

const run = promisify(execFile);

/** Milliseconds that access decisions take, each the median over new processes: `compileMs` to check and compile the rules,
 *  when a bundle is built; `loadMs` to load Cedar and `firstMs` for the first decision, once for each instance of a function;
 *  then `decisionMs` for one on a resource and `anywhereMs` for one on any. */
export type AccessFigures = {
  compileMs: number;
  loadMs: number;
  firstMs: number;
  decisionMs: number;
  anywhereMs: number;
};

/** Measures the shipped rules in `rounds` new processes. */
export async function measureAccess(root: string, rounds: number): Promise<AccessFigures> {
  const ask = async (...more: string[]) => {
    const script = join(root, 'bench/measure/access-process.ts');
    const { stdout } = await run(process.execPath, [script, ...more], { cwd: root });
    return JSON.parse(stdout) as AccessFigures & { compiled: unknown };
  };
  const built: AccessFigures[] = [];
  const decided: AccessFigures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const one = await ask();
    built.push(one);
    decided.push(await ask(JSON.stringify(one.compiled)));
  }
  const middle = (figures: AccessFigures[], name: keyof AccessFigures) =>
    median(figures.map((one) => one[name]));
  return {
    compileMs: middle(built, 'compileMs'),
    loadMs: middle(decided, 'loadMs'),
    firstMs: middle(decided, 'firstMs'),
    decisionMs: middle(decided, 'decisionMs'),
    anywhereMs: middle(decided, 'anywhereMs'),
  };
}
