import { type DeniedAccess, deniedAccess } from '../../access/authorisation.ts';
import { parseRepositoryName } from '../../bitbucket/repository.ts';
import type { EventData } from '../../grants/event.ts';
import type { GrantRequest } from '../../grants/request.ts';
import { parseEnvironmentUuid } from '../../shared/identifiers.ts';
import type { Caller, PipelineClaims } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { findEnvironment, findRepositoryAgain, type Target, type TargetPorts } from '../resolve-target.ts';

type PipelinePorts = TargetPorts & { reportDenied(denial: DeniedAccess): void };

/** Resolves a pipeline's request through the UUIDs of its token. Any other target gets the same denial, whether it
 *  exists or not. */
export async function resolveForPipeline(
  ports: PipelinePorts,
  request: GrantRequest,
  caller: Caller & { pipeline: PipelineClaims },
): Promise<Result<Target>> {
  const { pipeline } = caller;
  if (claimsForbid(request, pipeline)) return refuseForeign(ports, caller);
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
  if (parseEnvironmentUuid(request.environment) !== uuid && request.environment !== environmentName)
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
  const uuid = request.environment === undefined ? undefined : parseEnvironmentUuid(request.environment);
  return uuid !== undefined && uuid !== pipeline.environmentUuid;
}

/** The same denial for every target that is not the pipeline's own. */
function refuseForeign(
  { reportDenied }: Pick<PipelinePorts, 'reportDenied'>,
  caller: Caller,
): { ok: false; problem: Problem } {
  const rule = 'pipeline-own-repository';
  reportDenied(deniedAccess({ caller, action: 'request', resource: undefined, rule }));
  return fail(
    problem(
      'DENIED',
      `Rule ${rule}: a pipeline's token works only for its own repository and the deployment environment that its step runs in.`,
    ),
  );
}

/** The claims of the pipeline run that an event keeps. */
export const pipelineRun = ({
  pipelineUuid,
  stepUuid,
  branchName,
  environmentUuid,
}: PipelineClaims): EventData<'GrantRequested'>['pipeline'] => ({
  ...(pipelineUuid ? { pipelineUuid } : {}),
  ...(stepUuid ? { stepUuid } : {}),
  ...(branchName ? { branchName } : {}),
  ...(environmentUuid ? { environmentUuid } : {}),
});
