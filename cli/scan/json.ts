import type { FilteredReport } from '../../domain/scan/ignore.ts';
import { plainJson } from '../plain-text.ts';

/** The report as one JSON document. */
export function jsonReport({ entries: _, files: __, unused, ...report }: FilteredReport): string {
  return `${plainJson({ ...report, unusedIgnores: unused }, 2)}\n`;
}
