import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import offline from './jest.config.js';

const ROOT = import.meta.dirname;

/** The files with properties, of which the other tier takes a third: `runs` in test/support/domain/arbitraries.ts. */
const properties = globSync('test/**/*.test.ts', { cwd: ROOT }).filter((file) =>
  /\b(?:runs|RUNS)\b[^;]*domain\/arbitraries\.ts'/.test(readFileSync(join(ROOT, file), 'utf8')),
);

// Proofs that take long: the longer crash walks, properties with all of their runs, planted defects, imports of hundreds of
// repositories, random policies, the capacity of lists, and the stories that need a stack of their own: every refusal, webhooks, faults of
// AWS and Bitbucket, several accounts, a company, clients, two stacks side by side, and roles that an operator alters by hand.
process.env.PROPERTY_RUNS = 'all';

export default {
  ...offline,
  testMatch: [
    '<rootDir>/test/crash/**/*.crash.ts',
    '<rootDir>/test/**/*.long.ts',
    ...properties.map((file) => `<rootDir>/${file}`),
  ],
};
