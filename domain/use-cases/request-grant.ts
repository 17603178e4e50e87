import { z } from 'zod';
import { type AccessRules, authorise, type Denial } from '../authorisation.ts';
import { type Account, type Configuration, findAccount } from '../configuration.ts';
import { type Grant, isLive } from '../grant.ts';
import { decideRequest, type RequestCommand, type RequestOutcome } from '../grant-decider.ts';
import { NAME, parseUuid } from '../identifiers.ts';
import { type Parameters, parseParameters } from '../parameters.ts';
import { type Plan, planGrant } from '../plan.ts';
import type { Bitbucket, Provisioner } from '../ports.ts';
import type { Caller, PipelineClaims } from '../principal.ts';
import { problem, toFieldErrors } from '../problem.ts';
import type { DeploymentEnvironment, Repository } from '../repository.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Template } from '../template.ts';
import { parseDuration, plusSeconds, toInstant } from '../time.ts';
import { answerToRequest, type RequestAnswer } from './answer-request.ts';
import {
  appendEvent,
  type GrantStream,
  loadStream,
  projectStream,
  type StreamPorts,
} from './grant-stream.ts';
import {
  findEnvironment,
  findRepository,
  findRepositoryAgain,
  parseRepositoryName,
} from './resolve-subject.ts';
import { waitForProvisioner } from './wait-for-provisioner.ts';

/** What the edge needs to take requests. It has no IAM: it decides, writes the intent and asks the provisioner. */
export type RequestPorts = StreamPorts & {
  configuration: Configuration;
  templates: ReadonlyMap<string, Template>;
  bitbucket: Bitbucket;
  provisioner: Provisioner;
  access: AccessRules;
  reportDenial(denial: Denial): void;
};

/** The shape of a request's body; unknown fields are refused. */
export const grantRequestSchema = z.strictObject({
  repository: z
    .string()
    .refine(
      (text) => parseRepositoryName(text) !== undefined,
      'must be "workspace/repository" or a UUID in braces',
    ),
  template: z.string().regex(NAME, 'must be a template name: lower-case letters, digits and hyphens'),
  parameters: z.record(z.string(), z.unknown()),
  environment: z.string().min(1).max(255).optional(),
  account: z.string().min(1).max(64).optional(),
  name: z
    .string()
    .regex(NAME, 'must start with a letter, 1–32 lower-case letters, digits and hyphens')
    .default('default'),
  expiresIn: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'must be days as PnD or hours as PTnH, up to P3650D')
    .optional(),
  reason: z.string().min(1).max(500).optional(),
});

/** A request's body after its shape was checked. */
export type GrantRequest = z.infer<typeof grantRequestSchema>;

/** Checks the shape of a body. `REQUEST_INVALID` names every faulty field at once. */
export function parseGrantRequest(body: unknown): Result<GrantRequest> {
  const parsed = grantRequestSchema.safeParse(body);
  // Zod leaves `__proto__` out of a record; like any other name it must be told to be unknown.
  if (parsed.success) return ok({ ...parsed.data, parameters: (body as GrantRequest).parameters });
  return fail(
    problem('REQUEST_INVALID', 'The request is not a grant request.', {
      errors: toFieldErrors(parsed.error),
    }),
  );
}

/** Where a request comes from. */
export type RequestContext = {
  caller: Caller;
  correlationId: string;
  entryPoint: 'http' | 'bitbucket' | 'slack';
  dryRun: boolean;
};

/** Asks for a grant: checks who asks for what in the contract's order, decides, writes the intent, and waits for the
 *  provisioner. A repeated or concurrent equal request has one effect. With `dryRun` nothing is written. */
