import { statSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { codeIn, tableOf } from '../support/arch/contributing.ts';
import { findCycle, packageOf, type SourceFile, sourceFiles, targetOf } from '../support/arch/imports.ts';
import { ROOT } from '../support/arch/infrastructure.ts';
import { repositoryFiles } from '../support/arch/repository-files.ts';

/** One row of CONTRIBUTING's table of folders. `paths` and `packages` are what its files may import beside themselves. */
type Row = { folder: string; paths: string[]; packages: string[] | 'any' };

const rows: Row[] = tableOf('folder', 'holds', 'may import').map(([folder, , imports = '']) => {
  const named = codeIn(imports);
  const isPackage = (name: string) => name.startsWith('node:') || !name.includes('/');
  return {
    folder: codeIn(folder)[0] ?? '',
    paths: named.filter((name) => !isPackage(name)),
    packages: /\bpackages\b/.test(imports) ? 'any' : named.filter(isPackage),
  };
});

const topLevel = [
  ...new Set(repositoryFiles().flatMap((path) => (path.includes('/') ? (path.split('/')[0] ?? '') : []))),
].filter((folder) => !folder.startsWith('.'));
const files = topLevel.flatMap((folder) => sourceFiles(folder));

const rowOf = (path: string): Row | undefined =>
  rows
    .filter(({ folder }) => path.startsWith(folder))
    .sort((one, other) => other.folder.length - one.folder.length)[0];
const isBelow = (path: string, allowed: string) =>
  allowed.endsWith('/') ? path.startsWith(allowed) : path === allowed;

/** Every import of a file that its row does not allow, as `file → import`. */
const breachesOf = ({ path, imports }: SourceFile, { folder, paths, packages }: Row): string[] =>
  imports
    .filter((taken) => {
      const target = targetOf(path, taken);
      if (target) return !isBelow(target, folder) && !paths.some((allowed) => isBelow(target, allowed));
      return packages !== 'any' && !packages.includes(packageOf(taken));
    })
    .map(({ from }) => `${path} → ${from}`);

describe("CONTRIBUTING's table of folders", () => {
  test('has a row for each top-level folder, and names none that is missing', () => {
    const named = rows.map(({ folder }) => folder);
    expect(topLevel.filter((folder) => !named.includes(`${folder}/`))).toEqual([]);
    const missing = rows
      .flatMap(({ folder, paths }) => [folder, ...paths])
      .filter((path) => !statSync(`${ROOT}${path}`, { throwIfNoEntry: false }));
    expect(missing).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });

  test.each(rows.map((row) => [row.folder, row] as const))('%s imports what its row allows', (_, row) => {
    const own = files.filter(({ path }) => rowOf(path) === row);
    expect(own.flatMap((file) => breachesOf(file, row))).toEqual([]);
  });

  test('leaves no source file without a row', () => {
    expect(files.length).toBeGreaterThan(300);
    expect(files.filter(({ path }) => !rowOf(path)).map(({ path }) => path)).toEqual([]);
  });
});

test('no folder imports itself, over however many other top-level folders', () => {
  const edges = new Map(
    topLevel.map((folder) => {
      const targets = files
        .filter(({ path }) => path.startsWith(`${folder}/`))
        .flatMap(({ path, imports }) =>
          imports.flatMap((taken) => targetOf(path, taken)?.split('/')[0] ?? []),
        );
      return [folder, [...new Set(targets)].filter((target) => target !== folder)] as const;
    }),
  );
  expect(findCycle(edges)).toBeUndefined();
});

describe('the looking itself', () => {
  const row: Row = { folder: 'a/', paths: ['b/c/', 'd/e.ts'], packages: ['zod'] };
  const breaches = (...taken: string[]) =>
    breachesOf(
      { path: 'a/x/y.ts', code: '', imports: taken.map((from) => ({ from, names: [], isTypeOnly: true })) },
      row,
    );

  test.each(['../z.ts', '../../b/c/f.ts', '../../d/e.ts', 'zod', 'zod/v4'])('lets %s pass', (from) => {
    expect(breaches(from)).toEqual([]);
  });

  test.each(['../../b/f.ts', '../../d/f.ts', '../../ab/f.ts', 'node:fs', 'zod-extra'])(
    'reports %s',
    (from) => {
      expect(breaches(from)).toEqual([`a/x/y.ts → ${from}`]);
    },
  );
});
