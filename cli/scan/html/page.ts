import { createHash } from 'node:crypto';
import { SCAN_CODES } from '../../../domain/scan/codes.ts';
import type { FilteredReport } from '../../../domain/scan/ignore.ts';
import { plainText } from '../../plain-text.ts';
import { aboutRolewright, type RemedyPart, remedyParts } from '../remedy-texts.ts';
import {
  closeFirst,
  closingLists,
  countText,
  headline,
  type RoleSection,
  sectionsOf,
} from '../report-texts.ts';
import { htmlText } from './html-text.ts';
import { picture } from './picture.ts';

const STYLE = `
:root { --critical: #b00020; --high: #d1490c; --medium: #9a6a00; --low: #3d6b8f; --right: #2f7d4f; --ink: #1d2330; --soft: #667085; --line: #e4e7ec; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #f7f8fa; margin: 0; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; margin: 0 0 8px; }
h2 { font-size: 18px; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 13px; text-transform: uppercase; letter-spacing: .04em; color: var(--soft); margin: 18px 0 6px; }
section, .picture { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 18px 20px; margin: 16px 0; }
section.critical { border-left: 6px solid var(--critical); } section.high { border-left: 6px solid var(--high); }
section.medium { border-left: 6px solid var(--medium); } section.low { border-left: 6px solid var(--low); }
section.right { border-left: 6px solid var(--right); }
.first { font-size: 17px; font-weight: 600; }
.arn, code, pre { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; }
.arn { color: var(--soft); }
pre { background: #f2f4f7; padding: 10px 12px; border-radius: 6px; white-space: pre-wrap; margin: 6px 0; }
.badge { color: #fff; border-radius: 4px; padding: 1px 8px; font-size: 12px; text-transform: uppercase; vertical-align: 2px; margin-right: 6px; }
.badge.critical { background: var(--critical); } .badge.high { background: var(--high); } .badge.medium { background: var(--medium); } .badge.low { background: var(--low); }
table { border-collapse: collapse; width: 100%; } td { padding: 5px 10px 5px 0; vertical-align: top; overflow-wrap: anywhere; } td:first-child { white-space: nowrap; } td:nth-child(2):not(:last-child) { white-space: nowrap; } td code { overflow-wrap: normal; }
@media (max-width: 640px) { td { display: block; padding: 2px 0; } tr { display: block; padding: 6px 0; } }
ul { margin: 4px 0; padding-left: 20px; } li { overflow-wrap: anywhere; }
svg { width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); } svg .axis { fill: var(--soft); font-size: 12px; }
.line { fill: none; stroke-width: 2; opacity: .75; } .line.right { stroke-dasharray: none; }
.line.critical { stroke: var(--critical); stroke-width: 3; } .line.high { stroke: var(--high); } .line.medium { stroke: var(--medium); } .line.low { stroke: var(--low); } .line.right { stroke: var(--right); }
.dot.critical { fill: var(--critical); } .dot.high { fill: var(--high); } .dot.medium { fill: var(--medium); } .dot.low { fill: var(--low); } .dot.right { fill: var(--right); }
.more { color: var(--soft); margin: 0; text-align: center; }
`;

/** The policy of the page: nothing runs, nothing is loaded; only its own style sheet, by hash, applies. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** The report as one HTML page with a picture of who gets in to what. */
export function htmlReport(report: FilteredReport): string {
  const first = closeFirst(report);
  const about = aboutRolewright(report);
  const drawing = picture(report.entries);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>Who gets in</title>',
    `<style>${STYLE}</style>`,
    '</head>',
    '<body><main>',
    '<h1>Who gets in</h1>',
    `<p>${htmlText(headline(report))} ${htmlText(countText(report))}</p>`,
    ...(first === undefined ? [] : [`<p class="first">${htmlText(first)}</p>`]),
    ...(about === undefined ? [] : [`<p>${htmlText(about)}</p>`]),
    ...(drawing === '' ? [] : [`<div class="picture">${drawing}</div>`]),
    ...sectionsOf(report).map(sectionHtml),
    ...closingLists(report).map(listHtml),
    '</main></body>',
    '</html>',
    '',
  ].join('\n');
}

function listHtml({ kind, title, entries }: ReturnType<typeof closingLists>[number]): string {
  const rows = entries.map(
    ([name, text]) => `<tr><td><code>${htmlText(name)}</code></td><td>${htmlText(text)}</td></tr>`,
  );
  return `<section class="${kind}"><h2>${title}</h2><table>${rows.join('')}</table></section>`;
}

const items = (texts: readonly string[]): string =>
  `<ul>${texts.map((text) => `<li>${htmlText(text)}</li>`).join('')}</ul>`;

function sectionHtml(section: RoleSection): string {
  const rows = section.findings.map(
    ({ severity, code, summary }) =>
      `<tr><td><span class="badge ${severity}">${severity}</span></td><td><code title="${htmlText(SCAN_CODES[code])}">${code}</code></td><td>${htmlText(summary)}</td></tr>`,
  );
  const parts = [
    `<h2><span class="badge ${section.severity}">${section.severity}</span>${htmlText(section.name)}</h2>`,
    `<div class="arn">${htmlText(section.role)}</div>`,
    `<table>${rows.join('')}</table>`,
    ...remedyParts(section).map((part) => `<h3>${part.title}</h3>${partHtml(part)}`),
  ];
  return `<section class="${section.severity}">${parts.join('\n')}</section>`;
}

function partHtml(part: RemedyPart): string {
  switch (part.kind) {
    case 'list':
      return items(part.items);
    case 'claims':
      return pre(htmlBlock(part.claims.map(([name, value]) => `${name}  ${plainText(value)}`).join('\n')));
    case 'code':
      return `${pre(htmlBlock(part.text))}${part.note === undefined ? '' : `<p>${htmlText(part.note)}</p>`}`;
  }
}

const pre = (html: string): string => `<pre>${html}</pre>`;

/** Text of several lines: each made plain by itself. */
const htmlBlock = (text: string): string => text.split('\n').map(htmlText).join('\n');
