import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './infrastructure.ts';
import type { PackagedTemplate } from './packaged-template.ts';

const run = promisify(execFile);

/** Milliseconds; generous, for a machine with other work. */
export const PACKAGED_WITHIN_MS = 600_000;

/** A zip archive of nothing. Source: PKWARE's APPNOTE, 4.3.16, end of central directory record. */
const NO_FILES = Buffer.from([0x50, 0x4b, 0x05, 0x06, ...new Array(18).fill(0)]);

/** What `serverless.yml` says about bundles, and what stands there where each function is an archive of nothing. */
const WITHOUT_BUNDLES: [said: RegExp, instead: string][] = [
  [/^ {2}- serverless-esbuild\n/m, ''],
  [/^ {2}- serverless-offline\n/m, ''],
  [/^ {2}individually: true$/m, '  artifact: nothing.zip'],
  [/^ {4}package: \$\{self:custom\.cedar\}\n/gm, ''],
];

/** The template that `sls package` makes of the stack in stage `test` with the local stack's settings, or as is said. Bundles
 *  nothing: the template is that of a deployment but for the names of the archives (`test/package`). `root` is another
 *  checkout. */
export async function packageTemplate({
  args = [],
  root = ROOT,
  stage = 'test',
  configuration = 'sandbox/config.yaml',
}: {
  args?: readonly string[];
  root?: string;
  stage?: string;
  configuration?: string;
} = {}): Promise<PackagedTemplate> {
  const folder = mkdtempSync(join(tmpdir(), 'rolewright-template-'));
  try {
    const service = join(folder, 'service');
    mkdirSync(service);
    for (const name of readdirSync(root).filter((one) => !one.startsWith('.') && one !== 'serverless.yml')) {
      symlinkSync(join(root, name), join(service, name));
    }
    writeFileSync(
      join(service, 'serverless.yml'),
      withoutBundles(readFileSync(join(root, 'serverless.yml'), 'utf8')),
    );
    writeFileSync(join(service, 'nothing.zip'), NO_FILES);
    const packages = join(folder, 'packages');
    const script = join(root, 'node_modules/serverless/bin/serverless.js');
    await run(process.execPath, [script, 'package', '--stage', stage, '--package', packages, ...args], {
      cwd: service,
      timeout: PACKAGED_WITHIN_MS,
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ROLEWRIGHT_CONFIG: configuration,
        SLS_TELEMETRY_DISABLED: '1',
      },
    });
    const text = readFileSync(join(packages, 'cloudformation-template-update-stack.json'), 'utf8');
    return JSON.parse(text) as PackagedTemplate;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withoutBundles(text: string): string {
  return WITHOUT_BUNDLES.reduce((left, [said, instead]) => {
    const changed = left.replace(said, instead);
    if (changed === left) throw new Error(`serverless.yml does not say ${said}`);
    return changed;
  }, text);
}
