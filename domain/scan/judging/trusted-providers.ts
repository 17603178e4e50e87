import type { AccountId } from '../../shared/identifiers.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import type { Provider, Role } from '../account/account.ts';
import type { TrustStatement } from '../account/trust-document.ts';
import { bitbucketWorkspaceOf, modelOf } from '../issuers/models.ts';
import { type Audiences, audiencesOf } from '../reach/audiences.ts';
import { reachQuestion } from '../reach/reach.ts';
import type { CorrectedProvider } from './correction.ts';

/** What a scan knows of all accounts together. `workspaces`: the slugs that are the reader's own; empty where they did not
 *  say. */
export type ScanContext = {
  roles: readonly Role[];
  providers: readonly Provider[];
  names: ReadonlyMap<string, string>;
  workspaces: readonly string[];
  policyFolder: string;
  now: EpochMilliseconds;
  audiences: Map<string, Audiences>;
};

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
  const model = name === undefined ? undefined : modelOf(name);
  if (name === undefined || !model) return undefined;
  const workspace = bitbucketWorkspaceOf(name);
  const isForeign =
    workspace !== undefined && context.workspaces.length > 0 && !context.workspaces.includes(workspace);
  const audiences = context.audiences.get(name) ?? audiencesFor(name, context);
  const reaching = statements.filter(({ federated }) => federated.includes(arn) || federated.includes('*'));
  return { ...reachQuestion({ name, model, audiences }, reaching, context.now), arn, isForeign };
}

function audiencesFor(name: string, context: ScanContext): Audiences {
  const model = modelOf(name);
  if (!model) throw new Error('only providers with a model are asked about');
  const registered = context.providers.find((one) => one.name === name)?.audiences;
  const found = audiencesOf({ provider: name, model, registered }, context.roles);
  context.audiences.set(name, found);
  return found;
}

/** ARNs of the providers that the roles of an account name, and of those with a document. */
function providersOfAccount(accountId: AccountId, { roles, providers }: ScanContext): string[] {
  const found = new Set(providers.map(({ name }) => `arn:aws:iam::${accountId}:oidc-provider/${name}`));
  for (const role of roles) {
    if (role.accountId !== accountId || role.trust.kind !== 'read') continue;
    for (const { federated } of role.trust.statements) {
      for (const arn of federated) if (providerIn(arn) !== undefined) found.add(arn);
    }
  }
  return [...found];
}
