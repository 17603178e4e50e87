/** A row of a table. */
export const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** The head of a table whose first column is text and whose others are numbers. */
export const head = (...cells: string[]): string[] => [
  row(...cells),
  row(...cells.map((_, n) => (n ? '--:' : '---'))),
];

export const ratioOf = (product: number, bare: number): string => (product / bare).toFixed(2);

/** A number that has a goal: marked where it is above. */
export const against = (value: number, goal: number, shown = value.toFixed(2)): string =>
  value <= goal ? `**${shown}**` : `**${shown}** missed`;

/** A document with a section in place of the one of the same heading, or before "Size and load time" where it has not been written yet. */
export function withSection(text: string, section: readonly string[]): string {
  const lines = text.split('\n');
  const isHeading = (line: string) => line.startsWith('## ');
  const found = lines.indexOf(section[0] ?? '');
  const from = found >= 0 ? found : lines.findIndex((line) => line.startsWith('## Size and load time'));
  const next = found >= 0 ? lines.findIndex((line, n) => n > from && isHeading(line)) : from;
  return [...lines.slice(0, from), ...section, ...lines.slice(next < 0 ? lines.length : next)].join('\n');
}
