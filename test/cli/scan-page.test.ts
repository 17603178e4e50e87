import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { terminalReport } from '../../cli/scan/terminal.ts';
import { SCAN_CODES } from '../../domain/scan/codes.ts';
import { withoutIgnored } from '../../domain/scan/ignore.ts';
import { documents, scanned } from '../scan/fixture-files.ts';
import { asEpoch } from '../support/identifiers.ts';

const page = readFileSync(new URL('../../docs/scan.md', import.meta.url), 'utf8');

test('the output on the page is what the command prints', () => {
  const shown = /```text\n([\s\S]*?)\n```/.exec(page)?.[1]?.split('\n') ?? [];
  const report = withoutIgnored(scanned(documents('newcomer', 'names'), ['acme']), [], asEpoch(0));
  const style = { columns: undefined, hasColours: false, policies: undefined };
  const printed = terminalReport(report, style).split('\n');
  let at = 0;
  for (const line of shown.filter((one) => one !== '' && one.trim() !== '…')) {
    const found = printed.indexOf(line, at);
    expect([line, found >= at]).toEqual([line, true]);
    at = found + 1;
  }
  expect(at).toBeGreaterThan(30);
});

test('the page has a row for each code', () => {
  for (const [code, text] of Object.entries(SCAN_CODES)) expect(page).toContain(`| \`${code}\` | ${text} |`);
});
