import { readAccessFiles } from '../adapters/access-files.ts';
import { knownNames } from '../adapters/access-rules.ts';
import { compiledAccess } from '../adapters/access-source.ts';
import { loadCedar } from '../adapters/cedar.ts';
import { compileAccess } from '../adapters/cedar-compilation.ts';
import type { Rule } from '../adapters/cedar-rules.ts';
import { readConfiguration, readTemplates } from '../adapters/settings-files.ts';
import { StartFailure } from '../adapters/start-failure.ts';

const line = ({ effect, id, doc }: Pick<Rule, 'effect' | 'id' | 'doc'>): string =>
  `  ${effect.padEnd(6)}  ${id}${doc ? `\n          ${doc}` : ''}`;

/** The rules in force below `root`, in words, after they and the examples were checked. Throws `StartFailure` with every
 *  fault of both. */
export function checkedRules(root: string): string {
  const files = readAccessFiles(root);
  const examples = readAccessFiles(root, 'access/examples');
  // Examples may name other accounts and templates than are configured here; beside the rules their ids stay their own.
  const together = compileAccess(loadCedar(), { ...files, rules: [...files.rules, ...examples.rules] });
  if ('faults' in together) throw new StartFailure(together.faults);
  const { rules } = compiledAccess(root, knownNames(readConfiguration(root), readTemplates(root)));
  const shown = together.compiled.rules.length - rules.length;
  return [...rules.map(line), '', `${rules.length} rules in force, ${shown} examples; all sound.`].join('\n');
}

if (import.meta.main) {
  try {
    console.log(checkedRules(process.cwd()));
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    console.error(error.faults.join('\n'));
    process.exit(1);
  }
}
