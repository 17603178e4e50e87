/** Characters that move the cursor, turn the direction of text, or cannot be seen: controls, format characters (bidirectional
 *  and zero-width ones among them), lone surrogates, private and unassigned ones, line and paragraph separators, whatever
 *  Unicode lets renderers leave out, and every blank but the space; U+2800 and U+3164 look like blanks. */
export const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** Text from outside on one line, as it is read: what could mislead a reader becomes `\u{…}`. Idempotent; text of printable
 *  characters is unchanged. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);

/** `visible`, with line ends kept. */
export const visibleLines = (text: string): string => text.split(/\r?\n/).map(visible).join('\n');

/** A name as it is read, in quotation marks where blanks at its ends, or two in a row, would be overlooked: `"Production "`. */
export const visibleName = (name: string): string => {
  const text = visible(name);
  return /^ | $| {2}|^$/.test(text) ? `"${text}"` : text;
};

/** True for a name that another could be mistaken for: it holds more than printable ASCII, or blanks that are overlooked. */
export const isMistakable = (name: string): boolean => /[^ -~]/.test(name) || visibleName(name) !== name;
