export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/\\.'],
  // One more than the cores of the smallest machine that this is kept fast on: the stacks of test/e2e wait a good deal.
  maxWorkers: 3,
  testTimeout: 30_000,
};
