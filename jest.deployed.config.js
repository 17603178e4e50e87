import offline from './jest.config.js';

// The packaged stack on emulators of AWS that others wrote. Needs python3; the tier says what it leaves out.
export default {
  ...offline,
  testMatch: ['<rootDir>/test/deployed/*.deployed.ts'],
  maxWorkers: 2,
  testTimeout: 300_000,
};
