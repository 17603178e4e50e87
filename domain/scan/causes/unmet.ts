import type { TrustStatement } from '../account/trust-document.ts';
import { bitbucketWorkspaceOf } from '../issuers/models.ts';
import { comparesWith } from '../reach/pins.ts';
import { type ReachQuestion, reachOf } from '../reach/reach.ts';
import type { Cause } from './cause.ts';
import { fitsSomeToken } from './subject-values.ts';

/** Why no token gets in by an Allow whose conditions each look right: one on a claim of another provider, one without
 *  a value, or several that exclude each other. Empty if only a Deny keeps the token out, if a condition could not be
 *  judged, or if only a customised form of `sub` fits. */
export function unmetCauses(statement: TrustStatement, question: ReachQuestion): Cause[] {
  const reach = reachOf({ ...question, allows: [statement], denies: [] });
  if (reach.scope !== 'none' || reach.unknown.length > 0) return [];
  const foreign = foreignKeys(statement, question);
  if (foreign.length > 0) return foreign;
  const empty = statement.conditions.filter((one) => one.values.length === 0 && comparesWith(one.operator));
  if (empty.length > 0) {
    return empty.map(({ operator, shownKey }) => unmet(`compares ${shownKey} by ${operator} with no value`));
  }
  if (question.model.canCustomise && namesCustomSubject(statement, question)) return [];
  return [unmet('has conditions that no token fulfils together')];
}

const unmet = (summary: string): Cause => ({ code: 'NEVER_MATCHES', effect: 'closes', summary });

/** The claims that AWS knows of every provider, at the end of a condition key that names its provider. */
const PROVIDER_KEY = /^([a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/.*)?):(?:sub|aud|amr)$/;

/** Conditions on claims of a provider other than the one asked about, whose tokens do not have them. */
function foreignKeys({ conditions, federated }: TrustStatement, { provider }: ReachQuestion): Cause[] {
  return conditions.flatMap(({ key, shownKey }) => {
    const other = PROVIDER_KEY.exec(key)?.[1];
    if (other === undefined || other === provider.toLowerCase()) return [];
    const isTrusted = federated.some((arn) => arn.toLowerCase().endsWith(`:oidc-provider/${other}`));
    const isWorkspace = [other, provider].every((one) => bitbucketWorkspaceOf(one) !== undefined);
    const summary = isTrusted
      ? `asks tokens of ${provider} for ${shownKey}, which only those of the other provider have: each provider needs a statement of its own`
      : `asks tokens of ${provider} for ${shownKey}, a claim of another provider, which they do not have`;
    return [
      isWorkspace && !isTrusted ? { ...unmet(summary), code: 'FOREIGN_WORKSPACE' as const } : unmet(summary),
    ];
  });
}

/** Whether `sub` is compared with a value that none of the issuer's own forms has. */
const namesCustomSubject = ({ conditions }: TrustStatement, question: ReachQuestion): boolean =>
  conditions
    .filter(({ key }) => key === `${question.provider}:sub`.toLowerCase())
    .some(({ operator, values }) =>
      values.some((value) => !fitsSomeToken(value, comparesWith(operator)?.wildcards ?? false, question)),
    );
