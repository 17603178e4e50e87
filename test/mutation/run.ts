import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

function outcomesOf(file: string, tests: readonly string[]): Outcome[] {
  const output = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', worker, file, ...tests],
    {
      cwd: root,
      encoding: 'utf8',
      timeout: FILE_MS,
      maxBuffer: 64_000_000,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => ({ file, ...JSON.parse(line) }));
}

const files = Object.entries(targets)
  .flatMap(([target, tests]) => filesOf(target).map((file) => ({ file, tests })))
  .filter(({ file }) => file.includes(wanted));
const outcomes: Outcome[] = [];
for (const { file, tests } of files) {
  const found = outcomesOf(file, tests);
  outcomes.push(...found);
  const survivors = found.filter(({ killer }) => killer === undefined);
  console.log(`${file}: ${found.length - survivors.length} of ${found.length} killed`);
  for (const { line, mutator, before, after } of survivors) {
    console.log(`  ${line} ${mutator}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`);
  }
}
const own = equivalents.filter(({ file }) => file.includes(wanted));
if (wanted === '') writeFileSync(`${root}bench/mutation.md`, reportOf(outcomes, own));
const problems = problemsOf(outcomes, own);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
