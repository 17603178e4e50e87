import type { Configuration } from '../../../domain/configuration/configuration.ts';
import type { Grant } from '../../../domain/grants/grant.ts';
import { findAccount } from '../../../domain/shared/account.ts';
import { pipelineStep, pipeStep } from '../../../domain/templates/step/pipeline-step.ts';
import type { Template } from '../../../domain/templates/template.ts';

/** What steps are written from: the accounts' regions, and how each template's role is used. */
export type StepSource = {
  configuration: Configuration;
  templates: ReadonlyMap<string, Template>;
};

/** A grant's steps for `bitbucket-pipelines.yml`: with the shell, and with Atlassian's pipes where they do the job. Neither
 *  while the grant is not active, nor where its account is configured no more. */
export function pipelineSnippets(
  grant: Grant,
  { configuration, templates }: StepSource,
): { pipelineSnippet?: string; pipeSnippet?: string } {
  const { intent } = grant.request;
  const account = findAccount(configuration.accounts, intent.account);
  if (grant.state !== 'active' || !account) return {};
  const { role } = grant;
  const { name, parameters, environment } = intent;
  const template = { name: intent.template.name, step: templates.get(intent.template.name) };
  const used = { id: grant.id, name, template, parameters, environment, account, role };
  const pipeSnippet = pipeStep(used);
  return { pipelineSnippet: pipelineStep(used), ...(pipeSnippet === undefined ? {} : { pipeSnippet }) };
}