export async function requestGrant(
  ports: RequestPorts,
  request: GrantRequest,
  context: RequestContext,
): Promise<Result<RequestAnswer>> {
  const prepared = await prepare(ports, request, context);
  if (!prepared.ok) return prepared;
  const { plan, template, expiresInSeconds } = prepared.value;
  for (;;) {
    const stream = await loadStream(ports, plan.grantId);
    const fixed = withFixedRoleName(plan, stream.grant);
    const command: RequestCommand = {
      intent: fixed.intent,
      approval: template.approval,
      expiresAt:
        expiresInSeconds === undefined
          ? undefined
          : plusSeconds(toInstant(ports.clock.now()), expiresInSeconds),
      reason: request.reason,
      pipeline: context.caller.pipeline && pipelineRun(context.caller.pipeline),
    };
    const decision = decideRequest(stream.grant, command);
    if (!decision.ok) return decision;
    const { events, outcome } = decision.value;
    const room = await checkQuota(ports, stream.grant, outcome, fixed);
    if (!room.ok) return room;
    if (context.dryRun)
      return ok({ status: 200, planned: { plan: fixed, template, command, caller: context.caller } });
    const [event] = events;
    const cause = {
      principal: context.caller.principal,
      correlationId: context.correlationId,
      entryPoint: context.entryPoint,
    };
    const appended = event ? await appendEvent(ports, stream, event, cause) : stream;
    if (!appended) continue;
    return finish(ports, appended, outcome, events.length > 0);
  }
}

async function finish(
  ports: RequestPorts,
  stream: GrantStream,
  outcome: RequestOutcome,
  hasNewEvent: boolean,
): Promise<Result<RequestAnswer>> {
  const projected = hasNewEvent ? projectStream(ports, stream) : undefined;
  if (outcome === 'unchanged' || outcome === 'waiting' || outcome === 'revoking') {
    await projected;
    return answerToRequest(outcome, stream, stream, []);
  }
  const [settled] = await Promise.all([waitForProvisioner(ports, stream.grantId), projected]);
  const after = await ports.log.load(stream.grantId);
  return answerToRequest(outcome, stream, settled, after);
}

type Prepared = { plan: Plan; template: Template; expiresInSeconds: number | undefined };

async function prepare(
  ports: RequestPorts,
  request: GrantRequest,
  { caller }: RequestContext,
): Promise<Result<Prepared>> {
  const { access, configuration, reportDenial } = ports;
  const early = authorise(access, caller, 'request', undefined, reportDenial);
  if (!early.ok) return early;
  if (caller.pipeline && claimsForbid(request, caller.pipeline)) return refuseForeign(ports, caller);
  const checked = checkTemplate(ports, request);
  if (!checked.ok) return checked;
  const { account, template, parameters } = checked.value;
  const subject = caller.pipeline
    ? await resolveForPipeline(ports, request, caller, caller.pipeline)
    : await resolve(ports, request);
  if (!subject.ok) return subject;
  const { repository, environment } = subject.value;
  const allowed = authorise(
    access,
    caller,
    'request',
    {
      workspaceUuid: repository.workspace.uuid,
      repositoryUuid: repository.uuid,
      environmentUuid: environment?.uuid,
      template,
    },
    reportDenial,
  );
  if (!allowed.ok) return allowed;
  const inputs = {
    configuration,
    account,
    repository,
    environment,
    template,
    parameters,
    name: request.name,
  };
  const plan = planGrant(inputs);
  if (!plan.ok) return plan;
  const expiresInSeconds = request.expiresIn === undefined ? undefined : parseDuration(request.expiresIn);
  return ok({ plan: plan.value, template, expiresInSeconds });
}

function checkTemplate(
  { configuration, templates }: RequestPorts,
  request: GrantRequest,
): Result<{ account: Account; template: Template; parameters: Parameters }> {
  const template = templates.get(request.template);
  if (!template) {
    return fail(
      problem('TEMPLATE_NOT_FOUND', `There is no template ${request.template}; GET /v1/templates lists all.`),
    );
  }
  const account = findAccount(configuration, request.account);
  if (!account) {
    return fail(problem('ACCOUNT_NOT_FOUND', 'No account of that alias or id is configured.'));
  }
  const parameters = parseParameters(template, request.parameters);
  if (!parameters.ok) return parameters;
  return ok({ account, template, parameters: parameters.value });
}

type Subject = { repository: Repository; environment?: DeploymentEnvironment | undefined };

async function resolve(ports: RequestPorts, request: GrantRequest): Promise<Result<Subject>> {
  const name = parseRepositoryName(request.repository);
  if (!name) throw new Error('the schema admits only repository names');
  const repository = await findRepository(ports, name);
  if (!repository.ok) return repository;
  if (request.environment === undefined) return ok({ repository: repository.value });
  const environment = await findEnvironment(ports.bitbucket, repository.value, request.environment);
  if (!environment.ok) return environment;
  return ok({ repository: repository.value, environment: environment.value });
}

