import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../arch/infrastructure.ts';

/** An engine, or undefined with what is missing. */
export type Installed = { bin: string } | { missing: string };

/** The engines, by the name of their file of requirements, and the oldest Python whose syntax they have. */
export const engines = { ministack: [3, 10], localemu: [3, 13] } as const;

/** Pythons that a machine may have, the newest first; those of pyenv are on no path until they are chosen. */
function pythons(): string[] {
  const minors = Array.from({ length: 12 }, (_, n) => 25 - n);
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const kept = existsSync(pyenv) ? readdirSync(pyenv).map((name) => join(pyenv, name, 'bin', 'python3')) : [];
  return ['python3', ...minors.map((minor) => `python3.${minor}`), ...kept];
}

function pythonOf([major, minor]: readonly [number, number]): string | undefined {
  const asks = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${major}, ${minor}))`;
  return pythons().find((python) => spawnSync(python, ['-c', asks]).status === 0);
}

/** Makes the virtual environment of an engine below the repository, once for each file of requirements. */
export function installEngine(name: keyof typeof engines): Installed {
  const folder = join(ROOT, `.venv-deployed-${name}`);
  const bin = join(folder, 'bin');
  const requirements = join(ROOT, 'test', 'deployed', 'engines', `${name}.txt`);
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { bin };
  const python = pythonOf(engines[name]);
  if (!python) return { missing: `There is no python3 of ${engines[name].join('.')} or newer.` };
  const steps: [string, string[]][] = [
    [python, ['-m', 'venv', '--clear', folder]],
    [join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]],
  ];
  for (const [command, args] of steps) {
    const done = spawnSync(command, args, { encoding: 'utf8' });
    if (done.status !== 0) {
      return {
        missing: `${command} ${args.join(' ')} failed: ${(done.stderr ?? String(done.error)).trim().split('\n').at(-1)}`,
      };
    }
  }
  writeFileSync(stamp, wanted);
  return { bin };
}
