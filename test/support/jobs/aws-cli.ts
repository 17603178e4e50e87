import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VENV } from '../../../scripts/jobs/install.ts';

/** One AWS CLI: its name in test titles, and where it is. */
export type AwsCli = { name: string; path: string };

/** The CLIs that jobs are tried with: version 1 from the virtual environment, and version 2 from `AWS_CLI_2` or `PATH`
 *  where it is 2.13 or newer, which reads `AWS_ENDPOINT_URL`. Version 2 is in no package registry that this project uses. */
export function awsClis(root: string): { clis: AwsCli[]; missing: string[] } {
  const clis = [{ name: 'AWS CLI 1', path: join(root, VENV, 'bin', 'aws') }];
  const candidates = [
    process.env.AWS_CLI_2 ?? '',
    ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'aws')),
  ];
  const path = candidates.find((one) => one !== '' && existsSync(one) && isVersion2(one));
  if (path === undefined)
    return { clis, missing: ['AWS CLI 2 (2.13 or newer): put it on PATH, or its path in AWS_CLI_2.'] };
  return { clis: [...clis, { name: 'AWS CLI 2', path }], missing: [] };
}

function isVersion2(path: string): boolean {
  try {
    const [, major, minor] =
      /^aws-cli\/(\d+)\.(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' })) ?? [];
    return major === '2' && Number(minor) >= 13;
  } catch {
    return false;
  }
}
