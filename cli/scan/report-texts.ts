import type { FilteredReport } from '../../domain/scan/ignore.ts';
import type { ScanFinding, Severity } from '../../domain/scan/report.ts';
import { severities } from '../../domain/scan/report.ts';

/** Everything that a report says of one role, for readers. */
export type RoleSection = {
  role: string;
  name: string;
  severity: Severity;
  findings: ScanFinding[];
};

/** The name at the end of an ARN: `deploy` of `arn:aws:iam::111122223333:role/ci/deploy`. */
export const shortName = (arn: string): string => {
  const provider = arn.split(':oidc-provider/')[1];
  return provider ?? arn.slice(arn.lastIndexOf('/') + 1);
};

/** The account id in an ARN; empty without one. */
const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** The findings by role, in the report's order; a role's severity is that of its gravest finding. */
export function sectionsOf({ findings }: FilteredReport): RoleSection[] {
  const sections = new Map<string, ScanFinding[]>();
  for (const finding of findings)
    sections.set(finding.role, [...(sections.get(finding.role) ?? []), finding]);
  return [...sections].map(([role, all]) => ({
    role,
    name: shortName(role),
    severity: severities.find((severity) => all.some((one) => one.severity === severity)) ?? 'low',
    findings: all,
  }));
}

/** How many findings of each severity there are, e.g. `2 critical, 1 low`. */
export function countText({ findings }: FilteredReport): string {
  const counts = severities.map((severity) => ({
    severity,
    count: findings.filter((one) => one.severity === severity).length,
  }));
  const present = counts
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  return present.length > 0 ? present.join(', ') : 'no findings';
}

/** One sentence on what was looked at. */
export function headline(report: FilteredReport): string {
  const { roles, rolesRead, entries } = report;
  const open = new Set(entries.filter(({ severity }) => severity !== 'right').map(({ role }) => role)).size;
  const trusting = `${roles} of ${rolesRead} ${rolesRead === 1 ? 'role trusts' : 'roles trust'} an OIDC provider`;
  if (roles === 0)
    return `None of ${rolesRead} ${rolesRead === 1 ? 'role' : 'roles'} trusts an OIDC provider.`;
  if (open === 0) return `${trusting}; none lets strangers in.`;
  return `${trusting}; ${open} ${open === 1 ? 'lets' : 'let'} strangers in.`;
}

/** Which role to close first, and why; undefined where none lets strangers in. */
export function closeFirst(report: FilteredReport): string | undefined {
  const [worst] = sectionsOf(report);
  const entry = report.entries.find(({ role, severity }) => role === worst?.role && severity !== 'right');
  if (!worst || !entry) return undefined;
  const can = worst.findings.find((one) => one.can)?.can?.[0];
  return `Close first: ${worst.name} (account ${accountOf(worst.role)}). It lets in ${entry.from}${can === undefined ? '' : `, and can ${can}`}.`;
}

/** What a section's findings share: the token, what it can do, and what to do about it. */
export function remedyOf({ findings }: RoleSection): ScanFinding | undefined {
  return findings.find(({ admits }) => admits) ?? findings.find(({ command }) => command) ?? findings[0];
}

/** The conditions of a corrected trust policy as lines, e.g. `StringLike sub {1de4…}:*`. */
export function conditionLines(policy: unknown): string[] {
  const statements = (
    policy as {
      Statement?: {
        Effect?: string;
        Principal?: { Federated?: unknown };
        Condition?: Record<string, object>;
      }[];
    }
  ).Statement;
  return (statements ?? []).flatMap(({ Effect, Principal, Condition }) =>
    Effect === 'Allow' && Principal?.Federated !== undefined
      ? Object.entries(Condition ?? {}).flatMap(([operator, block]) =>
          Object.entries(block).map(
            ([key, value]) =>
              `${operator} ${key.slice(key.lastIndexOf(':') + 1)} ${[value].flat().join(', ')}`,
          ),
        )
      : [],
  );
}

/** A token's claims as lines of name and value. */
export const claimLines = (claims: Readonly<Record<string, unknown>>): [string, string][] =>
  Object.entries(claims)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, [value].flat().join(', ')]);
