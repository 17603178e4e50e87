import type { FilteredReport } from '../../domain/scan/ignore.ts';
import type { ScanFinding, Severity } from '../../domain/scan/report.ts';
import { severities } from '../../domain/scan/report.ts';

/** Everything that a report says of one role, for readers. */
export type RoleSection = {
  role: string;
  name: string;
  severity: Severity;
  findings: ScanFinding[];
  /** Whom the role admits that its trust names, as clauses. */
  admits: string[];
};

/** The name at the end of an ARN: `deploy` of `arn:aws:iam::111122223333:role/ci/deploy`. */
export const shortName = (arn: string): string => {
  const provider = arn.split(':oidc-provider/')[1];
  return provider ?? arn.slice(arn.lastIndexOf('/') + 1);
};

/** The account id in an ARN; empty without one. */
const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** The findings by role, in the report's order; a role's severity is that of its gravest finding. */
export function sectionsOf({ findings, entries }: FilteredReport): RoleSection[] {
  const sections = Map.groupBy(findings, ({ role }) => role);
  const own = Map.groupBy(
    entries.filter(({ severity }) => severity === 'right'),
    ({ role }) => role,
  );
  return [...sections].map(([role, all]) => ({
    role,
    name: shortName(role),
    severity: severities.find((severity) => all.some((one) => one.severity === severity)) ?? 'low',
    findings: all,
    admits: (own.get(role) ?? []).map(({ from }) => from),
  }));
}

/** How many findings of each severity there are, and on how many roles: `Findings: 2 critical, 1 low, on 2 roles.` */
export function countText({ findings, hidden }: FilteredReport): string {
  const unseen = hidden === 0 ? '' : ` ${hidden} more ${hidden === 1 ? 'is' : 'are'} hidden by --only.`;
  if (findings.length === 0) return `No findings.${unseen}`;
  const counts = severities.map((severity) => ({
    severity,
    count: findings.filter((one) => one.severity === severity).length,
  }));
  const present = counts
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  const subjects = [...new Set(findings.map(({ role }) => role))];
  const providers = subjects.filter((one) => one.includes(':oidc-provider/')).length;
  const about = [...counted(subjects.length - providers, 'role'), ...counted(providers, 'provider')].join(
    ' and ',
  );
  return `Findings: ${present.join(', ')}, on ${about}.${unseen}`;
}

const counted = (count: number, noun: string): string[] =>
  count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];

const STRANGERS =
  "Strangers are those whom a role's trust does not name: the other repositories of your own workspace or organisation, and everyone else at the issuer where the trust does not even name that.";

/** What was looked at, and who strangers are where one gets in. A role that could not be judged does not count as one that
 *  keeps strangers out. */
export function headline({ roles, rolesRead, rolesUnjudged, entries }: FilteredReport): string {
  const open = new Set(entries.filter(({ severity }) => severity !== 'right').map(({ role }) => role)).size;
  const all = `${rolesRead} ${rolesRead === 1 ? 'role' : 'roles'}`;
  if (roles === 0) return `None of ${all} trusts an OIDC provider.`;
  const trusting = `${roles} of ${all} ${rolesRead === 1 ? 'trusts' : 'trust'} an OIDC provider`;
  const unjudged = rolesUnjudged === 0 ? '' : `, ${rolesUnjudged} could not be judged`;
  if (open === 0)
    return `${trusting}; none ${rolesUnjudged === 0 ? 'lets' : 'is known to let'} strangers in${unjudged}.`;
  return `${trusting}; ${open} ${open === 1 ? 'lets' : 'let'} strangers in${unjudged}. ${STRANGERS}`;
}

/** The lists behind the roles, with their titles: what is right, what was not judged, what is ignored, and which rules took
 *  nothing out. */
export const closingLists = (
  report: FilteredReport,
): {
  kind: 'right' | 'unknown' | 'ignored' | 'unused';
  title: string;
  entries: [name: string, text: string][];
}[] =>
  [
    {
      kind: 'right' as const,
      title: 'Right: the trust admits exactly what it names',
      entries: report.right.map(({ role, admits }): [string, string] => [
        shortName(role),
        `admits ${admits}`,
      ]),
    },
    {
      kind: 'unknown' as const,
      title: 'Not judged',
      entries: report.unknown.map(({ subject, reason }): [string, string] => [shortName(subject), reason]),
    },
    {
      kind: 'ignored' as const,
      title: 'Ignored',
      entries: report.ignored.map((one): [string, string] => [
        `${shortName(one.role)} ${one.code}`,
        one.reason,
      ]),
    },
    {
      kind: 'unused' as const,
      title: 'Rules that ignore nothing',
      entries: report.unused.map(({ code, role, until, isOver }): [string, string] => [
        `${code} ${role}`,
        isOver ? `the rule ended on ${until}` : 'no finding fits the rule',
      ]),
    },
  ].filter(({ entries }) => entries.length > 0);

/** Which role to close first, and why; undefined where none lets strangers in. */
export function closeFirst(report: FilteredReport): string | undefined {
  const opening = report.entries.filter(({ severity }) => severity !== 'right');
  const worst = sectionsOf(report).find(({ role }) => opening.some((one) => one.role === role));
  const entry = opening.find(({ role }) => role === worst?.role);
  if (!worst || !entry) return undefined;
  const can = worst.findings.find((one) => one.can)?.can?.[0];
  return `Close first: ${worst.name} (account ${accountOf(worst.role)}). It lets in ${entry.from}${can === undefined ? '' : `, and can ${can}`}.`;
}
