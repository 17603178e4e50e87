import offline from './jest.config.js';

// The tier of the packaged functions: bundles every one of them, which takes a while, and starts each from its zip.
export default {
  ...offline,
  testMatch: ['<rootDir>/test/package/*.package.ts'],
  testTimeout: 120_000,
};
