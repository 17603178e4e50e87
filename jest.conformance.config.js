import offline from './jest.config.js';

// The strict tier: the contract suites over AWS's own DynamoDB engine. Needs a Java 17 runtime.
export default {
  ...offline,
  testMatch: ['<rootDir>/test/conformance/*.conformance.ts'],
  testTimeout: 60_000,
};