/** A pipeline's request is resolved through its token's UUIDs; whatever else it names is denied in the same words,
 *  whether it exists or not. */
async function resolveForPipeline(
  ports: RequestPorts,
  request: GrantRequest,
  caller: Caller,
  pipeline: PipelineClaims,
): Promise<Result<Subject>> {
  const workspace = { uuid: pipeline.workspaceUuid, slug: pipeline.workspaceSlug };
  const repository = await findRepositoryAgain(ports, workspace, pipeline.repositoryUuid);
  if (!repository.ok) return repository;
  const name = parseRepositoryName(request.repository);
  const isOwn =
    name &&
    ('uuid' in name
      ? name.uuid === repository.value.uuid
      : `${name.workspace}/${name.slug}` === repository.value.fullName.toLowerCase());
  if (!isOwn) return refuseForeign(ports, caller);
  if (request.environment === undefined) return ok({ repository: repository.value });
  if (!pipeline.environmentUuid) return refuseForeign(ports, caller);
  const environment = await findEnvironment(ports.bitbucket, repository.value, pipeline.environmentUuid);
  if (!environment.ok) return environment;
  const { uuid, name: environmentName } = environment.value;
  if (parseUuid(request.environment) !== uuid && request.environment !== environmentName)
    return refuseForeign(ports, caller);
  return ok({ repository: repository.value, environment: environment.value });
}

/** True when the token alone shows that the request is for something else than the pipeline's own. */
function claimsForbid(request: GrantRequest, pipeline: PipelineClaims): boolean {
  const name = parseRepositoryName(request.repository);
  if (!name) return true;
  if ('uuid' in name ? name.uuid !== pipeline.repositoryUuid : name.workspace !== pipeline.workspaceSlug)
    return true;
  if ((request.environment === undefined) !== (pipeline.environmentUuid === undefined)) return true;
  const uuid = request.environment === undefined ? undefined : parseUuid(request.environment);
  return uuid !== undefined && uuid !== pipeline.environmentUuid;
}

function refuseForeign(
  { reportDenial }: RequestPorts,
  { principal }: Caller,
): { ok: false; problem: ReturnType<typeof problem> } {
  const rule = 'pipeline-own-repository';
  reportDenial({ principal, action: 'request', rule });
  return fail(
    problem(
      'DENIED',
      `Rule ${rule}: a pipeline's token works for its own repository and the deployment environment that its step runs in only.`,
    ),
  );
}

/** The role's name is fixed at the first intent; a renamed repository keeps it. */
function withFixedRoleName(plan: Plan, grant: Grant | undefined): Plan {
  const roleName = grant?.request.intent.roleName;
  if (roleName === undefined || roleName === plan.role.name) return plan;
  const arn = plan.role.arn.slice(0, -plan.role.name.length) + roleName;
  return { ...plan, role: { ...plan.role, name: roleName, arn }, intent: { ...plan.intent, roleName } };
}

const pipelineRun = ({ pipelineUuid, stepUuid, branchName, environmentUuid }: PipelineClaims) => ({
  ...(pipelineUuid ? { pipelineUuid } : {}),
  ...(stepUuid ? { stepUuid } : {}),
  ...(branchName ? { branchName } : {}),
  ...(environmentUuid ? { environmentUuid } : {}),
});

async function checkQuota(
  ports: RequestPorts,
  grant: Grant | undefined,
  outcome: RequestOutcome,
  { intent }: Plan,
): Promise<Result<undefined>> {
  const becomesLive = (outcome === 'started' || outcome === 'waiting') && !(grant && isLive(grant.status));
  if (!becomesLive) return ok(undefined);
  const limit = ports.configuration.limits.liveGrantsPerRepository;
  const live = await ports.grants.countLive(intent.repository.uuid);
  if (live < limit) return ok(undefined);
  return fail(
    problem(
      'QUOTA_EXCEEDED',
      `${intent.repository.fullName} has ${live} live grants; the limit is ${limit}. Revoke one that is not needed.`,
    ),
  );
}
