import type { Repository } from '../../bitbucket/repository.ts';
import type { Configuration } from '../../configuration/configuration.ts';
import type { Grant } from '../../grants/grant.ts';
import { type GrantIntent, intentHash } from '../../grants/intent.ts';
import { type LiveState, liveStateOf, planOf } from '../../planning/plan.ts';
import { renderRole } from '../../planning/rendered-role.ts';
import type { Permission, Risk } from '../../policy/difference.ts';
import { findAccount } from '../../shared/account.ts';
import type { Caller } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { didYouMean } from '../../shared/suggestion.ts';
import { parseParameters } from '../../templates/parameters.ts';
import type { Template } from '../../templates/template.ts';
import { type ListPorts, listGrants } from './list-grants.ts';

/** What an upgrade to a template would do to one active grant. `problem` is set where the template no longer
 *  fits the grant; the grant then keeps its present permissions. */
export type Impact = {
  version: { from: string; to: string };
  change?: { risk: Risk; gained: Permission[]; lost: Permission[]; requiresApproval: boolean };
  problem?: Pick<Problem, 'code' | 'detail'>;
};

/** The impact of a template on what is live; undefined where it changes nothing. Bitbucket is not asked, so names are those
 *  of the grant's last request. */
export function impactOn(
  live: LiveState,
  template: Template,
  configuration: Configuration,
): Impact | undefined {
  const { intent } = live;
  const version = { from: intent.template.version, to: template.version };
  const account = findAccount(configuration.accounts, intent.account);
  if (!account) return undefined;
  const parameters = parseParameters(template, intent.parameters);
  if (!parameters.ok) return { version, problem: parameters.problem };
  const rendered = renderRole({
    configuration,
    account,
    repository: repositoryOf(intent),
    environment: intent.environment,
    template,
    parameters: parameters.value,
    name: intent.name,
    requesterKind: live.requesterKind,
    roleName: intent.roleName,
  });
  if (!rendered.ok) return { version, problem: rendered.problem };
  if (intentHash(rendered.value.intent) === intentHash(intent)) return undefined;
  const plan = planOf({
    rendered: rendered.value,
    template,
    live,
    lifetime: undefined,
    held: [],
    boundaryRoles: configuration.boundaryRoles,
  });
  const { risk, gained, lost, requiresApproval } = plan;
  return { version, change: { risk, gained, lost, requiresApproval } };
}

function repositoryOf(intent: GrantIntent): Repository {
  const { uuid, fullName } = intent.repository;
  const [, slug = ''] = fullName.split('/');
  return { uuid, slug, fullName, workspace: intent.workspace, project: intent.project };
}

/** A page of the active grants that an upgrade to the template as it is now would change, of those that the caller may
 *  read; a page may be short or empty. `TEMPLATE_NOT_FOUND`. */
export async function templateImpact(
  ports: ListPorts & { configuration: Configuration; templates: ReadonlyMap<string, Template> },
  caller: Caller,
  { name, limit, after }: { name: string; limit: number; after?: string | undefined },
): Promise<Result<{ impacts: { grant: Grant; impact: Impact }[]; next?: string | undefined }>> {
  const template = ports.templates.get(name);
  if (!template) {
    const see = { of: 'templates' as const };
    return fail(
      problem(
        'TEMPLATE_NOT_FOUND',
        `There is no template of that name.${didYouMean(name, [...ports.templates.keys()])}`,
        { see },
      ),
    );
  }
  const { grants, next } = await listGrants(ports, caller, {
    filter: { template: name, state: 'active' },
    limit,
    after,
  });
  const impacts = grants.flatMap((grant) => {
    const live = liveStateOf(grant);
    const impact = live && impactOn(live, template, ports.configuration);
    return impact ? [{ grant, impact }] : [];
  });
  return ok({ impacts, next });
}
