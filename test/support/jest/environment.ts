import { ModuleMocker } from 'jest-mock';
import { repairStack } from './fresh-modules.ts';

type TestEvent = { name: string; test?: { errors: unknown[] } };

/** Runs test files in Node's own realm instead of a context for each. After each file it restores what a test may change in
 *  the process: variables, the working folder, `process.exit`, the console, and what was spied on. */
export default class NodeRealm {
  readonly global = globalThis;
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly #variables = { ...process.env };
  readonly #folder = process.cwd();
  readonly #exit = process.exit;
  readonly #console = globalThis.console;
  readonly #stackDepth = Error.stackTraceLimit;

  getVmContext(): null {
    return null;
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }

  /** Keeps Node's depth of stack traces: the hundred lines that Jest asks for are dear where errors are ordinary. */
  async setup(): Promise<void> {
    Error.stackTraceLimit = this.#stackDepth;
  }

  handleTestEvent({ name, test }: TestEvent): void {
    if (name === 'test_done') for (const error of test?.errors.flat() ?? []) repairStack(error);
  }

  async teardown(): Promise<void> {
    this.moduleMocker.restoreAllMocks();
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
    process.chdir(this.#folder);
    process.exit = this.#exit;
    globalThis.console = this.#console;
  }
}
