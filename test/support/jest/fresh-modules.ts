import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SHARED } from './shared-modules.ts';

const ROOT = new URL('../../../', import.meta.url).href;
const GLOBALS = new URL('globals.ts', import.meta.url).href;
const QUERY = /\?file=\d+$/;

const stripped = new Map<string, string>();
let files = 0;

const isFresh = (url: string): boolean =>
  url.startsWith(ROOT) &&
  url.endsWith('.ts') &&
  !SHARED.test(url.slice(ROOT.length)) &&
  !url.includes('/node_modules/');

function codeOf(path: string): string {
  const known = stripped.get(path) ?? stripTypeScriptTypes(readFileSync(path, 'utf8'));
  stripped.set(path, known);
  return known;
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: GLOBALS, format: 'module', shortCircuit: true };
    const found = next(specifier, context);
    const query = QUERY.exec(context.parentURL ?? '')?.[0];
    return query !== undefined && isFresh(found.url) ? { ...found, url: found.url + query } : found;
  },
  load(url, context, next) {
    if (!QUERY.test(url)) return next(url, context);
    return { format: 'module', source: codeOf(fileURLToPath(url)), shortCircuit: true };
  },
});

/** Loads a test file by Node itself, with this repository's modules afresh; what is `SHARED` and every package as they were
 *  loaded before. */
export async function importFresh(fileUrl: string): Promise<void> {
  files += 1;
  await import(`${fileUrl}?file=${files}`);
}

/** Puts the paths of files into an error's stack trace instead of the addresses of their modules. */
export function repairStack(error: unknown): void {
  if (!(error instanceof Error) || error.stack === undefined) return;
  error.stack = error.stack.replaceAll(/(file:\/\/[^\s?()]+)\?file=\d+/g, (_, url: string) =>
    fileURLToPath(url),
  );
}
