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
