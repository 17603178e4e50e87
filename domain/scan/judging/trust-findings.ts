import type { TrustStatement } from '../account/trust-document.ts';
import type { Cause } from '../causes/cause.ts';
import { causesOf } from '../causes/causes.ts';
import { unmetCauses } from '../causes/unmet.ts';
import type { ScanCode } from '../codes.ts';
import type { Capabilities } from '../permissions/capabilities.ts';
import { audienceLists } from '../reach/audiences.ts';
import { formsOf, type Reach, reachOf } from '../reach/reach.ts';
import type { AdmittedClaims, Severity } from '../report.ts';
import { solveToken } from '../solving/token.ts';
import type { CorrectedProvider } from './correction.ts';
import { claimsOf, type Names, strangersText } from './describe.ts';
import { severityOfReach } from './severity.ts';

/** Something wrong with a trust. `admits`: a token that gets in and should not. */
export type TrustFinding = {
  code: ScanCode;
  severity: Severity;
  summary: string;
  admits?: AdmittedClaims;
};

/** What a role's trust in one provider comes to. */
export type TrustJudgement = { reach: Reach; severity: Severity | undefined; findings: TrustFinding[] };

/** Judges what a role admits of one provider's tokens. */
export function judgeTrust(
  provider: CorrectedProvider,
  names: Names,
  capabilities: Pick<Capabilities, 'escalates'>,
): TrustJudgement {
  const reach = reachOf(provider);
  const severity = severityOfReach(reach.scope, provider.model.isShared, capabilities);
  const parts = provider.allows.map((statement) => ({
    statement,
    reach: provider.allows.length === 1 ? reach : reachOf({ ...provider, allows: [statement] }),
  }));
  const findings = parts.flatMap((part) => statementFindings(part, provider, { names, capabilities }));
  const isOpen = (one: Reach) =>
    severityOfReach(one.scope, provider.model.isShared, capabilities) !== undefined;
  const open = parts.find((part) => isOpen(part.reach));
  if (open && parts.some((part) => !isOpen(part.reach)) && severity) {
    findings.push({
      code: 'OPEN_STATEMENT',
      severity,
      summary: `${open.statement.label} is open beside narrow ones; ${strangersText(open.reach, provider, names)}`,
      ...admitted(provider, open.reach),
    });
  }
  findings.push(...audienceFindings(provider, reach), ...denyFindings(provider, reach));
  if (provider.isForeign && reach.scope !== 'none') findings.push(foreignFinding(provider, reach, names));
  return { reach, severity, findings };
}

const admitted = (provider: CorrectedProvider, { token }: Reach): { admits?: AdmittedClaims } =>
  token ? { admits: claimsOf(provider, token) } : {};

/** The findings about one Allow, each with how grave it is there. */
function statementFindings(
  { statement, reach }: { statement: TrustStatement; reach: Reach },
  provider: CorrectedProvider,
  { names, capabilities }: { names: Names; capabilities: Pick<Capabilities, 'escalates'> },
): TrustFinding[] {
  const severity = severityOfReach(reach.scope, provider.model.isShared, capabilities);
  const subject = provider.allows.length > 1 ? statement.label : 'the trust';
  const who = strangersText(reach, provider, names);
  const causes = causesOf(statement, provider);
  if (severity && !causes.some(({ effect }) => effect === 'opens')) causes.push(UNNAMED);
  if (reach.scope === 'none' && !causes.some(({ effect }) => effect === 'closes')) {
    causes.push(...unmetCauses(statement, provider));
  }
  const unique = new Map(causes.map((cause) => [`${cause.code} ${cause.summary}`, cause]));
  return [...unique.values()]
    .filter(({ effect, code }) => effect !== 'opens' || severity !== undefined || isTrap(code))
    .map(({ code, effect, summary }): TrustFinding => {
      const opens = effect === 'opens' && severity !== undefined;
      const consequence = opens || (effect === 'closes' && reach.scope === 'none') ? `; ${who}` : '';
      return {
        code,
        severity: opens ? severity : effect === 'weak' && severity ? 'medium' : 'low',
        summary: `${subject} ${summary}${consequence}`,
        ...(opens ? admitted(provider, reach) : {}),
      };
    });
}

/** Conditions that are worth a word also where others keep strangers out. */
const isTrap = (code: ScanCode): boolean =>
  ['FOR_ALL_VALUES', 'IF_EXISTS', 'NULL_CONDITION', 'UNKNOWN_CLAIM', 'ANY_PRINCIPAL'].includes(code);

/** For conditions that leave strangers in without one of the known causes. */
const UNNAMED: Cause = {
  code: 'WILDCARD_BEFORE_REPOSITORY',
  effect: 'opens',
  summary: 'has conditions that leave open whom they are for',
};

/** A token with another audience that the provider takes: only where the trust does not compare it. */
function audienceFindings(provider: CorrectedProvider, reach: Reach): TrustFinding[] {
  const { model, audiences } = provider;
  const extra = audiences.registered?.filter((one) => one !== audiences.usual) ?? [];
  if (reach.scope !== 'own' || !model.choosesAudience || !audiences.usual || extra.length === 0) return [];
  const other = reachOf({ ...provider, audiences: { ...audiences, registered: extra } });
  const isNamed = provider.allows.some(({ conditions }) =>
    conditions.some(({ key }) => key.endsWith(':aud')),
  );
  if (isNamed || other.scope !== 'own') return [];
  return [
    {
      code: 'EXTRA_AUDIENCE',
      severity: 'medium',
      summary: `the trust takes tokens that were made for ${extra.join(', ')}, because it does not compare aud`,
      ...admitted(provider, other),
    },
  ];
}

/** Denies that keep out no token which an Allow lets in. */
function denyFindings(provider: CorrectedProvider, reach: Reach): TrustFinding[] {
  const { model, audiences, now } = provider;
  if (reach.scope === 'none') return [];
  const forms = (['anyone', 'tenant', 'own'] as const).flatMap((scope) => formsOf(scope, provider));
  return provider.denies
    .filter(
      (deny) =>
        !provider.allows.some((allow) =>
          forms.some(
            (form) =>
              solveToken({
                provider: provider.provider,
                model,
                audiences: audienceLists(model, audiences),
                form,
                allow: [...allow.conditions, ...deny.conditions],
                denies: [],
                now,
              }).kind !== 'none',
          ),
        ),
    )
    .map(({ label }) => ({
      code: 'DENY_WITHOUT_EFFECT',
      severity: 'low',
      summary: `${label} is a Deny that keeps no token out which another statement lets in`,
    }));
}

const foreignFinding = (provider: CorrectedProvider, reach: Reach, names: Names): TrustFinding => ({
  code: 'FOREIGN_WORKSPACE',
  severity: 'high',
  summary: `the trust names ${provider.model.name}, which is not a workspace of yours; ${strangersText(reach, provider, names)}`,
  ...admitted(provider, reach),
});
