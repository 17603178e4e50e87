/** How a shell reads the sign at hand: outside of quotes, inside single or double ones, or inside a pair of parentheses,
 *  which is outside of quotes again. */
type Quoting = 'plain' | 'single' | 'double' | 'parenthesis';

/** Values that mean themselves in every context of a shell. */
const SAFE = /^[A-Za-z0-9_.,:/@%+=-]+$/;

const PLACEHOLDER = /^\{\{([^{}]*)\}\}/;

/** A line of POSIX sh with each `{{placeholder}}` replaced by `value(name)`, quoted as the place in the line needs it: the
 *  shell reads the value as that very text, whatever it holds. */
export function fillShellLine(line: string, value: (name: string) => string): string {
  const open: Quoting[] = ['plain'];
  let filled = '';
  for (let rest = line; rest !== ''; ) {
    const quoting = open.at(-1) ?? 'plain';
    const [placeholder, name = ''] = PLACEHOLDER.exec(rest) ?? [];
    const read = placeholder ?? nextSign(rest, quoting);
    filled += placeholder === undefined ? read : quotedFor(quoting, value(name));
    if (placeholder === undefined) enterOrLeave(open, read);
    rest = rest.slice(read.length);
  }
  return filled;
}

/** One sign, or two where a backslash takes the next one's meaning, or `$(`. */
function nextSign(rest: string, quoting: Quoting): string {
  if (quoting !== 'single' && /^(?:\\|\$\()/.test(rest)) return rest.slice(0, 2);
  return rest.slice(0, 1);
}

function enterOrLeave(open: Quoting[], sign: string): void {
  const quoting = open.at(-1);
  const isOutside = quoting === 'plain' || quoting === 'parenthesis';
  if (quoting === 'single') {
    if (sign === "'") open.pop();
  } else if (sign === '"') {
    if (quoting === 'double') open.pop();
    else open.push('double');
  } else if (sign === '$(' || (isOutside && sign === '(')) open.push('parenthesis');
  else if (isOutside && sign === "'") open.push('single');
  else if (quoting === 'parenthesis' && sign === ')') open.pop();
}

function quotedFor(quoting: Quoting, value: string): string {
  if (SAFE.test(value)) return value;
  if (quoting === 'double') return value.replace(/["\\$`]/g, '\\$&');
  const inside = value.replaceAll("'", "'\\''");
  return quoting === 'single' ? inside : `'${inside}'`;
}
