import { styleText } from 'node:util';

/** Prints the demo: chapters, what is done, what comes back. Colours only where the terminal takes them. */
export const screen = {
  title(text: string): void {
    console.log(`\n${styleText('bold', text)}`);
  },
  chapter(number: number, text: string): void {
    console.log(`\n${styleText(['bold', 'cyan'], `${number}  ${text}`)}`);
  },
  say(text: string): void {
    console.log(`   ${text}`);
  },
  good(text: string): void {
    console.log(`   ${styleText('green', '✓')} ${text}`);
  },
  refused(text: string, why: string): void {
    console.log(`   ${styleText('yellow', '✗')} ${text}`);
    console.log(styleText('dim', `       ${why}`));
  },
  json(value: unknown): void {
    const text = JSON.stringify(value, null, 2).replace(/\[\s+("[^"]*")\s+\]/g, '[$1]');
    for (const line of text.split('\n')) console.log(styleText('dim', `     ${line}`));
  },
  text(text: string): void {
    for (const line of text.trimEnd().split('\n')) console.log(styleText('dim', `     ${line}`));
  },
};

/** A step that did not come out as told. */
export class StoryBroken extends Error {}

/** Ends the demo when the story is not true. */
export function expect(holds: boolean, told: string): asserts holds {
  if (!holds) throw new StoryBroken(told);
}
