import { epochOf } from '../../shared/time.ts';
import type { Role, Unjudged } from '../account/account.ts';
import { readTrustPolicy } from '../account/trust-document.ts';
import type { ActionReader } from '../permissions/action-lists.ts';
import { type Capabilities, capabilitiesOf } from '../permissions/capabilities.ts';
import { reachOf, reachQuestion } from '../reach/reach.ts';
import type { Entry, PolicyFile, RightTrust, ScanFinding, Severity } from '../report.ts';
import { type CorrectedPolicy, type CorrectedProvider, correctedTrust } from './correction.ts';
import { ownText, strangersText } from './describe.ts';
import { nextSteps } from './next-steps.ts';
import { judgeTrust, type TrustFinding, type TrustJudgement } from './trust-findings.ts';
import { type ScanContext, trustedProviders } from './trusted-providers.ts';

/** What a scan says of one role; undefined for a role that trusts no OIDC provider. */
export type RoleJudgement = {
  findings: ScanFinding[];
  right: RightTrust[];
  unknown: Unjudged[];
  entries: Entry[];
  files: PolicyFile[];
  capabilities: Capabilities;
};

/** How long a role may be unused, in milliseconds: 90 days, as CIS AWS Foundations Benchmark has it for credentials. */
const UNUSED_AFTER_MS = 90 * 86_400_000;

/** Judges one role: what its trust admits, what its policies allow, and what to do about both. */
export function judgeRole(role: Role, context: ScanContext, reader: ActionReader): RoleJudgement | undefined {
  const { known, unknown } = trustedProviders(role, context);
  const reasons = role.trust.kind === 'unreadable' ? [role.trust.reason] : unknown;
  if (known.length === 0 && reasons.length === 0) return undefined;
  const capabilities = capabilitiesOf(role, reader);
  const judged = known
    .map((provider) => {
      const judgement = judgeTrust(provider, context.names, capabilities);
      const own = judgement.reach.scope === 'own' ? ownText(provider, context.names) : '';
      return { provider, own, ...judgement };
    })
    .filter(({ provider, reach }) => provider.isNamed || reach.scope !== 'none');
  const providers = judged.map(({ provider }) => provider);
  const corrected = correctionOf(role, providers, context);
  const steps = nextSteps(role, providers, { corrected, capabilities, folder: context.policyFolder });
  const strangers = judged.some(({ severity }) => severity !== undefined);
  const isReachable = judged.some(({ reach }) => reach.scope !== 'none');
  const trust = judged.flatMap((one) => one.findings);
  const widest = judged.find(({ severity }) => severity !== undefined);
  const token = widest?.findings.find(({ admits }) => admits !== undefined)?.admits;
  const powers = isReachable ? powerFindings(role, capabilities, strangers) : [];
  const { request, narrow, command } = steps;
  const toAct = {
    ...(request ? { request } : {}),
    ...(narrow ? { narrow } : {}),
    ...(command ? { command } : {}),
  };
  const can = isReachable && capabilities.can.length > 0 ? { can: capabilities.can } : {};
  const fix = corrected ? { correctedTrustPolicy: corrected, ...toFillIn(corrected, providers) } : {};
  const findings = [
    ...trust.map(
      (one): ScanFinding => ({ role: role.arn, file: role.file, ...sentence(one), ...can, ...fix, ...toAct }),
    ),
    ...[...powers, ...unusedFinding(role, strangers, context)].map(
      (one): ScanFinding => ({
        role: role.arn,
        file: role.file,
        ...sentence(one),
        ...can,
        ...(strangers && token ? { admits: token, ...fix, ...toAct } : {}),
      }),
    ),
  ];
  return {
    findings,
    right: rightOf(role, judged),
    unknown: unknownOf(role, { reasons, judged, capabilities }),
    entries: entriesOf(role, judged, context),
    files: trust.length > 0 ? steps.files : [],
    capabilities,
  };
}

/** `own`: who gets in, where those are only the ones that the trust names. */
type Judged = TrustJudgement & { provider: CorrectedProvider; own: string };

const sentence = <T extends TrustFinding>(finding: T): T => ({
  ...finding,
  summary: `${finding.summary.charAt(0).toUpperCase()}${finding.summary.slice(1)}.`.replace(/\.\.$/, '.'),
});

/** What a person has to put into a corrected policy whose old one names nothing. */
function toFillIn(corrected: CorrectedPolicy, providers: readonly CorrectedProvider[]): { fillIn?: string } {
  const text = JSON.stringify(corrected);
  const model = providers
    .map((one) => one.model)
    .find(({ placeholder }) => text.includes(JSON.stringify(placeholder)));
  if (!model) return {};
  return {
    fillIn: `The trust does not name its ${model.nouns.repository}: put it in place of ${model.placeholder}. Until then the corrected policy admits no token.`,
  };
}

