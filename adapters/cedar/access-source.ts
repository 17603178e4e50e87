import { StartFailure } from '../settings/start-failure.ts';
import { readAccessFiles } from './access-files.ts';
import { compileAccess } from './compilation.ts';
import type { CompiledAccess } from './compiled-access.ts';
import { loadCedar } from './engine.ts';
import type { KnownNames } from './rules.ts';

/** The access rules of `access/` below `root`, checked and compiled. The accounts, workspaces and templates that they
 *  name must be there. Throws `StartFailure` with every error of every file. A bundle holds what this returned when it
 *  was built, in the place of this module: see `scripts/build/embed-settings.ts`. */
export function compiledAccess(root: string, known: KnownNames): CompiledAccess {
  const found = compileAccess(loadCedar(), readAccessFiles(root), known);
  if ('errors' in found) throw new StartFailure(found.errors);
  return found.compiled;
}
