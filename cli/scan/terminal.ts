import type { FilteredReport } from '../../domain/scan/ignore.ts';
import type { AdmittedClaims, ScanFinding, Severity } from '../../domain/scan/report.ts';
import { plainText, wrapped } from '../plain-text.ts';
import {
  aboutRolewright,
  claimLines,
  conditionLines,
  remedyOf,
  requestNote,
  stepsOf,
} from './remedy-texts.ts';
import {
  closeFirst,
  closingLists,
  countText,
  headline,
  type RoleSection,
  sectionsOf,
} from './report-texts.ts';

/** How wide a report is where the output is no terminal, in characters. */
const DEFAULT_COLUMNS = 80;
const [NARROWEST, WIDEST] = [40, 110];

const COLOURS: Record<Severity | 'right' | 'dim' | 'bold', string> = {
  critical: '\u001b[1;31m',
  high: '\u001b[31m',
  medium: '\u001b[33m',
  low: '\u001b[36m',
  right: '\u001b[32m',
  dim: '\u001b[2m',
  bold: '\u001b[1m',
};

/** How the terminal is; `policies` where the policies of the commands were written. */
export type TerminalStyle = {
  columns: number | undefined;
  hasColours: boolean;
  policies: string | undefined;
};

/** The report for a person at a terminal: the role to close first, then every role with its findings, the gravest first. */
export function terminalReport(report: FilteredReport, style: TerminalStyle): string {
  const page = new Page(style);
  page.paragraph(headline(report));
  const first = closeFirst(report);
  if (first !== undefined) page.paragraph(first, { colour: 'bold' });
  const about = aboutRolewright(report);
  if (about !== undefined) page.paragraph(about, { colour: 'dim' });
  for (const section of sectionsOf(report)) writeSection(page, section);
  for (const { kind, title, entries } of closingLists(report)) {
    page.heading(title, LIST_COLOURS[kind]);
    for (const [name, text] of entries) page.entry(name, text);
  }
  page.paragraph(`${countText(report)} ${afterwards(report, style)}`.trim());
  return page.text();
}

const LIST_COLOURS = { right: 'right', unknown: 'medium', ignored: 'dim', unused: 'medium' } as const;

function afterwards({ files }: FilteredReport, { policies }: TerminalStyle): string {
  if (files.length === 0) return '';
  if (policies !== undefined) return `The policies that the commands read are in ${policies}.`;
  return 'Run again with --policies scan-policies to write the policies that the commands read.';
}

function writeSection(page: Page, section: RoleSection): void {
  const { severity, name, role, findings, admits } = section;
  page.heading(`${severity.toUpperCase()}  ${name}`, severity);
  page.line(`  ${plainText(role)}`, 'dim');
  for (const { code, severity: one, summary } of findings) page.entry(`${code} (${one})`, summary, one);
  page.labels('admits', admits);
  const remedy = remedyOf(section);
  if (remedy) writeRemedy(page, remedy);
}

function writeRemedy(page: Page, finding: ScanFinding): void {
  if (finding.admits) writeToken(page, finding.admits);
  const can = finding.can ?? [];
  const hidden = can.length - MOST_POWERS;
  page.labels('can', [...can.slice(0, MOST_POWERS), ...(hidden > 0 ? [`and ${hidden} more`] : [])]);
  if (finding.correctedTrustPolicy !== undefined) {
    page.labels('should be', conditionLines(finding.correctedTrustPolicy));
  }
  if (finding.fillIn !== undefined) page.label('', finding.fillIn);
  for (const [index, { text, line, request }] of stepsOf(finding).entries()) {
    page.label(index === 0 ? 'then' : '', `${text}:`);
    page.command(line);
    if (request) page.label('', requestNote(finding));
  }
}

function writeToken(page: Page, { issuer, claims, request }: AdmittedClaims): void {
  page.label('gets in', 'a token with');
  page.label('  iss', issuer);
  page.label('  sub', String(claims.sub));
  page.label('  aud', [claims.aud].flat().join(', '));
  for (const [name, value] of claimLines(request ?? {})) page.label(`  ${name}`, value);
}

/** How many of a role's powers are listed. */
const MOST_POWERS = 5;

/** Collects lines of a limited width. All text is made plain here, so that none of it can move the cursor. */
class Page {
  readonly #lines: string[] = [];
  readonly #width: number;
  readonly #hasColours: boolean;

  constructor({ columns, hasColours }: TerminalStyle) {
    this.#width = Math.min(WIDEST, Math.max(NARROWEST, columns ?? DEFAULT_COLUMNS));
    this.#hasColours = hasColours;
  }

  #coloured(text: string, colour: keyof typeof COLOURS | undefined): string {
    return this.#hasColours && colour ? `${COLOURS[colour]}${text}\u001b[0m` : text;
  }

  line(text: string, colour?: keyof typeof COLOURS): void {
    this.#lines.push(this.#coloured(text, colour));
  }

  heading(text: string, colour: keyof typeof COLOURS): void {
    this.#lines.push('', this.#coloured(plainText(text), colour));
  }

  paragraph(text: string, { colour }: { colour?: keyof typeof COLOURS } = {}): void {
    this.#lines.push(
      '',
      ...wrapped(plainText(text), this.#width).map((line) => this.#coloured(line, colour)),
    );
  }

  /** A name on its line, and the text below it. */
  entry(name: string, text: string, colour?: keyof typeof COLOURS): void {
    this.line(`  ${this.#coloured(plainText(name), colour)}`);
    for (const line of wrapped(plainText(text), this.#width - 4)) this.line(`    ${line}`);
  }

  /** Text with a label before its first line. */
  label(name: string, text: string): void {
    const lines = wrapped(plainText(text), this.#width - 13);
    for (const [index, line] of lines.entries()) {
      this.line(`  ${this.#coloured((index === 0 ? plainText(name) : '').padEnd(10), 'dim')} ${line}`);
    }
  }

  /** Texts below one another, the first with the label. */
  labels(name: string, texts: readonly string[]): void {
    for (const [index, text] of texts.entries()) this.label(index === 0 ? name : '', text);
  }

  /** A command on one line, however long, so that it can be copied. */
  command(text: string): void {
    this.line(`    ${plainText(text)}`);
  }

  text(): string {
    return `${this.#lines.join('\n').replace(/^\n+/, '')}\n`;
  }
}
