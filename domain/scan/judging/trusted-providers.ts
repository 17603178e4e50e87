import type { AccountId } from '../../shared/identifiers.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import type { Provider, Role } from '../account/account.ts';
import type { TrustStatement } from '../account/trust-document.ts';
import type { IssuerModel } from '../issuers/issuer.ts';
import { bitbucketWorkspaceOf, modelOf } from '../issuers/models.ts';
import { type Audiences, audiencesOf } from '../reach/audiences.ts';
import { reachQuestion } from '../reach/reach.ts';
import type { CorrectedProvider } from './correction.ts';
import type { TrustJudgement } from './trust-findings.ts';

/** What a scan knows of all accounts together. `workspaces`: the slugs that are the reader's own; empty where they did not
 *  say. */
export type ScanContext = {
  roles: readonly Role[];
  providers: readonly Provider[];
  names: ReadonlyMap<string, string>;
  workspaces: readonly string[];
  policyFolder: string;
  now: EpochMilliseconds;
  /** What was found out on the way, so that it is found out once. */
  known: Known;
};

/** Answers by what they depend on: accounts repeat the same few trust policies over many roles. */
export type Known = {
  issuers: Map<string, KnownIssuer | undefined>;
  providersByAccount: Map<string, string[]>;
  judgements: Map<string, TrustJudgement & { own: string }>;
  narrow: Map<string, boolean>;
};

/** Nothing known yet. */
export const nothingKnown = (): Known => ({
  issuers: new Map(),
  providersByAccount: new Map(),
  judgements: new Map(),
  narrow: new Map(),
});

/** The answer for a key, worked out the first time that it is asked for. */
export function once<T>(known: Map<string, T>, key: string, answer: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = answer();
  known.set(key, found);
  return found;
}

/** What a scan knows of the tokens of a provider. */
export type KnownIssuer = { model: IssuerModel; audiences: Audiences };

/** The OIDC providers that a role trusts, ready to be asked about: `isNamed`, or covered by a principal `*` only; and what of its federated principals is not known. */
export type TrustedProviders = {
  known: (CorrectedProvider & { isNamed: boolean })[];
  unknown: string[];
};

const PROVIDER_ARN = /^arn:[a-z-]+:iam::(\d{12}):oidc-provider\/(.+)$/;

/** The name of the provider in an ARN; undefined for an ARN of anything else. */
export const providerIn = (arn: string): string | undefined => PROVIDER_ARN.exec(arn)?.[2];

/** Reads which providers a role's Allow statements name. A principal `*` means every provider of the account. */
export function trustedProviders(role: Role, context: ScanContext): TrustedProviders {
  if (role.trust.kind !== 'read') return { known: [], unknown: [] };
  const { statements } = role.trust;
  const allows = statements.filter(({ effect, takesWebIdentity }) => effect === 'Allow' && takesWebIdentity);
  const named = new Set(allows.flatMap(({ federated }) => federated));
  const everyone = named.has('*') ? providersOfAccount(role.accountId, context) : [];
  const known: TrustedProviders['known'] = [];
  const unknown: string[] = [];
  if (named.has('*') && everyone.length === 0) {
    unknown.push('it trusts every principal, and no document shows which providers the account has');
  }
  for (const arn of new Set([...named, ...everyone])) {
    if (arn === '*' || arn.includes(':saml-provider/')) continue;
    const provider = questionFor(arn, statements, context);
    if (provider) known.push({ ...provider, isNamed: named.has(arn) });
    else unknown.push(`what tokens of ${providerIn(arn) ?? arn} claim is not known`);
  }
  return { known, unknown };
}

function questionFor(
  arn: string,
  statements: readonly TrustStatement[],
  context: ScanContext,
): CorrectedProvider | undefined {
  const name = providerIn(arn);
  const issuer = name === undefined ? undefined : issuerOf(name, context);
  if (name === undefined || !issuer) return undefined;
  const workspace = bitbucketWorkspaceOf(name);
  const isForeign =
    workspace !== undefined && context.workspaces.length > 0 && !context.workspaces.includes(workspace);
  const reaching = statements.filter(({ federated }) => federated.includes(arn) || federated.includes('*'));
  return { ...reachQuestion({ name, ...issuer }, reaching, context.now), arn, isForeign };
}

/** What is known of a provider's tokens, by its name; undefined where nothing is. */
export function issuerOf(name: string, { providers, roles, known }: ScanContext): KnownIssuer | undefined {
  if (known.issuers.has(name)) return known.issuers.get(name);
  const model = modelOf(name);
  const registered = providers.find((one) => one.name === name)?.audiences;
  const found = model && { model, audiences: audiencesOf({ provider: name, model, registered }, roles) };
  known.issuers.set(name, found);
  return found;
}

/** ARNs of the providers that the roles of an account name, and of those with a document. */
const providersOfAccount = (accountId: AccountId, context: ScanContext): string[] =>
  once(context.known.providersByAccount, accountId, () => {
    const named = context.roles.flatMap((role) =>
      role.accountId === accountId && role.trust.kind === 'read'
        ? role.trust.statements.flatMap(({ federated }) => federated)
        : [],
    );
    const listed = context.providers.map(({ name }) => `arn:aws:iam::${accountId}:oidc-provider/${name}`);
    return [...new Set([...listed, ...named.filter((arn) => providerIn(arn) !== undefined)])];
  });
