import offline from './jest.config.js';

// Proofs that take long: the longer crash walks, properties with all of their runs, planted defects, imports of hundreds of
// repositories, random policies, the capacity of lists, and the stories that need a stack of their own: every refusal, webhooks, faults of
// AWS and Bitbucket, several accounts, a company, clients, two stacks side by side, and roles that an operator alters by hand.
process.env.PROPERTY_RUNS = 'all';

export default {
  ...offline,
  testMatch: [
    '<rootDir>/test/crash/**/*.crash.ts',
    '<rootDir>/test/**/*.long.ts',
    '<rootDir>/test/property/**/*.test.ts',
    '<rootDir>/test/adapters/cedar/access.test.ts',
    '<rootDir>/test/handlers/http/routes/lists-hide-others.test.ts',
  ],
};
