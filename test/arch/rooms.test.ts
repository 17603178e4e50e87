import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { codeIn, tableOf } from '../support/arch/contributing.ts';
import { findCycle, sourceFiles, targetOf } from '../support/arch/imports.ts';
import { ROOT } from '../support/arch/infrastructure.ts';
import { repositoryFiles } from '../support/arch/repository-files.ts';

/** The rooms of `domain/` as CONTRIBUTING lists them: each may import itself and those before it. */
const rooms = tableOf('room', 'holds').map(([room]) => codeIn(room)[0] ?? '');
const domain = sourceFiles('domain');

/** The room of a file of `domain/`, e.g. `grants`; undefined for a file outside the domain or in none of its folders. */
const roomOf = (path: string): string | undefined => /^domain\/([^/]+)\//.exec(path)?.[1];

/** Every import among some rooms that does not point up the list, as `file → file`. */
const breachesOf = (order: readonly string[], arrows: readonly (readonly [string, string])[]): string[] =>
  arrows
    .filter(([from, to]) => {
      const [own, taken] = [from, to].map((path) => order.indexOf(roomOf(path) ?? ''));
      return own === -1 || taken === -1 || Number(taken) > Number(own);
    })
    .map(([from, to]) => `${from} → ${to}`);

const arrows = domain.flatMap(({ path, imports }) =>
  imports.flatMap((taken) => {
    const target = targetOf(path, taken);
    return target ? [[path, target] as const] : [];
  }),
);

describe('the rooms of the domain', () => {
  test('are those that CONTRIBUTING lists, each once, and no file is outside of them', () => {
    expect(new Set(rooms).size).toBe(rooms.length);
    expect([...new Set(domain.map(({ path }) => roomOf(path) ?? path))].sort()).toEqual([...rooms].sort());
  });

  test('import themselves and the rooms above them in the list', () => {
    expect(arrows.length).toBeGreaterThan(200);
    expect(breachesOf(rooms, arrows)).toEqual([]);
  });

  test('of the use cases import one another without a cycle between folders', () => {
    const edges = new Map<string, string[]>();
    for (const [from, to] of arrows) {
      const [own, taken] = [posix.dirname(from), posix.dirname(to)];
      if (!own.startsWith('domain/use-cases') || !taken.startsWith('domain/use-cases') || own === taken)
        continue;
      edges.set(own, [...(edges.get(own) ?? []), taken]);
    }
    expect(findCycle(edges)).toBeUndefined();
  });

  test('are looked at by a check that sees an arrow down, a strange room and a file without one', () => {
    const breaches = (from: string, to: string) => breachesOf(['shared', 'grants'], [[from, to]]);
    expect(breaches('domain/grants/a.ts', 'domain/shared/b.ts')).toEqual([]);
    expect(breaches('domain/grants/a.ts', 'domain/grants/c/b.ts')).toEqual([]);
    expect(breaches('domain/shared/a.ts', 'domain/grants/b.ts')).toHaveLength(1);
    expect(breaches('domain/other/a.ts', 'domain/shared/b.ts')).toHaveLength(1);
    expect(breaches('domain/grants/a.ts', 'domain/ports.ts')).toHaveLength(1);
  });
});

/** Names that say nothing of what is inside. */
const EMPTY_NAMES = /^(utils?|helpers?|managers?|misc|common|data|info|types|index)$/;
const LARGEST_FOLDER = 12;
const LONGEST_FILE = 350;

describe('the source files', () => {
  const sources = repositoryFiles().filter((path) => /\.(ts|js)$/.test(path) && path.includes('/'));

  test(`are at most ${LARGEST_FOLDER} in a folder`, () => {
    const counts = new Map<string, number>();
    for (const path of sources) counts.set(posix.dirname(path), (counts.get(posix.dirname(path)) ?? 0) + 1);
    expect(counts.size).toBeGreaterThan(50);
    expect([...counts].filter(([, count]) => count > LARGEST_FOLDER)).toEqual([]);
  });

  test(`have at most ${LONGEST_FILE} lines, tables and tests aside`, () => {
    const long = sources
      .filter((path) => !path.startsWith('test/') && !path.endsWith('-table.ts'))
      .map((path) => [path, readFileSync(`${ROOT}${path}`, 'utf8').split('\n').length - 1] as const)
      .filter(([, lines]) => lines > LONGEST_FILE);
    expect(long).toEqual([]);
  });

  test('of a table export that table alone', () => {
    const tables = sources.filter((path) => path.endsWith('-table.ts'));
    const exported = (path: string) =>
      readFileSync(`${ROOT}${path}`, 'utf8').match(/^export (?!type\b).*$/gm) ?? [];
    expect(tables.filter((path) => exported(path).length !== 1)).toEqual([]);
  });

  test('and folders bear the name of an idea', () => {
    const parts = sources.flatMap((path) =>
      path.split('/').map((part) => part.replace(/(\.test)?\.(ts|js)$/, '')),
    );
    expect(parts.filter((part) => EMPTY_NAMES.test(part))).toEqual([]);
  });
});
