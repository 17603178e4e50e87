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

/** Prints the demo: chapters, actions, results. Uses colours only if the terminal supports them. */
export const screen = {
  title(text: string): void {
    console.log(`\n${styleText('bold', text)}`);
  },
  chapter(text: string): void {
    chapters += 1;
    console.log(`\n${styleText(['bold', 'cyan'], `${chapters}  ${text}`)}`);
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
