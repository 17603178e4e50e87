import type * as z from 'zod';

/** What the JSON types are called. */
const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};
const kindOf = (type: string): string => kinds[type] ?? type;

/** What a size is counted in; numbers have none. */
const units: Record<string, string> = { string: 'character', array: 'item' };
const sizeOf = (origin: string, bound: 'at least' | 'at most', size: number | bigint): string => {
  const unit = units[origin];
  return unit ? `hold ${bound} ${size} ${unit}${size === 1 ? '' : 's'}` : `be ${bound} ${size}`;
};

/** The message of a field error whose schema has no message of its own, as it follows the field's name, e.g. `is
 *  missing`. Passed to `safeParse` as `error`. Undefined keeps zod's message. */
export function fieldRule(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kindOf(issue.expected)}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      const rule = values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`;
      return issue.input === undefined ? `is missing: ${rule}` : rule;
    }
    case 'too_small':
      return `must ${sizeOf(issue.origin, 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${sizeOf(issue.origin, 'at most', issue.maximum)}`;
    default:
      return undefined;
  }
}
