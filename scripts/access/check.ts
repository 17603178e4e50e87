import { EXAMPLES, readAccessFiles } from '../../adapters/cedar/access-files.ts';
import { knownNames } from '../../adapters/cedar/access-rules.ts';
import { compiledAccess } from '../../adapters/cedar/access-source.ts';
import { compileAccess } from '../../adapters/cedar/compilation.ts';
import type { CompiledAccess } from '../../adapters/cedar/compiled-access.ts';
import { loadCedar } from '../../adapters/cedar/engine.ts';
import type { Rule } from '../../adapters/cedar/rules.ts';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { type SettingsSource, sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { StartFailure } from '../../adapters/settings/start-failure.ts';

const line = ({ effect, id, doc }: Pick<Rule, 'effect' | 'id' | 'doc'>): string =>
  `  ${effect.padEnd(6)}  ${id}${doc ? `\n          ${doc}` : ''}`;

/** Checks the rules in force of one stage and the examples, and describes the rules in force. Throws `StartFailure`
 *  with every error of both. */
export function checkedRules(source: SettingsSource): string {
  const files = readAccessFiles(source);
  const examples = readAccessFiles({ root: source.root, access: EXAMPLES }).rules;
  // The examples are checked separately: a rule in force may be a copy of an example, and examples may name what is not
  // configured here.
  const shown = compileAccess(loadCedar(), { ...files, rules: examples });
  const errors = shown.ok ? [] : shown.problem;
  const { rules } = inForce(source, errors);
  const count = shown.ok ? shown.value.rules.length : 0;
  return [...rules.map(line), '', `${rules.length} rules in force, ${count} examples; no problems.`].join(
    '\n',
  );
}

function inForce(source: SettingsSource, others: readonly string[]): CompiledAccess {
  try {
    const compiled = compiledAccess(
      source,
      knownNames(readConfiguration(source), readTemplates(source.root)),
    );
    if (others.length === 0) return compiled;
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    throw new StartFailure([...error.errors, ...others]);
  }
  throw new StartFailure(others);
}

if (import.meta.main) {
  try {
    console.log(checkedRules(sourceFromEnvironment(process.cwd(), process.env)));
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    console.error(error.errors.join('\n'));
    process.exit(1);
  }
}
