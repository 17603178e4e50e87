import type { FilteredReport } from '../../domain/scan/ignore.ts';
import { plainText } from '../plain-text.ts';
import { aboutRolewright, type RemedyPart, remedyParts } from './remedy-texts.ts';
import {
  closeFirst,
  closingLists,
  countText,
  headline,
  type RoleSection,
  sectionsOf,
} from './report-texts.ts';

/** Text of a stranger in Markdown: nothing in it is markup, a link, a mention, or HTML. */
const escaped = (text: string): string =>
  plainText(text)
    .replace(/[\\`*_{}[\]#|~@!]/g, (char) => `\\${char}`)
    .replaceAll('://', ':\\/\\/')
    .replaceAll(/www\./gi, (found) => `${found.slice(0, 3)}\\.`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** Text as code, behind a fence that is longer than any run of backticks in it. */
function code(text: string): string {
  const plain = plainText(text).replaceAll('|', '¦');
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${plain}${fence}` : `${fence} ${plain} ${fence}`;
}

function block(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** The report as GitHub-flavoured Markdown. */
export function markdownReport(report: FilteredReport): string {
  const first = closeFirst(report);
  const about = aboutRolewright(report);
  const parts = [
    '# Who gets in',
    escaped(headline(report)),
    ...(first === undefined ? [] : [`**${escaped(first)}**`]),
    countText(report),
    ...(about === undefined ? [] : [escaped(about)]),
    ...sectionsOf(report).map(sectionText),
    ...closingLists(report).flatMap(({ title, entries }) => list(title, entries)),
  ];
  return `${parts.join('\n\n')}\n`;
}

const list = (title: string, entries: [string, string][]): string[] => [
  `## ${title}`,
  entries.map(([name, text]) => `- ${code(name)}: ${escaped(text)}`).join('\n'),
];

function sectionText(section: RoleSection): string {
  const rows = section.findings.map(
    ({ severity, code: one, summary }) => `| ${severity} | ${one} | ${escaped(summary)} |`,
  );
  return [
    `## ${section.severity}: ${escaped(section.name)}`,
    code(section.role),
    ['| severity | code | what |', '|---|---|---|', ...rows].join('\n'),
    ...remedyParts(section).flatMap((part) => [`${part.title}:`, ...partText(part)]),
  ].join('\n\n');
}

function partText(part: RemedyPart): string[] {
  switch (part.kind) {
    case 'list':
      return [part.items.map((text) => `- ${escaped(text)}`).join('\n')];
    case 'claims':
      return [part.claims.map(([name, value]) => `- ${code(name)} ${code(value)}`).join('\n')];
    case 'code':
      return [block(part.language, part.text), ...(part.note === undefined ? [] : [escaped(part.note)])];
  }
}
