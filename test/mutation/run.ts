import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { equivalents } from './equivalents-table.ts';
import { type Outcome, problemsOf, reportOf } from './report.ts';
import { targets } from './targets-table.ts';

/** Mutates each deciding file and runs its tests: `npm run test:mutation -- [part of a path]`. Writes `bench/mutation.md` when
 *  all were run. Ends with 1 where too many mutants survive, or the list of equivalents is out of date. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
const wanted = process.argv[2] ?? '';

/** Milliseconds that one file may take with all its mutants. */
const FILE_MS = 1_800_000;

const filesOf = (target: string): string[] =>
  target.endsWith('/')
    ? readdirSync(root + target)
        .filter((name) => name.endsWith('.ts'))
        .map((name) => target + name)
    : [target];

async function outcomesOf({ file, tests }: { file: string; tests: readonly string[] }): Promise<Outcome[]> {
  const child = promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', worker, file, ...tests],
    { cwd: root, encoding: 'utf8', timeout: FILE_MS, maxBuffer: 64_000_000 },
  );
  const lines = (await child).stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => ({ file, ...JSON.parse(line) }));
}

function show(file: string, found: readonly Outcome[]): void {
  const survivors = found.filter(({ killer }) => killer === undefined);
  console.log(`${file}: ${found.length - survivors.length} of ${found.length} killed`);
  for (const { line, mutator, before, after } of survivors) {
    console.log(`  ${line} ${mutator}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`);
  }
}

const files = Object.entries(targets)
  .flatMap(([target, tests]) => filesOf(target).map((file) => ({ file, tests })))
  .filter(({ file }) => file.includes(wanted));
const found: Outcome[][] = files.map(() => []);
const waiting = [...files.entries()];
// One worker for each core takes the next file; the report keeps the order of the table.
const workThrough = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [n, target] = next;
    const outcomes = await outcomesOf(target);
    found[n] = outcomes;
    show(target.file, outcomes);
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, workThrough));
const outcomes = found.flat();
const own = equivalents.filter(({ file }) => file.includes(wanted));
if (wanted === '') writeFileSync(`${root}bench/mutation.md`, reportOf(outcomes, own));
const problems = problemsOf(outcomes, own);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
