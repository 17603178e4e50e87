import type { SettingsSource } from '../settings/source.ts';
import { StartFailure } from '../settings/start-failure.ts';
import { readAccessFiles } from './access-files.ts';
import { compileAccess } from './compilation.ts';
import type { CompiledAccess } from './compiled-access.ts';
import { loadCedar } from './engine.ts';
import type { KnownNames } from './rules.ts';

/** The checked and compiled access rules of one stage. The accounts, workspaces and templates that they
 *  name must be in `known`. Throws `StartFailure` with every error of every file. A bundle replaces this module by its
 *  result at build time (`scripts/build/embed-settings.ts`). */
export function compiledAccess(source: SettingsSource, known: KnownNames): CompiledAccess {
  const found = compileAccess(loadCedar(), readAccessFiles(source), known);
  if (!found.ok) throw new StartFailure(found.problem);
  return found.value;
}
