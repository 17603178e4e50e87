import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../arch/infrastructure.ts';

/** AWS's own runtime client for Node, as the registry of npm has it. */
const PACKAGE = 'aws-lambda-ric@4.0.2';
const SHA512 = 'FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==';

const HELPERS = join(ROOT, 'test', 'deployed', 'engines');

/** The path of the runtime client, fetched once into `folder`; or what is missing. Its C++ addon, which takes a compiler and
 *  CMake, is replaced by `rapid-client.cjs`. */
export function installRuntimeClient(folder: string): { path: string } | { missing: string } {
  const path = join(folder, 'package', 'index.mjs');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const packed = spawnSync('npm', ['pack', '--silent', PACKAGE], { cwd: folder, encoding: 'utf8' });
    const archive = join(folder, packed.stdout?.trim().split('\n').at(-1) ?? '');
    if (packed.status !== 0) return { missing: `npm pack ${PACKAGE} failed: ${packed.stderr?.trim()}` };
    const found = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (found !== SHA512) {
      rmSync(archive);
      return { missing: `${PACKAGE} has another checksum than was expected: ${found}` };
    }
    const unpacked = spawnSync('tar', ['-xzf', archive, '-C', folder], { encoding: 'utf8' });
    if (unpacked.status !== 0) return { missing: `tar failed: ${unpacked.stderr}` };
  }
  const addon = join(folder, 'package', 'rapid-client.node');
  mkdirSync(addon, { recursive: true });
  copyFileSync(join(HELPERS, 'rapid-client.cjs'), join(addon, 'index.cjs'));
  writeFileSync(join(addon, 'package.json'), '{"main":"index.cjs"}');
  return { path };
}
