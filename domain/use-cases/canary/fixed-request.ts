import { parseRepositoryName } from '../../bitbucket/repository.ts';
import type { CanaryRequest } from '../../configuration/canary.ts';
import { renderRole } from '../../planning/rendered-role.ts';
import { findAccount } from '../../shared/account.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { parseParameters } from '../../templates/parameters.ts';
import type { Template } from '../../templates/template.ts';
import { findEnvironment, findRepository, type TargetPorts } from '../resolve-target.ts';

/** What preparing the canary's request needs: it reads Bitbucket and writes nothing. */
export type FixedRequestPorts = TargetPorts & { templates: ReadonlyMap<string, Template> };

/** Prepares a request as the provisioner would: repository and environment with Bitbucket, then account, parameters, guardrails
 *  and the trust check. The problem of the first that refuses. Who owns the names is not asked, because the role is not made. */
export async function prepareFixedRequest(
  ports: FixedRequestPorts,
  request: CanaryRequest,
): Promise<Result<'prepared'>> {
  const { configuration, templates, bitbucket } = ports;
  const template = templates.get(request.template);
  const account = findAccount(configuration.accounts, request.account);
  const name = parseRepositoryName(request.repository);
  if (!template || !account || !name) return fail(unusable(request));
  const parameters = parseParameters(template, request.parameters);
  if (!parameters.ok) return parameters;
  const repository = await findRepository(ports, name);
  if (!repository.ok) return repository;
  const asked = request.environment;
  const environment =
    asked === undefined ? ok(undefined) : await findEnvironment(bitbucket, repository.value, asked);
  if (!environment.ok) return environment;
  const rendered = renderRole({
    configuration,
    account,
    repository: repository.value,
    environment: environment.value,
    template,
    parameters: parameters.value,
    name: 'canary',
    requesterKind: 'system',
  });
  return rendered.ok ? ok('prepared') : rendered;
}

const unusable = ({ repository, template, account = 'default' }: CanaryRequest): Problem =>
  problem(
    'REQUEST_INVALID',
    `The entry canary of the configuration names repository ${repository}, template ${template} and account ${account}, of which one does not exist.`,
  );
