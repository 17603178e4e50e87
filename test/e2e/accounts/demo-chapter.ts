import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { operate } from '../../../sandbox/demo/accounts.ts';
import { screen } from '../../../sandbox/demo/screen.ts';
import { sandboxClient } from '../../../sandbox/sandbox-client.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** The lines that are printed while `act` runs. */
async function printed(act: () => Promise<void> | void): Promise<string[]> {
  const texts: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((...text) => void texts.push(text.join(' ')));
  try {
    await act();
  } finally {
    log.mockRestore();
  }
  return texts.flatMap((text) => stripVTControlCharacters(text).split('\n'));
}

/** The demo plays its chapter on several accounts on the stack of the tests. */
export function demoChapter(world: () => World): void {
  describe("the demo's chapter on several accounts", () => {
    it('shows what is refused, what goes on and what settles, in lines of 80 columns', async () => {
      const lines = await printed(() => operate(sandboxClient(world().stack), world().ada));
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      const results = lines.flatMap(
        (line) => /^ {3}([✓✗] .*?) {2,}(\d{3} \w+)$/.exec(line)?.slice(1).join(': ') ?? [],
      );
      expect(results).toEqual([
        ...['default', 'staging', 'production'].flatMap((account) => [
          `✓ acme/shop in ${account}: 201 active`,
          `✓ globex/other in ${account}: 201 active`,
        ]),
        '✗ globex/other, a second role in staging: 503 ACCOUNT_UNREACHABLE',
        '✓ Ada revokes acme/shop in staging: 202 revoking',
        '✓ globex/other, a second in production: 201 active',
        '✗ acme/shop, a second role in production: 502 UPSTREAM_FAILED',
        '✓ globex/other, a second role in default: 201 active',
        '✓ globex/other, a second role in staging: 201 active',
        '✓ Ada revokes acme/shop in staging: 200 revoked',
        '✓ acme/shop, a second role in production: 201 active',
      ]);
    });

    it('breaks no word, and keeps the indent of a text and its mark', async () => {
      const arn = `arn:aws:iam::111122223333:role/rolewright/${'x'.repeat(60)}`;
      expect(await printed(() => screen.good(`   it may assume ${arn} now`))).toEqual([
        '   ✓    it may assume',
        `        ${arn}`,
        '        now',
      ]);
      const text = 'word '.repeat(40).trim();
      const lines = await printed(() => screen.refused(text, text));
      expect(lines.map((line) => line.length <= 80 && line.length > 70)).toEqual([
        true,
        true,
        false,
        true,
        true,
        false,
      ]);
      expect(lines.join(' ').replaceAll(/\s+/g, ' ').trim()).toBe(`✗ ${text} ${text}`);
    });
  });
}
