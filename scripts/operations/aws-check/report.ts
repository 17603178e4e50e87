import type { StepResult } from './step.ts';

/** What a user can send: what was seen, and where. */
export type Report = {
  version: string;
  at: string;
  region: string;
  partition: string;
  steps: StepResult[];
  left: string[];
};

/** A report as text without account ids, access keys and tokens. */
export const reportText = (report: Report): string =>
  `${JSON.stringify(report, null, 2)}\n`
    .replace(/(?<!\d)\d{12}(?!\d)/g, '<account>')
    .replace(/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{8,}/g, '<id>')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '<token>');

const MARKS = { 'as expected': '✓', otherwise: '✗', skipped: '–', failed: '!' } as const;

/** One line for each step. */
export const stepLine = ({ name, outcome, saw, seconds }: StepResult, n: number): string =>
  `${MARKS[outcome]} ${String(n + 1).padStart(2)} ${name} (${seconds} s): ${outcome}. ${saw}`;
