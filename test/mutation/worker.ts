import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutantsOf, withLoopLimit, withMutant } from './mutants.ts';

/** Runs every mutant of one file against its tests: `node worker.ts <target> <test file>…`. Each mutant gets the product's
 *  modules afresh; packages stay loaded. Prints one line of JSON for each mutant. */

const [target = '', ...testFiles] = process.argv.slice(2);
const root = new URL('../../', import.meta.url);
const targetPath = fileURLToPath(new URL(target, root));
const source = readFileSync(targetPath, 'utf8');
const runner = new URL('runner.ts', import.meta.url).href;

/** Milliseconds that the tests of one file may take over one mutant. */
const TEST_FILE_MS = 60_000;

/** Rounds that the loops of the mutated file may take while one test file runs: more than any of its tests needs. */
const MOST_ROUNDS = 1_000_000;

let mutated = source;
const stripped = new Map<string, string>();

function codeOf(path: string): string {
  if (path === targetPath) return stripTypeScriptTypes(withLoopLimit(mutated, MOST_ROUNDS));
  const known = stripped.get(path) ?? stripTypeScriptTypes(readFileSync(path, 'utf8'));
  stripped.set(path, known);
  return known;
}

const isOurs = (url: string): boolean =>
  url.startsWith(root.href) && !url.includes('/node_modules/') && url.split('?')[0]?.endsWith('.ts') === true;

registerHooks({
  resolve(specifier, context, next) {
    const query = context.parentURL?.split('?')[1];
    const found =
      specifier === '@jest/globals' ? { url: runner, format: 'module' } : next(specifier, context);
    const isFresh = query !== undefined && isOurs(found.url) && !found.url.includes('?');
    return isFresh
      ? { ...found, url: `${found.url}?${query}`, shortCircuit: true }
      : { ...found, shortCircuit: true };
  },
  load(url, context, next) {
    if (!isOurs(url) || !url.includes('?')) return next(url, context);
    return { format: 'module', source: codeOf(fileURLToPath(url.split('?')[0] ?? '')), shortCircuit: true };
  },
});

let round = 0;

type Ending = { ran: number; failure?: string };

/** Runs the tests of one file over the source as it is mutated now. */
async function runTests(testFile: string): Promise<Ending> {
  round += 1;
  (globalThis as { rounds?: number }).rounds = 0;
  const query = `mutant=${round}`;
  const timer = Promise.withResolvers<Ending>();
  const timeout = setTimeout(() => timer.resolve({ ran: 0, failure: 'timed out' }), TEST_FILE_MS);
  const work = async (): Promise<Ending> => {
    try {
      await import(`${new URL(testFile, root).href}?${query}`);
      return await ((await import(`${runner}?${query}`)) as { run(): Promise<Ending> }).run();
    } catch (error) {
      return { ran: 0, failure: `cannot be loaded: ${String(error).slice(0, 200)}` };
    }
  };
  const ending = await Promise.race([work(), timer.promise]);
  clearTimeout(timeout);
  return ending;
}

async function killerOf(mutant: Mutant): Promise<string | undefined> {
  mutated = withMutant(source, mutant);
  // Throws for what is no program: it would be killed by nothing but its syntax.
  stripTypeScriptTypes(mutated);
  for (const testFile of testFiles) {
    const { failure } = await runTests(testFile);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

for (const testFile of testFiles) {
  const { ran, failure } = await runTests(testFile);
  if (failure !== undefined || ran === 0) throw new Error(`${testFile} fails without a mutant: ${failure}`);
}
for (const mutant of mutantsOf(source)) {
  const killer = await killerOf(mutant);
  const { mutator, line, before, after } = mutant;
  const text = source.split('\n')[line - 1]?.trim() ?? '';
  process.stdout.write(`${JSON.stringify({ mutator, line, text, before, after, killer })}\n`);
}
process.exit(0);
