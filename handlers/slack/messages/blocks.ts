import type { KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/types';
import { escaped } from '../../../adapters/slack/plain-text.ts';
import { visible, visibleLines, visibleName } from '../../../domain/shared/text/visible-text.ts';

/** Slack's limits in characters and items. Sources: the types of @slack/types; Slack's reference for blocks. */
export const LIMITS = {
  blocks: 50,
  header: 150,
  section: 3000,
  field: 2000,
  fields: 10,
  buttonText: 75,
  option: 75,
  options: 100,
  viewTitle: 24,
} as const;

/** How long a text that people wrote may get inside a message, before it is cut. Our choice. */
const LONGEST_VALUE = 400;

/** Cuts text to so many UTF-16 units, never inside a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > most - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** A value as people read it: nothing invisible, blanks at its ends in quotation marks, and no backtick, which would end it. */
const asRead = (text: string): string => visibleName(text).replaceAll('`', '\\u{60}');

/** A value inside backticks. */
export const code = (text: string): string => `\`${escaped(cut(asRead(text), LONGEST_VALUE))}\``;

/** How long a value may get by Slack's escapes: a field takes it beside its name and a UUID. */
const LONGEST_ESCAPED = LIMITS.field - 200;

/** True for a value that `code` shows whole, in every block that a message has. */
export const fitsCode = (text: string): boolean =>
  asRead(text).length <= LONGEST_VALUE && escaped(asRead(text)).length <= LONGEST_ESCAPED;

/** Untrusted text as mrkdwn. Characters that would format, quote or break it are removed, and what cannot be seen is escaped;
 *  an underscore inside a word formats nothing and is kept. */
export const words = (text: string): string =>
  escaped(
    cut(
      visible(text.replace(/[`*~ \t\r\n]+/g, ' '))
        .replace(/(^|[^\p{L}\p{N}])_+|_+(?=[^\p{L}\p{N}]|$)/gu, '$1')
        .trim(),
      LONGEST_VALUE,
    ),
  );

/** A link; an address that holds what would end it is not linked. */
export const link = (url: string, label: string): string =>
  /[\s|<>]/.test(url) ? escaped(label) : `<${url.replaceAll('&', '&amp;')}|${escaped(label)}>`;

/** Trusted mrkdwn. `verbatim` keeps Slack from making links and mentions of what only looks like them. */
export const mrkdwn = (text: string, most: number = LIMITS.section): MrkdwnElement => ({
  type: 'mrkdwn',
  text: text.length <= most ? text : cut(text.replace(/[`*_]/g, ''), most),
  verbatim: true,
});

/** Text in which nothing has a meaning, and nothing is invisible but line ends. Never empty, which Slack refuses. */
export const plain = (text: string, most: number): PlainTextElement => ({
  type: 'plain_text',
  text: cut(visibleLines(text), most) || ' ',
  emoji: false,
});

/** A section of text in which nothing has a meaning. */
export const plainSection = (text: string, most: number = LIMITS.section): KnownBlock => ({
  type: 'section',
  text: plain(text, most),
});

/** True for text that one section of `plain` text shows whole. */
export const fitsPlain = (text: string): boolean => visibleLines(text).length <= LIMITS.section;

/** Sections of a message that one list may take. Our choice: people do not read more than that in a chat. */
const MOST_SECTIONS = 4;

/** Characters of a section that a list may take; the rest is for its title. */
const LIST_ROOM = LIMITS.section - 100;

/** Texts under each other in as many texts as it takes, each for one section; undefined where they are too many. */
export function wholeTexts(items: readonly string[]): string[] | undefined {
  const texts = [''];
  for (const item of items) {
    const last = texts.at(-1) ?? '';
    if (last !== '' && last.length + item.length + 1 > LIST_ROOM) texts.push(item);
    else texts[texts.length - 1] = last === '' ? item : `${last}\n${item}`;
  }
  return texts.length <= MOST_SECTIONS && texts.every((text) => text.length <= LIST_ROOM) ? texts : undefined;
}

/** A section of trusted mrkdwn. */
export const section = (text: string): KnownBlock => ({ type: 'section', text: mrkdwn(text) });

/** A heading. */
export const heading = (text: string): KnownBlock => ({ type: 'header', text: plain(text, LIMITS.header) });

/** Small print. */
export const smallPrint = (...texts: string[]): KnownBlock => ({
  type: 'context',
  elements: texts.slice(0, 10).map((text) => mrkdwn(text, 2000)),
});

/** Pairs of a name and a value in trusted mrkdwn, two in a row and at most ten in one block. */
export function facts(pairs: readonly (readonly [string, string] | undefined)[]): KnownBlock[] {
  const stated = pairs.filter((pair) => pair !== undefined);
  const blocks: KnownBlock[] = [];
  for (let n = 0; n < stated.length; n += LIMITS.fields) {
    const fields = stated
      .slice(n, n + LIMITS.fields)
      .map(([name, value]) => mrkdwn(`*${name}*\n${value}`, LIMITS.field));
    blocks.push({ type: 'section', fields });
  }
  return blocks;
}

/** Lines under each other in one section, as many as fit; what does not is counted by `more`. */
export function lines(
  items: readonly { text: string; weight?: number }[],
  more: (left: number) => string,
  most: number = LIMITS.section,
): string {
  const room = most - 60;
  const total = items.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let text = '';
  let shown = 0;
  for (const item of items) {
    const next = text === '' ? item.text : `${text}\n${item.text}`;
    if (next.length > room) break;
    text = next;
    shown += item.weight ?? 1;
  }
  return shown === total ? text : `${text}${text === '' ? '' : '\n'}${more(total - shown)}`;
}

/** Characters of a code block. Leaves room for what Slack's escapes add; each `&`, `<` and `>` adds three or four. */
const LONGEST_CODE = LIMITS.section - 300;

/** True for code that a code block shows whole and unchanged. */
export const fitsCodeBlock = (text: string): boolean =>
  text.trimEnd().length <= LONGEST_CODE &&
  escaped(text).length + 6 <= LIMITS.section &&
  !text.includes('```');

/** Code over several lines, as it can be copied. */
export const codeBlock = (text: string): KnownBlock =>
  section(`\`\`\`${escaped(cut(text.trimEnd().replaceAll('```', "'''"), LONGEST_CODE))}\`\`\``);

/** A field for text in a modal. Its block id is `id`; `initial` is what it holds at first. */
export function input(
  id: string,
  label: string,
  more: {
    hint?: string;
    example?: string;
    optional?: boolean;
    initial?: string | undefined;
    multiline?: boolean;
  } = {},
): KnownBlock {
  return {
    type: 'input',
    block_id: id,
    optional: more.optional ?? false,
    label: plain(label, 150),
    ...(more.hint ? { hint: plain(more.hint, 1000) } : {}),
    element: {
      type: 'plain_text_input',
      action_id: 'value',
      multiline: more.multiline ?? false,
      ...(more.initial ? { initial_value: more.initial } : {}),
      ...(more.example ? { placeholder: plain(more.example, 150) } : {}),
    },
  };
}
