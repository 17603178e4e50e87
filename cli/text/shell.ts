/** A command as it can be pasted into a POSIX shell. */
export const shellCommand = (words: readonly string[]): string =>
  words.map((word) => (/^[A-Za-z0-9_.,:/@%+=-]+$/.test(word) ? word : quoted(word))).join(' ');

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
