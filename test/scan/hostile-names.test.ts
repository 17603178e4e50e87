import { describe, expect, test } from '@jest/globals';
import { htmlReport } from '../../cli/scan/html/page.ts';
import { jsonReport } from '../../cli/scan/json.ts';
import { markdownReport } from '../../cli/scan/markdown.ts';
import { sarifReport } from '../../cli/scan/sarif.ts';
import { terminalReport } from '../../cli/scan/terminal.ts';
import { withoutIgnored } from '../../domain/scan/ignore.ts';
import { asEpoch } from '../support/identifiers.ts';
import { scanned } from './fixture-files.ts';
import { HOSTILE, hostileDocuments } from './hostile-account.ts';

const report = withoutIgnored(scanned(hostileDocuments()), [], asEpoch(0));

const reports = {
  terminal: terminalReport(report, { columns: 80, hasColours: false, policies: undefined }),
  markdown: markdownReport(report),
  html: htmlReport(report),
  json: jsonReport(report),
  sarif: sarifReport(report),
};

/** Everything that a terminal, a browser or an editor could obey, the line feed apart. */
const CONTROL = /(?!\n)\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u;

test('there are findings about hostile roles to show', () => {
  expect(report.findings.length).toBeGreaterThan(HOSTILE.length);
  expect(report.unknown.length).toBeGreaterThan(HOSTILE.length);
});

test.each(Object.entries(reports))('%s holds no control, invisible or bidirectional character', (_, text) => {
  expect(CONTROL.exec(text)).toBeNull();
});

test('JSON and SARIF keep the names as they are, in escapes', () => {
  const roles = (JSON.parse(reports.json) as { findings: { role: string }[] }).findings.map(
    ({ role }) => role,
  );
  for (const text of HOSTILE.slice(0, 8)) {
    expect(roles).toContain(`arn:aws:iam::111122223333:role/${text}`);
  }
  expect(JSON.parse(reports.sarif)).toMatchObject({ version: '2.1.0' });
});

describe('the HTML page', () => {
  test('has no element, attribute or address that a name put there', () => {
    expect(reports.html).not.toMatch(/<script|<img|<\/svg><\/pre>/i);
    const tags = [...reports.html.matchAll(/<\/?([a-z0-9]+)[^>]*>/gi)].map(([, name = '']) =>
      name.toLowerCase(),
    );
    const known =
      'html head meta title style body main h1 h2 h3 p div svg path text circle section table tr td span code pre ul li';
    expect([...new Set(tags)].filter((tag) => !known.split(' ').includes(tag))).toEqual([]);
    const attributes = [...reports.html.matchAll(/<[a-z0-9]+([^>]*)>/gi)].map(([, text = '']) =>
      text.replaceAll(/"[^"]*"/g, '""'),
    );
    expect(attributes.filter((text) => /\son|href|src|style=/i.test(text))).toEqual([]);
  });

  test('runs nothing and loads nothing, by its own policy', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(reports.html)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|script-src|\*/);
  });
});

test('Markdown shows no heading, link, table or HTML of a name', () => {
  const outside = reports.markdown
    .replaceAll(/^(`{3,})[\s\S]*?\n\1$/gm, '')
    .replaceAll(/(?<![\\`])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
  expect(outside).not.toMatch(/<[a-z/]|(?<!\\)\]\(|(?<!\\)`|^# heading/im);
  const rows = outside.split('\n').filter((line) => line.startsWith('|'));
  for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(5);
});

test('a name that IAM would not have taken is in no command and no file name', () => {
  for (const { role, command, narrow } of report.findings) {
    if (role.includes('/trust-')) continue;
    expect([command, narrow]).toEqual([undefined, undefined]);
  }
  for (const { name } of report.files)
    expect(name).toMatch(/^\d{12}-[\w+=,.@-]+\.(?:closed|narrowed|edit-first)\.json$/);
});

test('colours are only there where they are asked for', () => {
  const coloured = terminalReport(report, { columns: 80, hasColours: true, policies: undefined });
  expect(coloured).toContain('\u001b[1;31mCRITICAL');
  // What is left without the report's own colours is plain.
  expect(
    CONTROL.exec(
      coloured
        .split('\u001b[')
        .map((part) => part.replace(/^[\d;]*m/, ''))
        .join(''),
    ),
  ).toBeNull();
});
