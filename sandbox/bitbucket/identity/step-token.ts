import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, ok, refusal } from '../../http/answers.ts';
import { faultyFields } from '../../http/faulty-fields.ts';
import { findEnvironment, findRepositoryByName } from '../rest/lookup.ts';
import type { StateStore } from '../state.ts';
import { audienceOf, issuerOf } from './oidc.ts';
import { lifetime, signClaims } from './signing-keys.ts';

/** Bitbucket's limits: 10 audiences of at most 150 characters. Source: Atlassian's announcement of multiple audiences
 *  for Pipelines OIDC. */
const bodySchema = z.strictObject({
  repository: z.string().min(1),
  deployment: z.string().min(1).optional(),
  audiences: z.array(z.string().min(1).max(150)).max(10).optional(),
  branch: z.string().min(1).default('main'),
  expiresIn: z.int().default(3600),
});

const bracedUuid = () => `{${randomUUID()}}`;

/** Answers `POST /sandbox/step-token` with the token that a pipeline step finds in BITBUCKET_STEP_OIDC_TOKEN.
 *
 *  `aud` is the workspace's own audience as a string; with `audiences` (even an empty list) a list that starts with it.
 *  `expiresIn` is in seconds and may be negative. Each token is for a new pipeline and step. A workspace whose OIDC is
 *  not enabled still gets tokens; they cannot be verified, because its keys cannot be read. */
export async function stepToken(store: StateStore, body: unknown, nowMs: number): Promise<Answer> {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
  const { repository: name, deployment, audiences, branch, expiresIn } = parsed.data;
  const found = findRepositoryByName(store.state, name);
  if (!found) return refusal(404, `/repository: no repository ${name}`);
  const { workspace, repository } = found;
  const environment =
    deployment === undefined
      ? undefined
      : (repository.environments.find((candidate) => candidate.name === deployment) ??
        findEnvironment(repository, deployment));
  if (deployment !== undefined && !environment) {
    return refusal(404, `/deployment: no environment ${deployment} in ${workspace.slug}/${repository.slug}`);
  }

  const stepUuid = bracedUuid();
  const own = audienceOf(workspace);
  const token = await signClaims(await store.key(workspace.uuid), {
    iss: issuerOf(workspace),
    aud: audiences ? [own, ...audiences] : own,
    sub: [repository.uuid, ...(environment ? [environment.uuid] : []), stepUuid].join(':'),
    ...lifetime(nowMs, expiresIn),
    workspaceUuid: workspace.uuid,
    repositoryUuid: repository.uuid,
    pipelineUuid: bracedUuid(),
    pipelineRunUuid: bracedUuid(),
    stepUuid,
    branchName: branch,
    ...(environment && {
      deploymentEnvironmentUuid: environment.uuid,
      deploymentEnvironment: environment.name,
    }),
  });
  return ok({ token });
}
