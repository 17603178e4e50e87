/** One word of a command: a bare one, or `key=value`. Quotes are taken off. */
export type Word = { key?: string; value: string; isQuoted: boolean };

/** A command's words, and the reason that follows the word `because`, as typed. */
export type Words = { words: Word[]; reason?: string };

/** What a word processor or a telephone makes of quotes. */
const QUOTES: Record<string, string> = {
  '"': '"',
  "'": "'",
  '“': '”',
  '”': '”',
  '„': '“',
  '‘': '’',
  '’': '’',
};

/** Slack writes `&`, `<` and `>` of a typed text as HTML entities; people do not type the entities
 *  themselves. Not verified for slash commands, and harmless where Slack does not do so. */
const plain = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Cuts a command into words. A quoted part may hold spaces, also behind `key=`. The text after a bare
 *  `because` is the reason, whatever it holds. A quote that is never closed is an error. */
export function wordsOf(typed: string): Words | { fieldError: string } {
  const text = plain(typed);
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text[at])) {
      at += 1;
      continue;
    }
    const read = readWord(text, at);
    if ('fieldError' in read) return read;
    const { word, end } = read;
    if (word.key === undefined && !word.isQuoted && word.value.toLowerCase() === 'because') {
      const reason = unquoted(text.slice(end).trim());
      return reason === '' ? { words } : { words, reason };
    }
    words.push(word);
    at = end;
  }
  return { words };
}

const isSpace = (character: string | undefined): boolean => /\s/.test(character ?? '');

/** The word that begins at `begin`, and where it ends. */
function readWord(text: string, begin: number): { word: Word; end: number } | { fieldError: string } {
  let at = begin;
  let value = '';
  let key: string | undefined;
  let isQuoted = false;
  while (at < text.length && !isSpace(text[at])) {
    const character = text[at] ?? '';
    const close = value === '' ? QUOTES[character] : undefined;
    if (close !== undefined) {
      const end = closingAt(text, at + 1, { open: character, close });
      if (end < 0) {
        const after = JSON.stringify(text.slice(at + 1, at + 20));
        return { fieldError: `The quote before ${after} is never closed.` };
      }
      value += text.slice(at + 1, end);
      isQuoted = true;
      at = end + 1;
    } else if (character === '=' && key === undefined && !isQuoted && value !== '') {
      key = value;
      value = '';
      at += 1;
    } else {
      value += character;
      at += 1;
    }
  }
  return { word: { ...(key === undefined ? {} : { key }), value, isQuoted }, end: at };
}

/** Where a quoted part ends; plain quotes end curly ones and the other way round. -1 when it does not. */
function closingAt(text: string, from: number, { open, close }: { open: string; close: string }): number {
  const kin = /["“”„]/.test(open) ? ['"', '“', '”'] : ["'", '‘', '’'];
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === close || kin.includes(character)) return at;
  }
  return -1;
}

function unquoted(text: string): string {
  const match = /^(["“„])([^"“”]*)["“”]$|^(['‘])([^'‘’]*)['’]$/.exec(text);
  return match ? (match[2] ?? match[4] ?? '').trim() : text;
}
