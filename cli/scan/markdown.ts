import type { FilteredReport } from '../../domain/scan/ignore.ts';
import { plainJson, plainText } from '../plain-text.ts';
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
  const parts = [
    '# Who gets in',
    escaped(headline(report)),
    ...(first === undefined ? [] : [`**${escaped(first)}**`]),
    `Findings: ${countText(report)}.`,
    ...sectionsOf(report).map(sectionText),
    ...list(
      'Right',
      report.right.map(({ role, admits }) => [shortName(role), `admits ${admits}`]),
    ),
    ...list(
      'Not judged',
      report.unknown.map(({ subject, reason }) => [shortName(subject), reason]),
    ),
    ...list(
      'Ignored',
      report.ignored.map((one) => [`${shortName(one.role)} ${one.code}`, one.reason]),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

const list = (title: string, entries: [string, string][]): string[] =>
  entries.length === 0
    ? []
    : [`## ${title}`, entries.map(([name, text]) => `- ${code(name)}: ${escaped(text)}`).join('\n')];

function sectionText(section: RoleSection): string {
  const remedy = remedyOf(section);
  const rows = section.findings.map(
    ({ severity, code: one, summary }) => `| ${severity} | ${one} | ${escaped(summary)} |`,
  );
  const parts = [
    `## ${section.severity}: ${escaped(section.name)}`,
    code(section.role),
    ['| severity | code | what |', '|---|---|---|', ...rows].join('\n'),
  ];
  if (remedy?.admits) {
    const claims = claimLines(remedy.admits.claims).map(([name, value]) => `- ${code(name)} ${code(value)}`);
    parts.push(`A token of ${code(remedy.admits.issuer)} gets in:`, claims.join('\n'));
  }
  if (remedy?.can) parts.push('It can:', remedy.can.map((text) => `- ${escaped(text)}`).join('\n'));
  if (remedy?.correctedTrustPolicy !== undefined) {
    parts.push(
      'The trust policy that it should have:',
      block('json', plainJson(remedy.correctedTrustPolicy, 2)),
    );
  }
  if (remedy?.fillIn !== undefined) parts.push(escaped(remedy.fillIn));
  if (remedy?.request) {
    const request = `POST /v1/grants\n${plainJson(remedy.request, 2)}`;
    parts.push('Ask Rolewright for a grant of its own beside it:', block('', request));
  }
  if (remedy?.command)
    parts.push('Once that works, close this role:', block('sh', plainText(remedy.command)));
  if (remedy?.narrow) parts.push('Or narrow it:', block('sh', plainText(remedy.narrow)));
  return parts.join('\n\n');
}
