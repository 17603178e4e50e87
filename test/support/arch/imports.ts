import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** One import or re-export of a source file: where from, which names, and whether of types only. */
export type Import = { from: string; names: string[]; isTypeOnly: boolean };

/** A source file by its path below the repository's root, e.g. `domain/grants/grant.ts`. */
export type SourceFile = { path: string; code: string; imports: Import[] };

/** Source text without its comments. */
export const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(,])\/\/.*$/gm, '$1');

const STATIC = /^[ \t]*(?:import|export)\b([^'";]*?)\bfrom\s*(['"])([^'"]+)\2/gm;
const BARE = /^[ \t]*import\s*(['"])([^'"]+)\1/gm;
const DYNAMIC = /\bimport\s*\(\s*([^)]*?)\s*\)/g;

/** Every import of a source text: static, for side effects only, and dynamic. What a dynamic import takes is its name as
 *  written when that is no plain text. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const found: Import[] = [];
  for (const [, clause = '', , from = ''] of code.matchAll(STATIC)) {
    const [, listed = ''] = /\{([^}]*)\}/.exec(clause) ?? [];
    const names = listed.split(',').flatMap((name) => name.trim() || []);
    if (/\*\s+as\b|^\s*\*/.test(clause)) names.push('*');
    const isTypeOnly =
      /^\s*type\s+[{*\w]/.test(clause) ||
      (names.length > 0 && names.every((name) => name.startsWith('type ')));
    found.push({ from, names, isTypeOnly });
  }
  for (const [, , from = ''] of code.matchAll(BARE)) found.push({ from, names: [], isTypeOnly: false });
  for (const [, taken = ''] of code.matchAll(DYNAMIC)) {
    found.push({
      from: taken.replace(/^(['"])([^'"]*)\1(?:,[\s\S]*)?$/, '$2'),
      names: ['*'],
      isTypeOnly: false,
    });
  }
  return found;
}

/** The names that an import takes, as the other file exports them; `*` for all. */
export const importedNames = ({ names }: Import): string[] =>
  names.map((name) => name.replace(/^type /, '').replace(/ as \w+$/, ''));

/** Every TypeScript file below a folder of the repository. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const source = readFileSync(file, 'utf8');
      const path = file.slice(ROOT.length).replaceAll('\\', '/');
      return { path, code: withoutComments(source), imports: importsOf(source) };
    });
}

/** The path that a relative import of a file means; undefined for a package. */
export const targetOf = (path: string, { from }: Import): string | undefined =>
  from.startsWith('.') ? posix.join(dirname(path), from) : undefined;

/** The name of the package that an import takes, e.g. `@middy/core` of `@middy/core/x`. */
export const packageOf = ({ from }: Import): string =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');

/** The first cycle among files, as the paths along it; undefined where there is none. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string[] | undefined => {
    const at = trail.indexOf(path);
    if (at >= 0) return [...trail.slice(at), path];
    if (done.has(path)) return undefined;
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of edges.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return undefined;
}