/** The corrected trust policy, if it keeps every stranger out: one that does not is not shown. */
function correctionOf(
  role: Role,
  providers: readonly CorrectedProvider[],
  context: ScanContext,
): CorrectedPolicy | undefined {
  const corrected = providers.length > 0 ? correctedTrust(role, providers, context.names) : undefined;
  const reading = corrected && readTrustPolicy(corrected);
  if (!corrected || reading?.kind !== 'read') return undefined;
  const isNarrow = providers.every((provider) => {
    const own = reading.statements.filter(({ federated }) => federated.includes(provider.arn));
    const question = reachQuestion({ ...provider, name: provider.provider }, own, context.now);
    const { scope, unknown } = reachOf(question);
    return (scope === 'own' || scope === 'none') && unknown.length === 0;
  });
  return isNarrow ? corrected : undefined;
}

/** What the role's policies, and the lack of a boundary, add to an open or a narrow trust. */
function powerFindings(
  role: Role,
  { isAdministrator, escalates, can }: Capabilities,
  isOpen: boolean,
): TrustFinding[] {
  const found: TrustFinding[] = [];
  const grave: Severity = isOpen ? 'critical' : 'high';
  if (isAdministrator) {
    found.push({
      code: 'ADMINISTRATOR',
      severity: grave,
      summary: `the role may do everything in account ${role.accountId}`,
    });
  } else if (escalates) {
    found.push({
      code: 'ESCALATION',
      severity: isOpen ? 'high' : 'medium',
      summary: `the role can ${can[0]}`,
    });
  }
  if (role.boundary === undefined && role.hasPermissions) {
    found.push({
      code: 'NO_BOUNDARY',
      severity: isOpen ? 'medium' : 'low',
      summary: 'the role has no permissions boundary, so that its policies alone limit it',
    });
  }
  return found;
}

function unusedFinding(role: Role, isOpen: boolean, { now }: ScanContext): TrustFinding[] {
  const since = role.lastUsed ?? (role.knowsUse ? role.created : undefined);
  if (since === undefined || !(now - epochOf(since) > UNUSED_AFTER_MS)) return [];
  const when =
    role.lastUsed === undefined
      ? 'no use of the role is on record'
      : `the role was last used on ${since.slice(0, 10)}`;
  return [
    {
      code: 'UNUSED',
      severity: isOpen ? 'medium' : 'low',
      summary: `${when}; delete it if nothing needs it`,
    },
  ];
}

const rightOf = (role: Role, judged: readonly Judged[]): RightTrust[] =>
  judged
    .filter(
      ({ reach, provider }) => reach.scope === 'own' && reach.unknown.length === 0 && !provider.isForeign,
    )
    .map(({ own }) => ({ role: role.arn, admits: own }));

function unknownOf(
  role: Role,
  {
    reasons,
    judged,
    capabilities,
  }: { reasons: readonly string[]; judged: readonly Judged[]; capabilities: Capabilities },
): Unjudged[] {
  const all = [
    ...reasons,
    ...judged
      .filter(({ reach }) => reach.unknown.length > 0)
      .map(({ reach }) => `it depends on conditions that are not judged: ${reach.unknown.join(', ')}`),
    ...judged.flatMap(({ provider }) => customSubjects(provider)),
    ...(capabilities.unread.length > 0
      ? [`what it can do is not all known: ${capabilities.unread.join(', ')} is not in the documents`]
      : []),
    ...(role.hasPermissions ? [] : ['what it can do is not known: its policies are not in the documents']),
  ];
  return [...new Set(all)].map((reason) => ({ subject: role.arn, reason }));
}

/** Values of `sub` that only a form could match which the customer has chosen. */
function customSubjects({ model, provider, allows }: CorrectedProvider): string[] {
  if (!model.canCustomise) return [];
  const [first = []] = model.templates;
  const head = typeof first[0] === 'string' ? first[0] : '';
  const key = `${provider}:sub`.toLowerCase();
  return allows.flatMap(({ conditions }) =>
    conditions
      .filter((one) => one.key === key)
      .flatMap(({ values }) => values)
      .filter((value) => {
        const plain = /^[^*?]*/.exec(value)?.[0] ?? '';
        return !plain.startsWith(head) && !head.startsWith(plain);
      })
      .map((value) => `sub ${value} fits only a form of the subject that is not ${model.name}'s own`),
  );
}

const entriesOf = (role: Role, judged: readonly Judged[], { names }: ScanContext): Entry[] =>
  judged
    .filter(({ reach }) => reach.scope !== 'none')
    .map(({ provider, own, reach, severity }) => ({
      role: role.arn,
      from: severity ? strangersText(reach, provider, names).replace(/ gets in\b/, '') : own,
      severity: severity ?? 'right',
    }));
