import offline from './jest.config.js';

// The packaged stack on emulators of AWS that others wrote. Needs python3; the tier says what it leaves out.
export default {
  ...offline,
  testMatch: ['<rootDir>/test/deployed/*.deployed.ts'],
  // Packaging writes to .serverless/, which one process at a time may do.
  maxWorkers: 1,
  testTimeout: 300_000,
};
