import { plainText, wrapped } from '../plain-text.ts';

/** Characters between two columns. */
const GAP = 2;
/** No column becomes narrower than this; a table in a terminal that is too narrow for that is wider than it. */
const NARROWEST = 8;

/** A table with aligned columns, which fits into `columns` characters: a cell that is too wide continues below, nothing is cut.
 *  Without `columns`, each row is one line. The first `whole` columns are never broken, so that they can be copied. Every cell
 *  is made plain. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { columns, whole = 0 }: { columns: number | undefined; whole?: number },
): string[] {
  const cells = [headings, ...rows].map((row) => row.map(plainText));
  const widths = fitted(widest(cells), columns, whole);
  return cells.flatMap((row) => {
    const parts = row.map((cell, n) => broken(cell, widths[n] ?? cell.length));
    const height = Math.max(1, ...parts.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      parts
        .map((part, n) => (part[line] ?? '').padEnd(widths[n] ?? 0))
        .join(' '.repeat(GAP))
        .trimEnd(),
    );
  });
}

/** Facts behind their names, wrapped at spaces to fit into `columns` characters; a longer word, such as an ARN, stays whole, so
 *  that it can be copied. What is undefined or empty is left out. */
export function facts(
  given: readonly (readonly [name: string, value: string | undefined])[],
  columns: number | undefined,
): string[] {
  const rows = given.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[plainText(name), plainText(value)] as const],
  );
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + GAP;
  return rows.flatMap(([name, value]) => {
    const lines = columns === undefined ? [value] : wrapped(value, Math.max(NARROWEST, columns - width));
    return lines.map((line, n) => `${(n === 0 ? name : '').padEnd(width)}${line}`);
  });
}

const widest = (rows: readonly (readonly string[])[]): number[] =>
  (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => (row[n] ?? '').length)));

/** Takes from the widest columns behind the first `whole` until the table fits. */
function fitted(natural: readonly number[], columns: number | undefined, whole: number): number[] {
  const widths = [...natural];
  if (columns === undefined) return widths;
  const room = columns - GAP * (widths.length - 1);
  while (sum(widths) > room) {
    const most = Math.max(0, ...widths.slice(whole));
    if (most <= NARROWEST) return widths;
    widths[widths.indexOf(most, whole)] = most - 1;
  }
  return widths;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** A cell in lines of at most `width` characters: broken at spaces where there are some, else behind a separator of a name, else
 *  anywhere. */
function broken(cell: string, width: number): string[] {
  const lines: string[] = [];
  let rest = cell;
  while (rest.length > width) {
    const at = breakOf(rest, width);
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

function breakOf(text: string, width: number): number {
  const blank = text.lastIndexOf(' ', width);
  if (blank > 0) return blank;
  const separator = Math.max(...['/', ':', ',', '-'].map((sign) => text.lastIndexOf(sign, width - 1)));
  if (separator > width / 3) return separator + 1;
  // Not between the halves of a character.
  return /[\ud800-\udbff]/.test(text.charAt(width - 1)) ? width - 1 : width;
}
