import { UNSEEN, visible } from '../domain/shared/text/visible-text.ts';

/** Text of a stranger as one line that a terminal, an editor and a browser show as it is: control, invisible and
 *  bidirectional characters become `\u{…}`. */
export const plainText = visible;

/** JSON whose texts hold no such character either: they become JSON's own escapes, so that the value stays the same. */
export const plainJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replace(UNSEEN, (char) =>
    char === '\n' ? char : char.split('').map(escapeUnit).join(''),
  );

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Breaks text into lines of at most `width` characters, at spaces; a word that is longer stays whole on a line of its own,
 *  so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
