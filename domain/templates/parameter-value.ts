import { matchesPattern } from '../shared/patterns.ts';
import { parameterFault } from './parameter-type.ts';
import { pastedNameRemedy } from './pasted-name.ts';
import { isSegments } from './placeholder.ts';
import type { TemplateParameter } from './schema.ts';

/** Why one value is none of a parameter: its type's grammar, the template's naming rule, the values that it allows. */
export function singleFault(
  { type, pattern, allowed }: Pick<TemplateParameter, 'type' | 'pattern' | 'allowed'>,
  value: string,
): string | undefined {
  const fault = parameterFault(type, value);
  if (fault) {
    const remedy = pastedNameRemedy(type, value);
    return remedy ? `${fault}; ${remedy}` : fault;
  }
  if (!isSegments(value)) return 'must be segments parted by single slashes';
  if (pattern !== undefined && !matchesPattern(value, pattern))
    return `must follow the naming rule ${pattern}`;
  if (allowed && !allowed.includes(value)) return `must be one of ${allowed.join(', ')}`;
  return undefined;
}
