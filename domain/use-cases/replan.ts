import { findAccount } from '../configuration.ts';
import type { RequestInForce } from '../grant.ts';
import { planHash } from '../grant-intent.ts';
import { parseParameters } from '../parameters.ts';
import { type Plan, planGrant } from '../plan.ts';
import { problem } from '../problem.ts';
import { fail, ok, type Result } from '../result.ts';
import { isRoleNameOf } from '../role.ts';
import type { ProvisionerPorts } from './provisioner-run.ts';
import { findEnvironment, findRepositoryAgain } from './resolve-subject.ts';

/** Makes the plan of an intent anew, from Bitbucket, the configuration and the bundled templates, and compares: whoever
 *  wrote the intent decided nothing but inputs. Any difference is `PLAN_CHANGED`; a repository, environment, template or
 *  ownership that is gone has its own code. */
export async function replan(
  ports: ProvisionerPorts,
  grantId: string,
  { intent, approval }: Pick<RequestInForce, 'intent' | 'approval'>,
): Promise<Result<Plan>> {
  const { configuration, bitbucket, templates } = ports;
  const account = findAccount(configuration, intent.account);
  if (!account)
    return fail(problem('ACCOUNT_NOT_FOUND', `Account ${intent.account} is no longer configured.`));
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
  const plan = planGrant({
    configuration,
    account,
    repository,
    environment: environment?.value,
    template,
    parameters: parameters.value,
    name: intent.name,
    roleName: intent.roleName,
  });
  if (!plan.ok) return plan;
  const isSame =
    plan.value.grantId === grantId &&
    isRoleNameOf(intent.roleName, grantId) &&
    template.approval === approval &&
    planHash(plan.value.intent) === planHash(intent);
  if (isSame) return ok(plan.value);
  const detail =
    'What would be granted is no longer what was asked for: the template, the workspace or the repository has changed meanwhile. Ask again.';
  return fail(problem('PLAN_CHANGED', detail));
}
