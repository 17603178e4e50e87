import type { EpochMilliseconds } from '../shared/time.ts';
import { readAccount, type SourceDocument } from './account/account.ts';
import { judgeRole, type RoleJudgement } from './judging/judge-role.ts';
import { issuerOf, nothingKnown, providerIn, type ScanContext } from './judging/trusted-providers.ts';
import { actionReader } from './permissions/action-lists.ts';
import { type ScanFinding, type ScanReport, type Severity, severities } from './report.ts';

/** What a scan is given. `workspaces`: the slugs of the reader's own Bitbucket workspaces, empty where not said;
 *  `policyFolder`: where the commands will find the policies of `ScanReport.files`. */
export type ScanInput = {
  documents: readonly SourceDocument[];
  workspaces: readonly string[];
  policyFolder: string;
  now: EpochMilliseconds;
};

/** Says which tokens get in to the roles of some accounts, and what to do about it. Never throws: what it cannot judge it
 *  lists in `unknown`. */
export function scan({ documents, workspaces, policyFolder, now }: ScanInput): ScanReport {
  const account = readAccount(documents);
  const context: ScanContext = {
    ...account,
    workspaces,
    policyFolder,
    now,
    known: nothingKnown(),
  };
  const reader = actionReader();
  const judged = account.roles.flatMap((role) => judgeRole(role, context, reader) ?? []);
  const ranked = judged.toSorted(byGravity);
  return {
    roles: judged.length,
    rolesRead: account.roles.length,
    rolesUnjudged: judged.filter(({ isWhole }) => !isWhole).length,
    findings: [
      ...ranked.flatMap(({ findings }) => findings.toSorted(bySeverity)),
      ...providerFindings(context),
    ],
    right: ranked.flatMap(({ right }) => right),
    unknown: [...account.unknown, ...ranked.flatMap(({ unknown }) => unknown)],
    entries: ranked.flatMap(({ entries }) => entries),
    files: ranked.flatMap(({ files }) => files),
  };
}

const rank = (severity: Severity): number => severities.indexOf(severity);

const bySeverity = (a: ScanFinding, b: ScanFinding): number => rank(a.severity) - rank(b.severity);

/** Gravest first; of equal ones, administrators, then what can become another role. */
function byGravity(a: RoleJudgement, b: RoleJudgement): number {
  const worst = ({ findings }: RoleJudgement) =>
    Math.min(severities.length, ...findings.map(({ severity }) => rank(severity)));
  const power = ({ capabilities }: RoleJudgement) =>
    capabilities.isAdministrator ? 2 : capabilities.escalates ? 1 : 0;
  return worst(a) - worst(b) || power(b) - power(a) || b.findings.length - a.findings.length;
}

const WORKSPACE_AUDIENCE = /^ari:cloud:bitbucket::workspace\//;

/** Findings about the providers that some role trusts. */
function providerFindings(context: ScanContext): ScanFinding[] {
  const arns = new Map<string, { name: string; file: string }>();
  for (const { trust, file } of context.roles) {
    if (trust.kind !== 'read') continue;
    for (const arn of trust.statements.flatMap(({ federated }) => federated)) {
      const name = providerIn(arn);
      if (name !== undefined) arns.set(arn, { name, file });
    }
  }
  return [...arns].flatMap(([arn, { name, file }]): ScanFinding[] => {
    const { registered = [], usual } = issuerOf(name, context)?.audiences ?? {};
    const extra = registered.filter((one) => one !== usual);
    if (!usual || extra.length === 0) return [];
    const foreign = extra.filter((one) => WORKSPACE_AUDIENCE.test(one));
    const others = extra.filter((one) => !WORKSPACE_AUDIENCE.test(one));
    return [
      ...(foreign.length > 0
        ? [
            {
              role: arn,
              file,
              severity: 'medium' as const,
              code: 'FOREIGN_WORKSPACE' as const,
              summary: `The provider takes the audience of more than one workspace: ${registered.join(', ')}. Its tokens have one.`,
            },
          ]
        : []),
      ...(others.length > 0
        ? [
            {
              role: arn,
              file,
              severity: 'low' as const,
              code: 'EXTRA_AUDIENCE' as const,
              summary: `The provider takes audiences beside ${usual}: ${others.join(', ')}. Remove those that nothing asks for.`,
            },
          ]
        : []),
    ];
  });
}
