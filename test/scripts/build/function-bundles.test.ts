import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { build, type Plugin } from 'esbuild';
import pluginsOf, { onePass } from '../../../scripts/build/function-bundles.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundles-'));
  writeFileSync(
    join(root, 'shared.ts'),
    'export const shared: string = "read once"; export const other = "unused";',
  );
  for (const name of ['one', 'two']) {
    const imports = 'import { join } from "node:path"; import { shared } from "./shared.ts";';
    writeFileSync(
      join(root, `${name}.ts`),
      `${imports} export const handler = () => join("${name}", shared);`,
    );
  }
});
afterEach(() => rmSync(root, { recursive: true }));

const readFileOrEmpty = (path: string): string => (statSync(path).isFile() ? readFileSync(path, 'utf8') : '');

const entries = () => ['one', 'two'].map((name) => join(root, `${name}.ts`));

/** Builds an entry as `serverless-esbuild` does, and returns what was written. */
async function bundled(name: string, plugin: Plugin): Promise<string> {
  const outdir = join(root, 'out');
  const options = { bundle: true, platform: 'node', format: 'esm', banner: { js: '/* banner */' } } as const;
  const entryPoints = [join(root, `${name}.ts`)];
  await build({ ...options, entryPoints, outdir, plugins: [plugin], logLevel: 'silent' });
  return readFileSync(join(outdir, `${name}.js`), 'utf8');
}

test('each function gets its own bundle, with what it uses alone, and all files are read once', async () => {
  const read: string[] = [];
  const journal: Plugin = {
    name: 'journal',
    setup({ onLoad }) {
      onLoad({ filter: /./ }, ({ path }) => {
        read.push(path);
        return undefined;
      });
    },
  };
  const plugin = onePass(entries(), [journal]);
  const bundles = await Promise.all(['one', 'two'].map((name) => bundled(name, plugin)));
  for (const [n, name] of ['one', 'two'].entries()) {
    const text = bundles[n] ?? '';
    const { handler } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    expect(handler()).toBe(join(name, 'read once'));
    expect(text).not.toContain('unused');
    expect(text.match(/banner/g)).toHaveLength(1);
  }
  expect(read.sort()).toEqual([...entries(), join(root, 'shared.ts')].sort());
});

test('the clients of IAM and STS are in the bundles of the provisioner, which writes, and of those that look, alone', async () => {
  const handlers = join(import.meta.dirname, '..', '..', '..', 'handlers');
  const names = readdirSync(handlers).filter((name) =>
    /\.handler\b|export const handler/.test(readFileOrEmpty(join(handlers, name))),
  );
  expect(names.length).toBeGreaterThan(8);
  const { metafile } = await build({
    entryPoints: names.map((name) => join(handlers, name)),
    outdir: join(root, 'real'),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['@cedar-policy/*'],
    logLevel: 'silent',
  });
  const carrying = (part: string) =>
    Object.entries(metafile.outputs)
      .filter(([, { inputs }]) =>
        Object.entries(inputs).some(([path, { bytesInOutput }]) => path.includes(part) && bytesInOutput > 0),
      )
      .map(([path]) => parse(path).name);
  expect(carrying('@aws-sdk/client-sts/')).toEqual(['provisioner', 'reconciler']);
  expect(carrying('@aws-sdk/client-iam/').sort()).toEqual(['canary', 'provisioner', 'reconciler']);
});

test('what is no entry of a function, or does not build, ends the build', async () => {
  await expect(bundled('shared', onePass(entries(), []))).rejects.toThrow('is not the entry of a function');
  writeFileSync(join(root, 'two.ts'), 'import "./missing.ts";');
  await expect(bundled('one', onePass(entries(), []))).rejects.toThrow('missing.ts');
});

test('the plugins of a service are made once, for the handlers that it has', async () => {
  const service = (...names: string[]) => ({
    service: {
      functions: Object.fromEntries(names.map((name) => [name, { handler: `handlers/${name}.handler` }])),
    },
  });
  const [plugin] = pluginsOf(service('fallback'));
  expect(pluginsOf(service('fallback'))).toEqual([plugin]);
  expect(pluginsOf(service('fallback', 'catalogue'))[0]).not.toBe(plugin);
  expect(pluginsOf({ service: { functions: { image: {} } } })).toHaveLength(1);
});
