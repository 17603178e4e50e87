import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './infrastructure.ts';
import type { PackagedTemplate } from './packaged-template.ts';

const run = promisify(execFile);

/** Milliseconds; generous, for a machine with other work. */
export const PACKAGED_WITHIN_MS = 600_000;

/** What `sls package` made: the template, and the folder with the zips until `remove`. */
export type PackagedStack = { template: PackagedTemplate; folder: string; remove(): void };

/** Packages the stack for stage `test` with the local stack's settings, or as `args` say. `root` is another checkout. */
export async function packageStack({
  args = [],
  root = ROOT,
  stage = 'test',
  configuration = 'sandbox/config.yaml',
}: {
  args?: readonly string[];
  root?: string;
  stage?: string;
  configuration?: string;
} = {}): Promise<PackagedStack> {
  const dir = mkdtempSync(join(tmpdir(), 'rolewright-package-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  const folder = join(dir, 'packages');
  const script = join(ROOT, 'node_modules/serverless/bin/serverless.js');
  try {
    await run(process.execPath, [script, 'package', '--stage', stage, '--package', folder, ...args], {
      cwd: root,
      timeout: PACKAGED_WITHIN_MS,
      env: {
        PATH: process.env.PATH,
        ROLEWRIGHT_CONFIG: configuration,
        ROLEWRIGHT_BUILD_FOLDER: relative(root, join(dir, 'build')),
        SLS_TELEMETRY_DISABLED: '1',
      },
    });
    const text = readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
    return { template: JSON.parse(text) as PackagedTemplate, folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
