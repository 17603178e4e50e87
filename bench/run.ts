import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxClient } from '../sandbox/sandbox-client.ts';
import { freePorts, startStack } from '../sandbox/stack.ts';
import { measureDrift } from './drift/measure-drift.ts';
import { measureFilled } from './filled/measure-filled.ts';
import { measureLongStream } from './filled/measure-long-stream.ts';
import { type Load, measureInFlight } from './in-flight/measure-in-flight.ts';
import { measureAccess } from './measure/access.ts';
import { measureAcknowledgement } from './measure/acknowledgement.ts';
import { countCalls } from './measure/calls.ts';
import { measureFirstAnswers } from './measure/first-answers.ts';
import { measureModules, packagesIn } from './measure/modules.ts';
import { measureTimes } from './measure/times.ts';
import { type Findings, report } from './report.ts';
import { measureScripts } from './scripts/measure-scripts.ts';
import { driftSection } from './sections/drift-section.ts';
import { filledSection } from './sections/filled-section.ts';
import { longStreamSection } from './sections/long-stream-section.ts';
import { withSection } from './sections/markdown.ts';
import { gatewayFunctions, withServiceFile } from './service-file.ts';

const root = process.cwd();
const rounds = { repetitions: 3, samples: 40, warmUp: 15, loads: 5 };

/** `--full` also fills the tables to 100,000 grants, which takes many minutes. */
const sizes = process.argv.includes('--full') ? [1000, 20_000, 100_000] : [1000, 20_000];
const due = [100, 1000, 5000];
/** Events of a grant that is renewed every hour for some six years. */
const LONG_STREAM = 50_000;
const drifted = [100, 1000, 5000];

/** `--only drift`, `--only filled` and `--only long-stream` measure that section alone and put it in place of the old one. */
const alone = process.argv.includes('--only')
  ? process.argv.at(process.argv.indexOf('--only') + 1)
  : undefined;
const RESULTS = join(root, 'bench/results.md');

/** The first run only warms the gateway up. */
const loads: Load[] = [
  { inFlight: 10, grants: 20, faults: false },
  { inFlight: 1, grants: 40, faults: false },
  { inFlight: 10, grants: 100, faults: false },
  { inFlight: 50, grants: 150, faults: false },
  { inFlight: 200, grants: 300, faults: false },
  { inFlight: 200, grants: 300, faults: true },
];

type OnGateway = Pick<
  Findings,
  'timings' | 'acknowledgement' | 'calls' | 'firstAnswers' | 'scripts' | 'inFlight'
>;

/** The gateway that has both the product's and the bare functions. `dir` holds the packaged functions. */
async function measureGateway(dir: string): Promise<OnGateway> {
  return withServiceFile({ root, functions: gatewayFunctions }, async (serviceFile) => {
    const stack = await startStack({ root, dir, ports: freePorts, serviceFile });
    try {
      const token = await sandboxClient(stack).token('person', { email: 'ada@acme.example' });
      const timings = await step('times', () => measureTimes(stack, token, rounds));
      const acknowledgement = await step('acknowledgement', () => measureAcknowledgement(stack, rounds));
      const calls = await step('calls', () => countCalls(stack, token, join(dir, 'gateway.log')));
      const packages = packagesIn(dir);
      const where = { root, dir, packages, rounds: rounds.loads };
      const firstAnswers = await step('first answers', () => measureFirstAnswers(stack, token, where));
      const scripts = await step('scripts', () => measureScripts(stack, token, { root, dir }));
      const [, ...inFlight] = await step('callers at once', () => measureInFlight(stack, token, loads));
      return { timings, acknowledgement, calls, firstAnswers, scripts, inFlight };
    } finally {
      await stack.stop();
    }
  });
}

/** Says on stderr which measurement has ended, and how long it took. */
async function step<T>(name: string, measure: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const found = await measure();
  console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  return found;
}

const measureLong = (dir: string) => step('long streams', () => measureLongStream(root, dir, LONG_STREAM));

/** The sections that can be measured alone. */
const sections: Record<string, (dir: string) => Promise<string[]>> = {
  drift: async (dir) => driftSection(await step('drift', () => measureDrift(root, dir, drifted))),
  async filled(dir) {
    const { filled, passes } = await step('filled tables', () => measureFilled(root, dir, { sizes, due }));
    return filledSection(filled, passes);
  },
  'long-stream': async (dir) => longStreamSection(await measureLong(dir)),
};

/** Measures one section, and writes only that. */
async function measureAlone(name: string, dir: string): Promise<void> {
  const measure = sections[name];
  if (!measure) throw new Error(`--only takes one of ${Object.keys(sections).join(', ')}`);
  const section = await measure(dir);
  writeFileSync(RESULTS, withSection(readFileSync(RESULTS, 'utf8'), section));
  console.log(section.join('\n'));
}

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'rolewright-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  // The folder is removed at the exit; the gateway ends with this process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  if (alone !== undefined) return measureAlone(alone, dir);
  const machine = {
    node: process.versions.node,
    cores: availableParallelism(),
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[0] ?? 0,
  };
  const modules = await step('modules', () => measureModules(root, dir, rounds.loads));
  const access = await step('access', () => measureAccess(root, rounds.loads));
  const gateway = await measureGateway(dir);
  const filled = await step('filled tables', () => measureFilled(root, dir, { sizes, due }));
  const streams = await measureLong(dir);
  const drift = await step('drift', () => measureDrift(root, dir, drifted));
  const text = report({ machine, rounds, ...gateway, ...filled, streams, drift, modules, access });
  writeFileSync(RESULTS, text);
  console.log(text);
}

await main();
process.exit(0);
