import { plainText } from '../plain-text.ts';

/** A command as it can be pasted into a POSIX shell. What a terminal would not show as it is becomes an escape. */
export const shellCommand = (words: readonly string[]): string =>
  words
    .map(plainText)
    .map((word) => (/^[A-Za-z0-9_.,:/@%+=-]+$/.test(word) ? word : quoted(word)))
    .join(' ');

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
