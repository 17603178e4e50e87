import type { EnvironmentUuid, RepositoryUuid, WorkspaceUuid } from '../shared/identifiers.ts';
import type { Caller } from '../shared/principal.ts';

/** What of an attempt the limits look at. */
type PipelineAttempt = { caller: Caller; action: string };

/** What of a grant the limits look at. */
type Reached = {
  workspaceUuid: WorkspaceUuid | undefined;
  repositoryUuid: RepositoryUuid;
  environmentUuid: EnvironmentUuid | undefined;
  template: { approval?: string } | undefined;
};

/** What no pipeline does anywhere: anyone who can push a branch is one, so it never revokes, approves or audits. */
export function pipelineActionLimit({ caller, action }: PipelineAttempt): string | undefined {
  if (!caller.pipeline) return undefined;
  return action === 'request' || action === 'read' ? undefined : 'pipeline-requests-and-reads-only';
}

/** Where a pipeline stops: it reaches its own repository, in the environment that it runs in, and never asks for what
 *  needs approval. */
export function pipelineLimit({
  caller: { pipeline },
  action,
  resource,
}: PipelineAttempt & { resource: Reached }): string | undefined {
  if (!pipeline) return undefined;
  if (
    resource.repositoryUuid !== pipeline.repositoryUuid ||
    resource.workspaceUuid !== pipeline.workspaceUuid
  ) {
    return 'pipeline-own-repository';
  }
  if (resource.environmentUuid !== pipeline.environmentUuid) return 'pipeline-own-environment';
  if (action === 'request' && resource.template?.approval !== 'none') return 'pipeline-without-approval';
  return undefined;
}
