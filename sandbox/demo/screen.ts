import { styleText } from 'node:util';

/** The fields of a plan that are shown. */
export type Plan = {
  hash: string;
  risk: string;
  gained: { action: string; resource: string }[];
  lost: { action: string; resource: string }[];
  approvalReasons: string[];
};

let chapters = 0;

const COLUMNS = 80;

/** A text in lines of 80 columns, each behind `indent` and the text's own spaces, broken where it has a space. A longer word has a
 *  line to itself. */
function wrapped(text: string, indent: string): string {
  const lead = indent + (/^ */.exec(text)?.[0] ?? '');
  const room = COLUMNS - lead.length;
  const lines = text.match(new RegExp(`\\S.{0,${room - 1}}(?= |$)|\\S+`, 'g')) ?? [''];
  return lines.map((line) => lead + line).join('\n');
}

/** A text behind a mark, which its first line begins with. */
const marked = (mark: string, text: string): string => `   ${mark} ${wrapped(text, '     ').slice(5)}`;

/** Prints the demo: chapters, actions, results. Uses colours only if the terminal supports them. */
export const screen = {
  title(text: string): void {
    console.log(`\n${styleText('bold', wrapped(text, ''))}`);
  },
  chapter(text: string): void {
    chapters += 1;
    const indent = ' '.repeat(String(chapters).length + 2);
    const heading = `${chapters}  ${wrapped(text, indent).slice(indent.length)}`;
    console.log(`\n${styleText(['bold', 'cyan'], heading)}`);
  },
  say(text: string): void {
    console.log(wrapped(text, '   '));
  },
  good(text: string): void {
    console.log(marked(styleText('green', '✓'), text));
  },
  refused(text: string, why: string): void {
    console.log(marked(styleText('yellow', '✗'), text));
    if (why) console.log(styleText('dim', wrapped(why, '       ')));
  },
  plan({ risk, gained, lost, hash }: Plan): void {
    console.log(`   Plan ${hash.slice(0, 12)}…, ${risk}:`);
    for (const { action, resource } of gained)
      console.log(styleText('green', `     + ${action}  ${resource}`));
    for (const { action, resource } of lost) console.log(styleText('red', `     - ${action}  ${resource}`));
  },
  json(value: unknown): void {
    const text = JSON.stringify(value, null, 2).replace(/\[\s+("[^"]*")\s+\]/g, '[$1]');
    for (const line of text.split('\n')) console.log(styleText('dim', `     ${line}`));
  },
  text(text: string): void {
    for (const line of text.trimEnd().split('\n')) console.log(styleText('dim', `     ${line}`));
  },
};

/** A step of the demo whose result is not the expected one. */
export class StoryBroken extends Error {}

/** Ends the demo if an expectation does not hold. */
export function expect(holds: boolean, expectation: string): asserts holds {
  if (!holds) throw new StoryBroken(expectation);
}
