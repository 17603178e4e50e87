import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  findCycle,
  type Import,
  importsOf,
  packageOf,
  type SourceFile,
  sourceFiles,
  targetOf,
} from '../support/arch/imports.ts';
import { SHARED } from '../support/jest/shared-modules.ts';

const domain = sourceFiles('domain');
const adapters = sourceFiles('adapters');
const handlers = sourceFiles('handlers');
const sandbox = sourceFiles('sandbox');
const cli = sourceFiles('cli');
const product = [...domain, ...adapters, ...handlers];
const everything = [...product, ...sandbox, ...['scripts', 'bench', 'test'].flatMap(sourceFiles)];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const manifest: { dependencies: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** Every import of some files that a rule does not allow, as `file → import`. */
const breaches = (files: SourceFile[], isAllowed: (target: string | undefined, taken: Import) => boolean) =>
  files.flatMap(({ path, imports }) =>
    imports
      .filter((taken) => !isAllowed(targetOf(path, taken), taken))
      .map(({ from, names }) => `${path} → ${from} {${names.join(', ')}}`),
  );
const isIn =
  (...folders: string[]) =>
  (target: string) =>
    folders.some((folder) => target.startsWith(`${folder}/`));

test('there is something to look at', () => {
  for (const files of [domain, adapters, handlers, sandbox]) expect(files.length).toBeGreaterThan(5);
  expect(everything.flatMap(({ imports }) => imports).length).toBeGreaterThan(300);
});

describe('the domain', () => {
  test('imports itself, zod, canonicalize and createHash, and nothing else of node:crypto', () => {
    const pure = ['zod', 'canonicalize'];
    const isAllowed = (target: string | undefined, { from, names }: Import) =>
      target
        ? isIn('domain')(target)
        : pure.includes(from) || (from === 'node:crypto' && names.join() === 'createHash');
    expect(breaches(domain, isAllowed)).toEqual([]);
  });

  test.each([
    [
      'reads no clock',
      /\bDate\.now\b|\bnew\s+Date\s*\(\s*\)|(?<!new\s)\bDate\s*\(|\bperformance\b|\bTemporal\b|\bhrtime\b/,
    ],
    ['takes no chance', /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/],
    ['knows no process', /\bprocess\s*[.[]|\bglobalThis\b|\brequire\s*\(|\bimport\.meta\b|\bBuffer\b/],
    ['prints nothing', /\bconsole\b/],
    ['waits for nothing', /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/],
    ['calls nobody', /\bfetch\s*\(|\bXMLHttpRequest\b|\bWebSocket\b/],
  ])('%s', (_, forbidden) => {
    expect(domain.filter(({ code }) => forbidden.test(code)).map(({ path }) => path)).toEqual([]);
  });

  test('converts times in one file only', () => {
    const converting = domain.filter(({ code }) => /\bDate\b/.test(code)).map(({ path }) => path);
    expect(converting).toEqual(['domain/shared/time.ts']);
  });
});

/** The modules that test files share, and all that these import. */
function sharedModules(): SourceFile[] {
  const byPath = new Map(everything.map((file) => [file.path, file]));
  const found = new Set(everything.filter(({ path }) => SHARED.test(path)));
  for (const { path, imports } of found) {
    for (const taken of imports.filter(({ isTypeOnly }) => !isTypeOnly)) {
      const target = byPath.get(targetOf(path, taken) ?? '');
      if (target) found.add(target);
    }
  }
  return [...found];
}

describe('modules that test files share', () => {
  const shared = sharedModules();
  const holding = (pattern: RegExp) =>
    shared
      .filter(({ code }) => pattern.test(code))
      .map(({ path }) => path)
      .sort();

  test('are the core, the adapters and what these import', () => {
    for (const files of [domain, adapters]) expect(shared).toEqual(expect.arrayContaining(files));
  });

  test('keep no variable', () => {
    expect(holding(/^(?:export\s+)?(?:let|var)\b/m)).toEqual([]);
  });

  test('collect nothing but what follows from its key alone', () => {
    const collection =
      /^(?:export\s+)?const \w+(?::[^=]+)? = (?:new (?:Weak)?(?:Map|Set)\b[^;\n]*\(\)|\[\]|\{\});/m;
    expect(holding(collection)).toEqual([
      'domain/scan/solving/operators.ts',
      'domain/scan/solving/pattern.ts',
      'handlers/worker/drift-function.ts',
      'sandbox/aws/sts/web-identity-token.ts',
    ]);
  });
});

test('the product runs on its dependencies alone, never on a development dependency', () => {
  const isAllowed = (target: string | undefined, taken: Import) =>
    target !== undefined ||
    taken.isTypeOnly ||
    isBuiltin(taken.from) ||
    Object.hasOwn(manifest.dependencies, packageOf(taken));
  expect(breaches([...product, ...cli], isAllowed)).toEqual([]);
});

test('openid-client, which logs people in, is imported by the command line alone and only when it is needed', () => {
  const users = [...everything, ...cli].filter(({ imports }) =>
    imports.some((taken) => packageOf(taken) === 'openid-client' && !taken.isTypeOnly),
  );
  expect(users.length).toBeGreaterThan(1);
  expect(users.map(({ path }) => path).filter((path) => !path.startsWith('cli/login/'))).toEqual([]);
  for (const { code } of users) expect(code).not.toMatch(/^import (?!type\b).*from 'openid-client'/m);
});

test('every relative import names a file that is there', () => {
  expect(breaches(everything, (target) => !target || existsSync(`${ROOT}${target}`))).toEqual([]);
});

test('no file imports itself, over however many others, types included', () => {
  const edges = new Map(
    everything
      .filter(({ path }) => !path.startsWith('test/'))
      .map(({ path, imports }) => [path, imports.flatMap((taken) => targetOf(path, taken) ?? [])]),
  );
  expect(findCycle(edges)).toBeUndefined();
});

describe('the looking itself', () => {
  test.each<[string, Import[]]>([
    ["import { a, type B } from 'x';", [{ from: 'x', names: ['a', 'type B'], isTypeOnly: false }]],
    ["import type { A } from './a.ts';", [{ from: './a.ts', names: ['A'], isTypeOnly: true }]],
    ["import { type A, type B } from 'x';", [{ from: 'x', names: ['type A', 'type B'], isTypeOnly: true }]],
    ["import {\n  a,\n  b,\n} from 'x';", [{ from: 'x', names: ['a', 'b'], isTypeOnly: false }]],
    ["import a from 'x';", [{ from: 'x', names: [], isTypeOnly: false }]],
    ["import * as a from 'x';", [{ from: 'x', names: ['*'], isTypeOnly: false }]],
    ["import 'x';", [{ from: 'x', names: [], isTypeOnly: false }]],
    ["export { a } from 'x';", [{ from: 'x', names: ['a'], isTypeOnly: false }]],
    ["export * from 'x';", [{ from: 'x', names: ['*'], isTypeOnly: false }]],
    ["const a = await import('x');", [{ from: 'x', names: ['*'], isTypeOnly: false }]],
    ['const a = import(name);', [{ from: 'name', names: ['*'], isTypeOnly: false }]],
    ["// import { a } from 'x';\n/* import 'y'; */", []],
    ["const url = 'https://x';\nexport const a = 1;", []],
  ])('sees what %j imports', (source, expected) => {
    expect(importsOf(source)).toEqual(expected);
  });

  test('finds a cycle and only a cycle', () => {
    const edges = (...pairs: [string, string[]][]) => new Map(pairs);
    expect(findCycle(edges(['a', ['b', 'c']], ['b', ['c']], ['c', []]))).toBeUndefined();
    expect(findCycle(edges(['a', ['b']], ['b', ['c']], ['c', ['b']]))).toEqual(['b', 'c', 'b']);
    expect(findCycle(edges(['a', ['a']]))).toEqual(['a', 'a']);
  });
});
