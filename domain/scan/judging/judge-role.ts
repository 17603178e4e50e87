import type { Role, Unjudged } from '../account/account.ts';
import { readTrustPolicy } from '../account/trust-document.ts';
import type { ActionReader } from '../permissions/action-lists.ts';
import { type Capabilities, capabilitiesOf } from '../permissions/capabilities.ts';
import { keepsStrangersOut, reachQuestion } from '../reach/reach.ts';
import type { Entry, PolicyFile, RightTrust, ScanFinding } from '../report.ts';
import { type CorrectedPolicy, type CorrectedProvider, correctedTrust } from './correction.ts';
import { ownText, strangersText } from './describe.ts';
import { nextSteps } from './next-steps.ts';
import { fillingOf } from './placeholders.ts';
import { powerFindings, unusedFinding } from './power-findings.ts';
import { judgeTrust, type TrustFinding, type TrustJudgement } from './trust-findings.ts';
import { once, type ScanContext, trustedProviders } from './trusted-providers.ts';

/** What a scan says of one role; undefined for a role that trusts no OIDC provider. `isWhole`: all of its trust was judged. */
export type RoleJudgement = {
  isWhole: boolean;
  findings: ScanFinding[];
  right: RightTrust[];
  unknown: Unjudged[];
  entries: Entry[];
  files: PolicyFile[];
  capabilities: Capabilities;
};

/** Judges one role: what its trust admits, what its policies allow, and what to do about both. */
export function judgeRole(role: Role, context: ScanContext, reader: ActionReader): RoleJudgement | undefined {
  const { known, unknown } = trustedProviders(role, context);
  const reasons = role.trust.kind === 'unreadable' ? [role.trust.reason] : unknown;
  if (known.length === 0 && reasons.length === 0) return undefined;
  const capabilities = capabilitiesOf(role, reader);
  const judged = known
    .map((provider) => ({ provider, ...judgementOf(provider, capabilities, context) }))
    .filter(({ provider, reach }) => provider.isNamed || reach.scope !== 'none');
  const providers = judged.map(({ provider }) => provider);
  const trust = judged.flatMap((one) => one.findings);
  const corrected = trust.length > 0 ? correctionOf(role, providers, context) : undefined;
  const strangers = judged.some(({ severity }) => severity !== undefined);
  const isReachable = judged.some(({ reach }) => reach.scope !== 'none');
  const widest = judged.find(({ severity }) => severity !== undefined);
  const token = widest?.findings.find(({ admits }) => admits !== undefined)?.admits;
  const powers = isReachable ? powerFindings(role, capabilities, strangers) : [];
  const folder = context.policyFolder;
  const asked = { corrected, isReachable, capabilities, folder, reader };
  const { files, ...toAct } = trust.length > 0 ? nextSteps(role, providers, asked) : { files: [] };
  const can = isReachable && capabilities.can.length > 0 ? { can: capabilities.can } : {};
  const fix = corrected ? { correctedTrustPolicy: corrected, ...toFillIn(corrected) } : {};
  const findings = [
    ...trust.map(
      (one): ScanFinding => ({ role: role.arn, file: role.file, ...sentence(one), ...can, ...fix, ...toAct }),
    ),
    ...[...powers, ...unusedFinding(role, strangers, context.now)].map(
      (one): ScanFinding => ({
        role: role.arn,
        file: role.file,
        ...sentence(one),
        ...can,
        ...(strangers && token ? { admits: token, ...fix, ...toAct } : {}),
      }),
    ),
  ];
  const right = rightOf(role, judged);
  const doubts = doubtsOf(reasons, judged);
  // A role of which nothing is said would look like one that is in order.
  const isSilent = findings.length === 0 && right.length === 0 && doubts.length === 0;
  const unsure = isSilent ? [SILENT] : doubts;
  return {
    isWhole: !isSilent && reasons.length === 0 && judged.every(({ reach }) => reach.unknown.length === 0),
    findings,
    right,
    unknown: unknownOf(role, unsure, capabilities),
    entries: entriesOf(role, judged, context),
    files,
    capabilities,
  };
}

/** Judges a trust in a provider, once for all roles that have the same. */
function judgementOf(
  provider: CorrectedProvider,
  { escalates }: Capabilities,
  { names, known }: ScanContext,
): TrustJudgement & { own: string } {
  const statements = [...provider.allows, ...provider.denies].map(({ label, source }) => [label, source]);
  return once(known.judgements, JSON.stringify([provider.arn, escalates, statements]), () => {
    const judgement = judgeTrust(provider, names, { escalates });
    const own = judgement.reach.scope === 'own' ? ownText(provider, names) : '';
    return { ...judgement, own };
  });
}

/** `own`: who gets in, where those are only the ones that the trust names. */
type Judged = TrustJudgement & { provider: CorrectedProvider; own: string };

const sentence = <T extends TrustFinding>(finding: T): T => ({
  ...finding,
  summary: `${finding.summary.charAt(0).toUpperCase()}${finding.summary.slice(1)}.`.replace(/\.\.$/, '.'),
});

function toFillIn(corrected: CorrectedPolicy): { fillIn?: string } {
  const filling = fillingOf(corrected);
  if (filling === undefined) return {};
  const fillIn = `Not all of it is known, so edit first: ${filling}. Until then the corrected policy admits no token, and shuts out those who use the role.`;
  return { fillIn };
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
  const key = JSON.stringify([providers.map(({ arn }) => arn), corrected]);
  const isNarrow = once(context.known.narrow, key, () =>
    providers.every((provider) => {
      const own = reading.statements.filter(({ federated }) => federated.includes(provider.arn));
      const question = reachQuestion({ ...provider, name: provider.provider }, own, context.now);
      return keepsStrangersOut(question);
    }),
  );
  return isNarrow ? corrected : undefined;
}

const rightOf = (role: Role, judged: readonly Judged[]): RightTrust[] =>
  judged
    .filter(({ reach, findings }) => {
      return reach.scope === 'own' && reach.unknown.length === 0 && findings.length === 0;
    })
    .map(({ own }) => ({ role: role.arn, admits: own }));

const SILENT = 'no token was found that its trust admits, and none is proven to be kept out';

/** What of a trust could not be judged. */
const doubtsOf = (reasons: readonly string[], judged: readonly Judged[]): string[] => [
  ...reasons,
  ...judged
    .filter(({ reach }) => reach.unknown.length > 0)
    .map(({ reach }) => `it depends on conditions that are not judged: ${reach.unknown.join(', ')}`),
  ...judged.flatMap(({ provider }) => customSubjects(provider)),
];

function unknownOf(role: Role, doubts: readonly string[], capabilities: Capabilities): Unjudged[] {
  const all = [
    ...doubts,
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
