import { join } from 'node:path';

// What Node compiles of the packages is kept for the workers, the local gateways and the commands that tests start.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled');
// Measured: esbuild, a Go program, takes a quarter less processor where it may hold a few hundred megabytes more.
process.env.GOGC ??= '400';

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Node's own loader runs the tests as it runs the product.
  testEnvironment: '<rootDir>/test/support/jest/environment.ts',
  runtime: '<rootDir>/test/support/jest/runtime.ts',
  transform: {},
  testSequencer: '<rootDir>/test/support/jest/long-files-first.js',
  modulePathIgnorePatterns: ['<rootDir>/\\.'],
  // One more than the cores of the smallest machine that this is kept fast on: the stacks of test/e2e wait a good deal.
  maxWorkers: 3,
  // The loader keeps the modules of every file; a worker that holds many begins anew.
  workerIdleMemoryLimit: '900MB',
  testTimeout: 30_000,
};
