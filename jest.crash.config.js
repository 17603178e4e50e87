import offline from './jest.config.js';

// The longer crash walks, and the proof that a walk finds planted defects.
export default {
  ...offline,
  testMatch: ['<rootDir>/test/crash/*.{test,crash}.ts'],
};
