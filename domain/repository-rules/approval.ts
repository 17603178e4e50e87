import type { RequestInForce } from '../grants/grant.ts';
import type { GrantIntent } from '../grants/intent.ts';
import type { GrantRequest } from '../grants/request.ts';
import type { RenderedRole } from '../planning/rendered-role.ts';
import { type Account, findAccount } from '../shared/account.ts';
import { canonicalHash } from '../shared/canonical-hash.ts';
import { parseDuration } from '../shared/time.ts';
import { parseParameters } from '../templates/parameters.ts';
import type { Template } from '../templates/template.ts';
import { asksFor, requestsOf } from './requests.ts';
import type { RepositoryRule } from './schema.ts';

/** What the configuration says of grants that a rule approves. */
export type ApprovalSettings = {
  accounts: readonly Account[];
  onRepositoryCreated: readonly RepositoryRule[];
};

/** True when the configuration holds a rule with `approved: true` that yields, for this repository as
 *  Bitbucket has it now, exactly what a plan grants and for as long. It replaces the template's approval,
 *  never ownership: the person who names a repository chooses its slug, and a name without an owner needs a
 *  person's approval. */
export function isApprovedByRule(
  configuration: ApprovalSettings,
  {
    rendered: { intent, unowned, lifetime },
    template,
  }: { rendered: Pick<RenderedRole, 'intent' | 'unowned' | 'lifetime'>; template: Template },
  { expiresInSeconds }: Pick<RequestInForce, 'expiresInSeconds'>,
): boolean {
  if (unowned.length > 0) return false;
  const { uuid, fullName } = intent.repository;
  const { workspace, project } = intent;
  const { initial } = lifetime;
  const repository = { uuid, fullName, slug: fullName.slice(fullName.indexOf('/') + 1), workspace, project };
  return requestsOf(configuration.onRepositoryCreated, repository).some(
    (made) =>
      made.ok &&
      made.value.approved &&
      findAccount(configuration.accounts, made.value.request.account)?.id === intent.account &&
      yields(made.value.request, intent, template) &&
      (durationOf(made.value.request) ?? initial) === expiresInSeconds,
  );
}

function yields(request: GrantRequest, intent: GrantIntent, template: Template): boolean {
  const parameters = parseParameters(template, request.parameters);
  return (
    asksFor(request, intent) &&
    parameters.ok &&
    canonicalHash(parameters.value) === canonicalHash(intent.parameters)
  );
}

const durationOf = ({ expiresIn }: GrantRequest): number | undefined =>
  expiresIn === undefined ? undefined : parseDuration(expiresIn);
