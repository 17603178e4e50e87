import type { Configuration } from '../../../domain/configuration/configuration.ts';
import type { Grant } from '../../../domain/grants/grant.ts';
import { findAccount } from '../../../domain/shared/account.ts';
import { combinedStep, pipelineStep, pipeStep } from '../../../domain/templates/step/pipeline-step.ts';
import type { StepGrant } from '../../../domain/templates/step/step-grant.ts';
import type { Template } from '../../../domain/templates/template.ts';
import type { StepGrants } from '../../../domain/use-cases/reading/step-grants.ts';

/** The media type of a step for `bitbucket-pipelines.yml`. */
export const STEP_TYPE = 'text/x-bitbucket-pipelines';

/** What steps are written from: the accounts' regions, and how each template's role is used. */
export type StepSource = {
  configuration: Configuration;
  templates: ReadonlyMap<string, Template>;
};

/** A grant's steps for `bitbucket-pipelines.yml`: with the shell, and with Atlassian's pipes where they do the job. Neither
 *  while the grant is not active, nor where its account is configured no more. */
export function pipelineSnippets(
  grant: Grant,
  source: StepSource,
): { pipelineSnippet?: string; pipeSnippet?: string } {
  const used = stepGrantOf(grant, source);
  if (!used) return {};
  const pipeSnippet = pipeStep(used);
  return { pipelineSnippet: pipelineStep(used), ...(pipeSnippet === undefined ? {} : { pipeSnippet }) };
}

/** One step for several active grants of one repository and of one environment at most; undefined where the account of none is
 *  configured any more. Comments say which grants it leaves out. */
export function stepOfAll({ grants, unreadable }: StepGrants, source: StepSource): string | undefined {
  const [first, ...rest] = grants.flatMap((grant) => stepGrantOf(grant, source) ?? []);
  const left = grants.filter((grant) => !stepGrantOf(grant, source));
  const notes = [
    ...left.map(({ id }) => `${id} is left out: its account is configured no more.`),
    ...unreadable.map(({ grantId }) => `${grantId} is left out: its events cannot be read.`),
  ];
  return first && combinedStep([first, ...rest], notes);
}

function stepGrantOf(grant: Grant, { configuration, templates }: StepSource): StepGrant | undefined {
  const { intent } = grant.request;
  const account = findAccount(configuration.accounts, intent.account);
  if (grant.state !== 'active' || !account) return undefined;
  const { role } = grant;
  const { name, parameters, environment } = intent;
  const template = { name: intent.template.name, step: templates.get(intent.template.name) };
  return { id: grant.id, name, template, parameters, environment, account, role };
}
