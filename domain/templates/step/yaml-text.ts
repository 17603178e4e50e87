/** What YAML or Slack reads as more than a sign: control and format characters, bidirectional ones among them, and every
 *  separator but the space. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Plain scalars that YAML 1.1 or 1.2 takes for something else than text. Source: YAML 1.1, types null, bool and merge. */
const RESERVED = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** A text as a double-quoted YAML scalar on one line, which YAML 1.1 and 1.2 read back as it is. */
export function quotedYaml(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(UNPRINTABLE, (sign) => {
    const hex = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/** A text as a YAML scalar on one line: plain where YAML reads that back as the same text, else double-quoted. */
export const yamlText = (text: string): string => (isPlain(text) ? text : quotedYaml(text));

/** True where a plain scalar in block context means the text itself. */
const isPlain = (text: string): boolean =>
  /^[A-Za-z$/][ -~]*$/.test(text) && !/: | #|[: ]$/.test(text) && !RESERVED.test(text);
