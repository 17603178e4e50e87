import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ModuleMocker } from 'jest-mock';
import { importFresh, repairStack } from './fresh-modules.ts';
import { provideGlobals, type TestGlobals } from './globals.ts';

const require = createRequire(import.meta.url);

/** Where Jest's runner keeps its events' handlers, of which each file needs its own. */
const HANDLERS = Symbol.for('EVENT_HANDLERS');

const nothing = (): void => {};

/** Loads test files by Node's own loader, in place of Jest's module system: packages and what keeps no state once for all
 *  files of a worker, this repository's other modules afresh for each file. Has what Jest's runner asks of a runtime; there is no mocking
 *  of modules, no coverage and no fake clock. */
export default class NodeLoader {
  readonly #mocker: ModuleMocker;

  constructor(_configuration: unknown, environment: { moduleMocker: ModuleMocker }) {
    this.#mocker = environment.moduleMocker;
  }

  /** A module of Jest itself. The runner keeps its state in its module, so each file gets it afresh. */
  requireInternalModule(path: string): unknown {
    delete require.cache[path];
    Reflect.deleteProperty(globalThis, HANDLERS);
    return require(path);
  }

  setGlobalsForRuntime(globals: Omit<TestGlobals, 'jest'>): void {
    const spyOn = this.#mocker.spyOn.bind(this.#mocker);
    const restoreAllMocks = () => this.#mocker.restoreAllMocks();
    provideGlobals({ ...globals, jest: { spyOn, restoreAllMocks } as TestGlobals['jest'] });
  }

  unstable_shouldLoadAsEsm(): boolean {
    return true;
  }

  async unstable_importModule(path: string): Promise<void> {
    try {
      await importFresh(pathToFileURL(path).href);
    } catch (error) {
      repairStack(error);
      throw error;
    }
  }

  requireModule = require;
  enterTestCode = nothing;
  leaveTestCode = nothing;
  teardown = nothing;
  getSourceMaps = (): null => null;
  getAllCoverageInfoCopy = (): undefined => undefined;
}
