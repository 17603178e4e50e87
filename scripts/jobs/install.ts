import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the Python tools, in the checkout and not in the repository. */
export const VENV = '.venv-jobs';

const REQUIREMENTS = join('scripts', 'jobs', 'requirements.txt');

/** Makes the virtual environment with the pinned tools (AWS CLI 1, boto3, SAM CLI, moto) below `root`, once for each
 *  `requirements.txt`. Undefined when it is there; else what is missing. */
export function installJobTools(root: string): string | undefined {
  const folder = join(root, VENV);
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, REQUIREMENTS)))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined;
  const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
  if (python.error) return 'There is no python3.';
  if (python.status !== 0) return 'python3 is older than 3.10.';
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [join(folder, 'bin', 'pip'), ['install', '--quiet', '--requirement', join(root, REQUIREMENTS)]],
  ];
  for (const [command, args] of steps) {
    const done = spawnSync(command, args, { encoding: 'utf8' });
    if (done.status !== 0) {
      return `${command} ${args.join(' ')} failed: ${(done.stderr ?? String(done.error)).trim().split('\n').at(-1)}`;
    }
  }
  writeFileSync(stamp, wanted);
  return undefined;
}

/** `npm run jobs:install`. */
if (import.meta.main) {
  const missing = installJobTools(join(import.meta.dirname, '..', '..'));
  if (missing === undefined) console.log(`The tools of the jobs tier are in ${VENV}.`);
  else {
    console.error(missing);
    process.exitCode = 1;
  }
}
