import offline from './jest.config.js';

// Proofs that take long: the longer crash walks, planted defects, imports of hundreds of repositories, random policies, the capacity of
// lists, and the stories that need a stack of their own: every refusal, webhooks, faults of AWS and Bitbucket, several accounts, a company,
// clients, two stacks side by side, and roles that an operator alters by hand.
export default {
  ...offline,
  testMatch: ['<rootDir>/test/crash/*.{test,crash}.ts', '<rootDir>/test/**/*.long.ts'],
};
