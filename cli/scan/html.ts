import { createHash } from 'node:crypto';
import { SCAN_CODES } from '../../domain/scan/codes.ts';
import type { FilteredReport } from '../../domain/scan/ignore.ts';
import { plainJson } from '../plain-text.ts';
import { htmlText } from './html-text.ts';
import { picture } from './picture.ts';
import {
  claimLines,
  closeFirst,
  countText,
  headline,
  type RoleSection,
  remedyOf,
  sectionsOf,
  shortName,
} from './report-texts.ts';

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
    `<p>${htmlText(headline(report))} Findings: ${countText(report)}.</p>`,
    ...(first === undefined ? [] : [`<p class="first">${htmlText(first)}</p>`]),
    ...(drawing === '' ? [] : [`<div class="picture">${drawing}</div>`]),
    ...sectionsOf(report).map(sectionHtml),
    ...listHtml(
      'Right',
      report.right.map(({ role, admits }) => [shortName(role), `admits ${admits}`]),
    ),
    ...listHtml(
      'Not judged',
      report.unknown.map(({ subject, reason }) => [shortName(subject), reason]),
    ),
    ...listHtml(
      'Ignored',
      report.ignored.map((one) => [`${shortName(one.role)} ${one.code}`, one.reason]),
    ),
    '</main></body>',
    '</html>',
    '',
  ].join('\n');
}

function listHtml(title: string, entries: [string, string][]): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(
    ([name, text]) => `<tr><td><code>${htmlText(name)}</code></td><td>${htmlText(text)}</td></tr>`,
  );
  const kind = title === 'Right' ? 'right' : '';
  return [`<section class="${kind}"><h2>${title}</h2><table>${rows.join('')}</table></section>`];
}

const items = (texts: readonly string[]): string =>
  `<ul>${texts.map((text) => `<li>${htmlText(text)}</li>`).join('')}</ul>`;

function sectionHtml(section: RoleSection): string {
  const remedy = remedyOf(section);
  const rows = section.findings.map(
    ({ severity, code, summary }) =>
      `<tr><td><span class="badge ${severity}">${severity}</span></td><td><code title="${htmlText(SCAN_CODES[code])}">${code}</code></td><td>${htmlText(summary)}</td></tr>`,
  );
  const parts = [
    `<h2><span class="badge ${section.severity}">${section.severity}</span>${htmlText(section.name)}</h2>`,
    `<div class="arn">${htmlText(section.role)}</div>`,
    `<table>${rows.join('')}</table>`,
  ];
  if (remedy?.admits) {
    const claims = claimLines(remedy.admits.claims).map(([name, value]) => `${name}  ${value}`);
    parts.push(
      '<h3>A token that gets in</h3>',
      pre([`iss  ${remedy.admits.issuer}`, ...claims].map(htmlText).join('\n')),
    );
  }
  if (remedy?.can) parts.push('<h3>What it can do</h3>', items(remedy.can));
  if (remedy?.correctedTrustPolicy !== undefined) {
    parts.push(
      '<h3>The trust policy it should have</h3>',
      pre(htmlBlock(plainJson(remedy.correctedTrustPolicy, 2))),
    );
  }
  if (remedy?.fillIn !== undefined) parts.push(`<p>${htmlText(remedy.fillIn)}</p>`);
  if (remedy?.request) {
    const request = `POST /v1/grants\n${plainJson(remedy.request, 2)}`;
    parts.push('<h3>Ask Rolewright for a grant of its own beside it</h3>', pre(htmlBlock(request)));
  }
  if (remedy?.command) parts.push('<h3>Once that works, close this role</h3>', pre(htmlText(remedy.command)));
  if (remedy?.narrow) parts.push('<h3>Or narrow it</h3>', pre(htmlText(remedy.narrow)));
  return `<section class="${section.severity}">${parts.join('\n')}</section>`;
}

const pre = (html: string): string => `<pre>${html}</pre>`;

/** Text of several lines: each made plain by itself. */
const htmlBlock = (text: string): string => text.split('\n').map(htmlText).join('\n');
