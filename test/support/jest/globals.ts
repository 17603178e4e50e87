import type * as Globals from '@jest/globals';

/** What a test file imports from `@jest/globals`; each file gets its own, as one file after the other runs. */
export type TestGlobals = Pick<
  typeof Globals,
  'afterAll' | 'afterEach' | 'beforeAll' | 'beforeEach' | 'describe' | 'expect' | 'it' | 'jest' | 'test'
>;

export let afterAll: TestGlobals['afterAll'];
export let afterEach: TestGlobals['afterEach'];
export let beforeAll: TestGlobals['beforeAll'];
export let beforeEach: TestGlobals['beforeEach'];
export let describe: TestGlobals['describe'];
export let expect: TestGlobals['expect'];
export let it: TestGlobals['it'];
export let jest: TestGlobals['jest'];
export let test: TestGlobals['test'];

/** Sets what the next test file gets. */
export function provideGlobals(globals: TestGlobals): void {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } = globals);
}
