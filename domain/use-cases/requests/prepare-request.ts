import { ACCOUNT_RULE } from '../../access/accounts/open-accounts.ts';
import {
  authorise,
  couldBeAllowed,
  decideAccess,
  deniedAccess,
  type Resource,
  refuse,
  unknownContext,
} from '../../access/authorisation.ts';
import { notOwned } from '../../access/ownership.ts';
import { parseRepositoryName, type Repository } from '../../bitbucket/repository.ts';
import type { Configuration } from '../../configuration/configuration.ts';
import type { GrantRequest } from '../../grants/request.ts';
import {
  type RenderedRole,
  type RoleInputs,
  renderRole,
  reportAuditedRole,
} from '../../planning/rendered-role.ts';
import { type Account, findAccount } from '../../shared/account.ts';
import type { Caller } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { didYouMean } from '../../shared/suggestion.ts';
import { parseDuration, type Seconds } from '../../shared/time.ts';
import { type Parameters, parseParameters } from '../../templates/parameters.ts';
import type { Template } from '../../templates/template.ts';
import { type AccessPorts, accessContextOf, authoriseSomewhere } from '../access.ts';
import type { RenderPorts } from '../replan.ts';
import { findEnvironmentFor, findRepository, type Target } from '../resolve-target.ts';
import { resolveForPipeline } from './pipeline-target.ts';

/** What checking a request needs: it reads Bitbucket and writes nothing. */
export type CheckPorts = AccessPorts & RenderPorts;

/** A request after everything about it was checked. */
export type PreparedRequest = {
  rendered: RenderedRole;
  template: Template;
  /** What `expiresIn` asks for. */
  askedSeconds: Seconds | undefined;
};

/** Checks a request in the contract's order: what the caller's claims alone forbid; template, account and parameters;
 *  repository and environment with Bitbucket; authorisation; ownership, guardrails and the trust check. */
export async function prepareRequest(
  ports: CheckPorts,
  request: GrantRequest,
  caller: Caller,
): Promise<Result<PreparedRequest>> {
  const { access: rules, configuration, reportDenied: report } = ports;
  const early = authoriseSomewhere(ports, caller, 'request');
  if (!early.ok) return early;
  const { pipeline } = caller;
  const own = pipeline && (await resolveForPipeline(ports, request, { ...caller, pipeline }));
  if (own && !own.ok) return own;
  const checked = checkTemplate(ports, request);
  if (!checked.ok) return checked;
  const { template, parameters } = checked.value;
  // The names of a repository's environments are for those who may request for it.
  const mayKnow = async (found: Repository): Promise<boolean> => {
    const whole = requestFor(ports, caller, { target: { repository: found }, checked: checked.value });
    return decideAccess({ rules, ...whole, context: await contextOf(ports, whole) }).allowed;
  };
  const target = own ?? (await resolve(ports, request, mayKnow));
  if (!target.ok) {
    // A caller who could request only as repository admin must not learn whether the repository exists.
    return early.value.onlyAsAdmin ? refuseAnywhere(ports, caller) : target;
  }
  const { repository, environment } = target.value;
  const account = checked.value.account ?? defaultAccount(configuration, repository);
  const asked = requestFor(ports, caller, { target: target.value, checked: checked.value });
  const allowed = authorise({ rules, ...asked, context: await contextOf(ports, asked), report });
  if (!allowed.ok) return allowed;
  const { resource } = asked;
  const inputs = {
    configuration,
    account,
    repository,
    environment,
    template,
    parameters,
    name: request.name,
    requesterKind: caller.principal.kind,
  };
  const rendered = renderFor(ports, inputs, { caller, resource });
  if (!rendered.ok) return rendered;
  const askedSeconds = request.expiresIn === undefined ? undefined : parseDuration(request.expiresIn);
  return ok({ rendered: rendered.value, template, askedSeconds });
}

/** Renders what is asked for; reports a denial by what binds every caller: which accounts are open, and for pipelines who
 *  owns a name. */
