import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { SCAN_CODES, type ScanCode, scanCodes } from '../../domain/scan/codes.ts';
import type { FilteredReport } from '../../domain/scan/ignore.ts';
import type { ScanFinding, Severity } from '../../domain/scan/report.ts';
import { plainJson, plainText } from '../plain-text.ts';
import { tokenLines } from './remedy-texts.ts';

/** SARIF's level, and the number by which code hosts sort findings: above 9 critical, 7 high, 4 medium. */
const LEVELS: Record<Severity, { level: 'error' | 'warning' | 'note'; score: string }> = {
  critical: { level: 'error', score: '9.5' },
  high: { level: 'error', score: '8.0' },
  medium: { level: 'warning', score: '5.5' },
  low: { level: 'note', score: '3.0' },
};

/** The report as SARIF 2.1.0. Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". */
export function sarifReport(report: FilteredReport): string {
  const used = scanCodes.filter((code) => report.findings.some((one) => one.code === code));
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'rolewright scan',
            rules: used.map((code) => ruleOf(code, report)),
          },
        },
        results: report.findings.map((finding) => resultOf(finding, used)),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: report.unknown.map(({ subject, reason }) => ({
              level: 'warning',
              message: { text: plainText(`${subject}: ${reason}`) },
            })),
          },
        ],
      },
    ],
  };
  return `${plainJson(document, 2)}\n`;
}

function ruleOf(code: ScanCode, { findings }: FilteredReport) {
  const severity = findings.find((one) => one.code === code)?.severity ?? 'low';
  return {
    id: code,
    shortDescription: { text: SCAN_CODES[code] },
    defaultConfiguration: { level: LEVELS[severity].level },
    properties: { tags: ['security'], 'security-severity': LEVELS[severity].score },
  };
}

function resultOf(finding: ScanFinding, used: readonly ScanCode[]) {
  const { role, file, code, severity, summary, admits } = finding;
  const lines = admits ? tokenLines(admits).map(([name, value]) => `${name} ${value}`) : [];
  const token = admits ? ` Gets in: a token with ${lines.join(', ')}.` : '';
  return {
    ruleId: code,
    ruleIndex: used.indexOf(code),
    level: LEVELS[severity].level,
    message: { text: plainText(`${role}: ${summary}${token}`) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: plainText(role), kind: 'resource' }],
      },
    ],
    partialFingerprints: {
      'roleAndCode/v1': createHash('sha256').update(`${role}\n${code}\n${summary}`).digest('hex'),
    },
  };
}

/** A relative reference for a path below the working directory, as SARIF wants it; a name for standard input. */
const uriOf = (file: string): string =>
  file.startsWith('/') ? pathToFileURL(file).href : file.split(/[\\/]/).map(encodeURIComponent).join('/');
