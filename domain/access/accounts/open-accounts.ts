import type { DeploymentEnvironment, Repository } from '../../bitbucket/repository.ts';
import { type Account, isSpoke } from '../../shared/account.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import type { Template } from '../../templates/template.ts';
import type { ProjectSettings } from '../teams/project-schema.ts';

/** The rule that a request for a closed account breaks, as denials name it. */
export const ACCOUNT_RULE = 'account-not-open';

/** What decides whether an account is open: the project of a repository and a deployment environment, both by UUID, because
 *  their names are chosen by people who may ask. */
export type OpennessQuestion = {
  projects: readonly ProjectSettings[];
  account: Account;
  repository: Pick<Repository, 'fullName' | 'project'>;
  environment: DeploymentEnvironment | undefined;
};

/** `DENIED` where an account is not open to a grant's project or deployment environment; undefined where it is. Binds every
 *  caller, and no approval replaces it. The hub alone is open to a project that lists none. */
export function closedAccount(question: OpennessQuestion): Problem | undefined {
  const { projects, account, repository, environment } = question;
  const settings = projects.find(({ uuid }) => uuid === repository.project?.uuid);
  const isOpen = settings?.accounts ? settings.accounts.includes(account.alias) : !isSpoke(account);
  const whose = repository.project
    ? `project ${repository.project.key} of ${repository.fullName}`
    : `${repository.fullName}, which is in no project`;
  if (!isOpen) {
    const open = settings?.accounts ? ` Open to it: ${settings.accounts.join(', ')}.` : '';
    return denied(
      `account ${account.alias} is not open to ${whose}.${open} Have an administrator list it in accounts of the project’s entry of projects in the configuration.`,
    );
  }
  const pinned = settings?.environments?.[account.alias];
  if (!pinned || (environment && pinned.includes(environment.uuid))) return undefined;
  const asked = environment ? `environment ${environment.uuid}` : 'a grant for the whole repository';
  return denied(
    `account ${account.alias} is open to listed deployment environments of ${whose} only, and not to ${asked}. Request it for one of these environments, or have an administrator add the UUID to environments of the project’s entry of projects in the configuration.`,
  );
}

const denied = (what: string): Problem => problem('DENIED', `Rule ${ACCOUNT_RULE}: ${what}`);

/** `REQUEST_INVALID` where a template is not offered in an account; undefined where it is. */
export function templateNotOffered(
  { name, accounts }: Pick<Template, 'name' | 'accounts'>,
  { alias }: Account,
): Problem | undefined {
  if (!accounts || accounts.includes(alias)) return undefined;
  return problem(
    'REQUEST_INVALID',
    `Template ${name} is offered in ${accounts.join(', ')} only; name one of these in account.`,
    { errors: [{ pointer: '/account', detail: `is not offered by template ${name}` }] },
  );
}
