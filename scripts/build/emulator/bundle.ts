import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Makes the bundles of a test-only build: they start under the checks of `start-checks.ts`, and hold the marker. */
export const testOnlyBundle: Plugin = {
  name: 'test-only-build',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]settings[\\/]test-only-build\.ts$/ }, () => ({
      contents: readFileSync(join(import.meta.dirname, 'start-checks.ts'), 'utf8'),
      loader: 'ts',
      resolveDir: import.meta.dirname,
    }));
  },
};
