import offline from './jest.config.js';

// Proofs that take long: the longer crash walks, planted defects, imports of hundreds of repositories, random policies.
export default {
  ...offline,
  testMatch: ['<rootDir>/test/crash/*.{test,crash}.ts', '<rootDir>/test/**/*.long.ts'],
};
