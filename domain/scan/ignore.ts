import { isLike } from '../shared/patterns.ts';
import type { EpochMilliseconds } from '../shared/time.ts';
import { epochOf } from '../shared/time.ts';
import { type ScanFinding, type ScanReport, type Severity, severities } from './report.ts';

/** A finding that is accepted: by code and role, `*` and `?` in the role as in IAM, with the reason why. `until`: a day,
 *  ISO 8601; from that day on the finding counts again. */
export type IgnoreRule = { code: string; role: string; reason: string; until?: string | undefined };

/** A finding that a rule takes out, and why. */
export type IgnoredFinding = { role: string; code: string; reason: string };

/** A rule that took nothing out: it fits nothing, or its time is over. */
export type UnusedRule = IgnoreRule & { isOver: boolean };

/** A report without what is ignored, and the rules that took nothing out. */
export type FilteredReport = ScanReport & {
  ignored: readonly IgnoredFinding[];
  unused: readonly UnusedRule[];
};

/** Takes out the findings that a rule names. */
export function withoutIgnored(
  report: ScanReport,
  rules: readonly IgnoreRule[],
  now: EpochMilliseconds,
): FilteredReport {
  const live = rules.filter(({ until }) => until === undefined || now < epochOf(until));
  const fits = (rule: IgnoreRule, { code, role }: ScanFinding) =>
    rule.code === code && isLike(role, rule.role);
  const ruleFor = (finding: ScanFinding) => live.find((rule) => fits(rule, finding));
  return {
    ...report,
    findings: report.findings.filter((finding) => !ruleFor(finding)),
    ignored: report.findings.flatMap((finding) => {
      const rule = ruleFor(finding);
      return rule ? [{ role: finding.role, code: finding.code, reason: rule.reason }] : [];
    }),
    unused: rules
      .map((rule) => ({ ...rule, isOver: !live.includes(rule) }))
      .filter((rule) => rule.isOver || !report.findings.some((one) => fits(rule, one))),
  };
}

/** Keeps the findings of the given codes and severities; all where none is given. */
export function onlyThose(report: FilteredReport, wanted: readonly string[]): FilteredReport {
  if (wanted.length === 0) return report;
  const findings = report.findings.filter(
    ({ code, severity }) => wanted.includes(code) || wanted.includes(severity),
  );
  return { ...report, findings };
}

/** True when something at or above a severity was found. */
export const reaches = ({ findings }: Pick<ScanReport, 'findings'>, threshold: Severity): boolean =>
  findings.some(({ severity }) => severities.indexOf(severity) <= severities.indexOf(threshold));
