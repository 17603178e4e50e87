import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Terraform of `PATH` where it is 1.10 or newer, which locks with a file in S3. Source: Terraform's changelog, 1.10.0. */
export function terraformOnPath(): string | undefined {
  return (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, 'terraform'))
    .find((path) => existsSync(path) && locksInS3(path));
}

function locksInS3(path: string): boolean {
  try {
    const env = { PATH: '/usr/bin:/bin', HOME: '/', CHECKPOINT_DISABLE: '1' };
    const output = execFileSync(path, ['version', '-json'], { encoding: 'utf8', env });
    const [major = 0, minor = 0] = String(
      (JSON.parse(output) as { terraform_version?: string }).terraform_version,
    )
      .split('.')
      .map(Number);
    return major > 1 || (major === 1 && minor >= 10);
  } catch {
    return false;
  }
}
