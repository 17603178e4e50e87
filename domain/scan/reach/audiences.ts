import type { Role } from '../account/account.ts';
import type { IssuerModel } from '../issuers/issuer.ts';

const WORKSPACE_AUDIENCE = /^ari:cloud:bitbucket::workspace\/[0-9a-f-]{36}$/;

/** In place of a workspace's audience where no document shows it. */
const UNKNOWN_WORKSPACE = 'ari:cloud:bitbucket::workspace/{WORKSPACE-UUID}';

/** What is known of the audiences of a provider's tokens. `usual`: what a token has that asks for nothing; `registered`: the
 *  provider's client ids, undefined where its document was not given; `named`: what trust policies compare with. */
export type Audiences = {
  usual: string | undefined;
  registered: readonly string[] | undefined;
  named: readonly string[];
};

/** Gathers what documents and trust policies say of a provider's audiences. The usual audience of a Bitbucket workspace is
 *  the one in its provider's list, else the one that most roles name. */
export function audiencesOf(
  {
    provider,
    model,
    registered,
  }: { provider: string; model: IssuerModel; registered: readonly string[] | undefined },
  roles: readonly Role[],
): Audiences {
  const named = namedAudiences(`${provider}:aud`.toLowerCase(), roles);
  if (model.kind !== 'bitbucket') return { usual: model.defaultAudience, registered, named };
  const isWorkspaces = (value: string) => WORKSPACE_AUDIENCE.test(value);
  return { usual: registered?.find(isWorkspaces) ?? named.find(isWorkspaces), registered, named };
}

/** The values that trust policies compare a key with, the most frequent first. */
function namedAudiences(key: string, roles: readonly Role[]): string[] {
  const conditions = roles.flatMap(({ trust }) =>
    trust.kind === 'read' ? trust.statements.flatMap((statement) => statement.conditions) : [],
  );
  const counts = new Map<string, number>();
  for (const value of conditions.filter((one) => one.key === key).flatMap(({ values }) => values)) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
}

/** The lists of `aud` that a token can have and STS takes, the usual first; undefined where a job may ask for anything and
 *  the provider's list is not known. */
export function audienceLists(
  model: IssuerModel,
  { usual, registered, named }: Audiences,
): readonly (readonly string[])[] | undefined {
  if (model.choosesAudience) {
    if (!registered) return undefined;
    const first = registered.filter((one) => one === usual);
    return [...first, ...registered.filter((one) => one !== usual)].map((one) => [one]);
  }
  // Bitbucket appends a step's own audiences to the workspace's, which is always there.
  const workspace = usual ?? UNKNOWN_WORKSPACE;
  const own = (registered ?? named).filter((one) => one !== workspace && !/[*?]/.test(one));
  const custom = own.filter((one) => !WORKSPACE_AUDIENCE.test(one)).map((one) => [workspace, one]);
  return registered && !registered.includes(workspace) ? custom : [[workspace], ...custom];
}
