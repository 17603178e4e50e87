import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { World } from '../../support/e2e/stack/stack.ts';

const run = promisify(execFile);
const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'rolewright-client-'));

/** Milliseconds that generating and compiling may take on a busy machine. */
const GENERATED_WITHIN_MS = 180_000;

const compile = (...files: string[]) =>
  run(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    ...['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--ignoreConfig'],
    ...['--target', 'es2024', '--module', 'nodenext', '--lib', 'es2024,dom', '--types', 'node'],
    ...['--typeRoots', join(root, 'node_modules/@types'), '--allowImportingTsExtensions'],
    ...files.map((file) => join(folder, file)),
  ]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );

/** A program as a user of the API writes it, over the client that their tools make of its document. */
const program = readFileSync(new URL('main-job.txt', import.meta.url), 'utf8');

/** A client in TypeScript, made of the API's document by a generator that we did not write. */
export function generatedClientRules(world: () => World): void {
  beforeAll(async () => {
    const document = await world().api('GET', '/openapi.json');
    writeFileSync(join(folder, 'openapi.json'), document.text);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    await run(process.execPath, [
      join(root, 'node_modules/swagger-typescript-api/dist/cli.mjs'),
      ...['generate', '--path', join(folder, 'openapi.json'), '--output', folder, '--name', 'client.ts'],
      '--union-enums',
    ]);
    writeFileSync(join(folder, 'main-job.ts'), program);
  }, GENERATED_WITHIN_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(
    'compiles with a program for the main job, and finds what is wrong in one',
    async () => {
      expect(await compile('main-job.ts')).toBe('');
      const wrong = [
        ["parameters: { bucket: 'shop-client' }", "parameters: 'shop-client'"],
        ["parameters: { bucket: 'shop-client' }", 'parameters: { bucket: 7 }'],
        ['dryRun: true', "dryRun: 'yes'"],
        ['limit: 1,', "limit: '1',"],
        ["template: 's3-static-site'", "templates: 's3-static-site'"],
        ["state: 'active'", "state: 'actve'"],
      ] as const;
      const names = wrong.map(([right, mistaken], n) => {
        expect(program).toContain(right);
        writeFileSync(join(folder, `wrong-${n}.ts`), program.replace(right, mistaken));
        return `wrong-${n}.ts`;
      });
      const found = await compile(...names);
      for (const name of names) expect(found).toContain(name);
    },
    GENERATED_WITHIN_MS,
  );

  test('plays the main job against the API', async () => {
    const { stdout } = await run(
      process.execPath,
      [
        '--experimental-transform-types',
        '--disable-warning=ExperimentalWarning',
        join(folder, 'main-job.ts'),
      ],
      {
        env: { API: world().stack.api, ADA: world().ada, GRACE: await world().person('grace@acme.example') },
      },
    );
    expect(JSON.parse(stdout)).toEqual({
      me: 'ada@acme.example',
      planned: 'new',
      requested: 201,
      listed: true,
      events: ['GrantRequested', expect.any(String)],
      waiting: 'pending',
      approved: 'active',
      refused: 'PARAMETERS_INVALID',
      unchanged: 304,
      revoked: ['revoked', 'revoked'],
    });
  });
}
