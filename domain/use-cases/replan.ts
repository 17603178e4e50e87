import { notOwned } from '../access/ownership.ts';
import type { Bitbucket } from '../bitbucket/port.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { RequestInForce } from '../grants/grant.ts';
import { type GrantIntent, intentHash } from '../grants/intent.ts';
import type { AuditPort } from '../guardrails/guardrails.ts';
import { askedLifetime, type LiveState, planOf } from '../planning/plan.ts';
import { type RenderedRole, renderRole, reportAuditedRole } from '../planning/rendered-role.ts';
import { isRoleNameOf, tagsInForce } from '../planning/role.ts';
import { isApprovedByRule } from '../repository-rules/approval.ts';
import { type Account, findAccount } from '../shared/account.ts';
import type { GrantId } from '../shared/identifiers.ts';
import { type FieldError, type Problem, problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { parseParameters } from '../templates/parameters.ts';
import type { Template } from '../templates/template.ts';
import { findEnvironment, findRepositoryAgain } from './resolve-target.ts';

/** What rendering a role needs: it reads Bitbucket and writes nothing. */
export type RenderPorts = AuditPort & {
  configuration: Configuration;
  templates: ReadonlyMap<string, Template>;
  bitbucket: Bitbucket;
};

/** A plan made anew, and the template that it was made from. */
export type Replanned = { rendered: RenderedRole; template: Template };

/** The problem of applying a plan whose required approval is missing; undefined when it may be applied.
 *  `live` is what IAM holds, not what the log says: a forged event could otherwise make a wider change look
 *  narrower. A person's approval covers only the plan with the approved hash. An approval by the
 *  configuration counts only where the configuration has such a rule, and never for what another repository's grant
 *  uses exclusively (`held`). */
export function missingApproval(
  configuration: Configuration,
  { rendered, template }: Replanned,
  {
    request,
    live,
    held,
  }: { request: RequestInForce; live: LiveState | undefined; held: readonly FieldError[] },
): Problem | undefined {
  const { approvedBy } = request;
  const { hash, approvalReasons } = planOf({
    rendered,
    template,
    live,
    lifetime: askedLifetime(request),
    held,
    boundaryRoles: configuration.boundaryRoles,
  });
  if (approvedBy?.kind === 'person' && request.planHash === hash) return undefined;
  if (approvedBy && held.length === 0 && isApprovedByRule(configuration, { rendered, template }, request))
    return undefined;
  if (approvalReasons.length === 0) return undefined;
  if (rendered.unowned.length > 0) return notOwned(rendered.intent.repository, rendered.unowned);
  const detail = `The request needs an approval that it does not have (${approvalReasons.join('; ')}). Repeat the request.`;
  return problem('PLAN_CHANGED', detail);
}

/** True when a plan could need approval at all, so that it is worth looking at what is live. */
export const mayNeedApproval = (
  { rendered, template }: Replanned,
  request: RequestInForce,
  held: readonly FieldError[],
): boolean =>
  request.approvedBy?.kind !== 'person' &&
  (template.approval === 'required' || rendered.unowned.length > 0 || held.length > 0);

/** Makes the plan of an intent again from Bitbucket, the configuration and the bundled templates, and
 *  compares the two. The author of the intent therefore decides its inputs only. Any difference is
 *  `PLAN_CHANGED`. A repository, environment or template that is gone has its own code, and so has a
 *  pipeline's request for names that neither the repository nor its project owns. */
export async function replan(
  ports: RenderPorts,
  grantId: GrantId,
  request: PlannedRequest,
): Promise<Result<Replanned>> {
  const account = accountOf(ports, request);
  return account.ok ? replanIn(account.value, ports, { grantId, ...request }) : account;
}

/** As `replan`, for restoring what was applied: tags that were configured otherwise since are no part of it, so that a changed
 *  configuration of tags closes no role. */
export async function replanToRestore(
  ports: RenderPorts,
  grantId: GrantId,
  { intent, requestedBy }: PlannedRequest,
): Promise<Result<Replanned>> {
  const account = accountOf(ports, { intent });
  if (!account.ok) return account;
  const { roleTags: applied, ...rest } = intent;
  const roleTags = tagsInForce(applied, account.value.roleTags);
  const kept = { ...rest, ...(Object.keys(roleTags).length > 0 ? { roleTags } : {}) };
  const planned = await replanIn({ ...account.value, roleTags }, ports, {
    grantId,
    intent: kept,
    requestedBy,
  });
  if (!planned.ok || !applied) return planned;
  // The plan keeps the hash that was approved.
  const { rendered } = planned.value;
  return ok({
    ...planned.value,
    rendered: { ...rendered, intent: { ...rendered.intent, roleTags: applied } },
  });
}

type PlannedRequest = Pick<RequestInForce, 'intent' | 'requestedBy'>;

function accountOf(
  { configuration }: Pick<RenderPorts, 'configuration'>,
  { intent }: Pick<PlannedRequest, 'intent'>,
): Result<Account> {
  const account = findAccount(configuration.accounts, intent.account);
  return account
    ? ok(account)
    : fail(problem('ACCOUNT_NOT_FOUND', `Account ${intent.account} is no longer configured.`));
}

async function replanIn(
  account: Account,
  ports: RenderPorts,
  { grantId, intent, requestedBy }: PlannedRequest & { grantId: GrantId },
): Promise<Result<Replanned>> {
  const { configuration, bitbucket, templates } = ports;
  const template = templates.get(intent.template.name);
  if (!template)
    return fail(problem('TEMPLATE_NOT_FOUND', `Template ${intent.template.name} is no longer offered.`));
  const parameters = parseParameters(template, intent.parameters);
  if (!parameters.ok) return parameters;
  const found = await findRepositoryAgain(
    { bitbucket, configuration },
    intent.workspace,
    intent.repository.uuid,
  );
  if (!found.ok) return found;
  const repository = found.value;
  const environment =
    intent.environment && (await findEnvironment(bitbucket, repository, intent.environment.uuid));
  if (environment && !environment.ok) return environment;
  const rendered = renderRole({
    configuration,
    account,
    repository,
    environment: environment?.value,
    template,
    parameters: parameters.value,
    name: intent.name,
    requesterKind: requestedBy.kind,
    roleName: intent.roleName,
  });
  if (!rendered.ok) return rendered;
  reportAuditedRole(ports, rendered.value);
  const isSame =
    rendered.value.grantId === grantId &&
    isRoleNameOf(intent.roleName, grantId) &&
    intentHash(rendered.value.intent) === intentHash(intent);
  if (isSame && rendered.value.unowned.length > 0 && requestedBy.kind === 'pipeline') {
    return fail(notOwned(repository, rendered.value.unowned));
  }
  if (isSame && isWithin(intent, rendered.value.intent)) return ok({ rendered: rendered.value, template });
  const detail =
    'What would be granted no longer matches the request: the template, the longest lifetime, the tags of roles, the workspace or the repository has changed. Repeat the request.';
  return fail(problem('PLAN_CHANGED', detail));
}

/** True where an intent may last no longer than a grant that is requested now. */
const isWithin = (
  { maxLifetimeSeconds: granted }: GrantIntent,
  { maxLifetimeSeconds: max }: GrantIntent,
): boolean => max === undefined || (granted !== undefined && granted <= max);
