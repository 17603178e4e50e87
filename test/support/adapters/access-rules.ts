import { type CedarAccess, cedarAccess } from '../../../adapters/cedar/access.ts';
import { type AccessFiles, EXAMPLES, readAccessFiles } from '../../../adapters/cedar/access-files.ts';
import { compileAccess } from '../../../adapters/cedar/compilation.ts';
import { loadCedar } from '../../../adapters/cedar/engine.ts';
import type { KnownNames } from '../../../adapters/cedar/rules.ts';
import type { Team } from '../../../domain/access/teams/team-groups.ts';

const ROOT = `${import.meta.dirname}/../../..`;

/** The files of this repository's `access/`. */
export const shipped: AccessFiles = readAccessFiles({ root: ROOT, access: 'access' });
/** The rules of `access/examples`, which are not in force. */
export const examples: AccessFiles = readAccessFiles({ root: ROOT, access: EXAMPLES });

/** Rules in one file, under the shipped schema. */
export const filesOf = (text: string): AccessFiles => ({
  schema: shipped.schema,
  rules: [{ path: 'access/rules.cedar', text }],
});

/** The faults that a start would name; none when the rules are sound. */
export function errorsOf(files: AccessFiles, known?: KnownNames): string[] {
  const found = compileAccess(loadCedar(), files, known);
  return found.ok ? [] : found.problem;
}

/** Sound rules, decided by an engine; throws on faults. */
export function accessOf(files: AccessFiles, load = loadCedar, teams: readonly Team[] = []): CedarAccess {
  const found = compileAccess(loadCedar(), files);
  if (!found.ok) throw new Error(found.problem.join('\n'));
  // As a bundle holds it.
  return cedarAccess(load, JSON.parse(JSON.stringify(found.value)), teams);
}