function renderFor(
  ports: CheckPorts,
  inputs: RoleInputs,
  { caller, resource }: { caller: Caller; resource: Resource },
): Result<RenderedRole> {
  const refuseBy = (rule: string, refusal: Problem) => {
    ports.reportDenied(deniedAccess({ caller, action: 'request', resource, rule }));
    return fail(refusal);
  };
  const rendered = renderRole(inputs);
  if (!rendered.ok)
    return rendered.problem.code === 'DENIED' ? refuseBy(ACCOUNT_RULE, rendered.problem) : rendered;
  reportAuditedRole(ports, rendered.value);
  const { unowned } = rendered.value;
  // A pipeline's request never waits for approval: anyone who can push a branch can act as the pipeline.
  if (unowned.length > 0 && caller.principal.kind === 'pipeline')
    return refuseBy('ownership', notOwned(inputs.repository, unowned));
  return rendered;
}

type RequestAttempt = { caller: Caller; action: 'request'; resource: Resource };

/** What the access rules are asked about a request. */
const requestFor = (
  { configuration }: CheckPorts,
  caller: Caller,
  {
    target: { repository, environment },
    checked: { account, template },
  }: { target: Target; checked: { account: Account | undefined; template: Template } },
): RequestAttempt => ({
  caller,
  action: 'request',
  resource: {
    workspaceUuid: repository.workspace.uuid,
    projectUuid: repository.project?.uuid,
    repositoryUuid: repository.uuid,
    environmentUuid: environment?.uuid,
    accountId: (account ?? defaultAccount(configuration, repository)).id,
    decidedBy: [],
    template,
  },
});

const contextOf = (ports: CheckPorts, { caller, resource }: RequestAttempt) =>
  accessContextOf({
    access: ports.access,
    admins: ports.admins(),
    actions: ['request'],
    caller,
    resource,
    requesterKinds: undefined,
  });

/** The denial of a caller who has not been confirmed as repository admin. */
function refuseAnywhere({ access: rules, reportDenied: report }: CheckPorts, caller: Caller) {
  const attempt = { caller, action: 'request' as const, context: unknownContext };
  const decision = couldBeAllowed({ rules, ...attempt });
  return refuse({ ...attempt, resource: undefined, decision, report });
}

function checkTemplate(
  { configuration, templates }: CheckPorts,
  request: GrantRequest,
): Result<{ account: Account | undefined; template: Template; parameters: Parameters }> {
  const template = templates.get(request.template);
  if (!template) {
    const detail = `There is no template ${request.template}.${didYouMean(request.template, [...templates.keys()])}`;
    return fail(problem('TEMPLATE_NOT_FOUND', detail, { see: { of: 'templates' } }));
  }
  const account =
    request.account === undefined ? undefined : findAccount(configuration.accounts, request.account);
  if (request.account !== undefined && !account) {
    const aliases = configuration.accounts.map(({ alias }) => alias);
    return fail(
      problem(
        'ACCOUNT_NOT_FOUND',
        `No account with that alias or id is configured.${didYouMean(request.account, aliases)} Configured are ${aliases.join(', ')}. Leave out account to use the project’s default, or ${findAccount(configuration.accounts, undefined)?.alias}.`,
      ),
    );
  }
  const parameters = parseParameters(template, request.parameters);
  if (!parameters.ok) return parameters;
  return ok({ account, template, parameters: parameters.value });
}

/** The account of a request that names none: that of its project's `defaults`, else the hub. */
function defaultAccount(
  { accounts, projects }: Configuration,
  { project }: Pick<Repository, 'project'>,
): Account {
  const settings = projects.find(({ uuid }) => uuid === project?.uuid);
  const account = findAccount(accounts, settings?.defaults?.account);
  if (!account) throw new Error('the configuration is refused without a hub or with an unknown account');
  return account;
}

async function resolve(
  ports: CheckPorts,
  request: GrantRequest,
  mayKnow: (repository: Repository) => Promise<boolean>,
): Promise<Result<Target>> {
  const name = parseRepositoryName(request.repository);
  if (!name) throw new Error('the schema admits only repository names');
  const repository = await findRepository(ports, name);
  if (!repository.ok) return repository;
  if (request.environment === undefined) return ok({ repository: repository.value });
  const environment = await findEnvironmentFor(ports.bitbucket, repository.value, {
    nameOrUuid: request.environment,
    mayKnow: () => mayKnow(repository.value),
  });
  if (!environment.ok) return environment;
  return ok({ repository: repository.value, environment: environment.value });
}
