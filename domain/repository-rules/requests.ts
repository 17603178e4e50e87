import type { Repository } from '../bitbucket/repository.ts';
import type { GrantIntent } from '../grants/intent.ts';
import { type GrantRequest, grantRequestSchema } from '../grants/request.ts';
import { matchesPattern } from '../shared/patterns.ts';
import { type Problem, problem, toPointer } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { fillPlaceholders, isOneSegment, placeholdersOf } from '../templates/placeholder.ts';
import type { Template } from '../templates/template.ts';
import type { RepositoryRule } from './schema.ts';

/** A request that a rule makes. `rule` is its place in `onRepositoryCreated`, from 0. */
export type RuleRequest = { rule: number; approved: boolean; request: GrantRequest };

/** A repository of a project. */
type ProjectRepository = Repository & { project: NonNullable<Repository['project']> };

const isInProject = (repository: Repository): repository is ProjectRepository =>
  repository.project !== undefined;

/** True when a rule is about a repository: the project by UUID, and the slug as it is now. */
const ruleCovers = ({ project, slug }: RepositoryRule, repository: ProjectRepository): boolean =>
  project.uuid === repository.project.uuid && matchesPattern(repository.slug, slug);

/** What the rules ask for a repository, in their order. Pure, and the same for a webhook and for a search for
 *  repositories whose webhook was lost. A request that cannot be made is a problem, and does not stop the
 *  others. */
export function requestsOf(rules: readonly RepositoryRule[], repository: Repository): Result<RuleRequest>[] {
  if (!isInProject(repository)) return [];
  return rules.flatMap((rule, n) => (ruleCovers(rule, repository) ? [requestOf(rule, n, repository)] : []));
}

/** Every way in which a rule can never be carried out, as `pointer: sentence`: its template is unknown, does not list the
 *  system, lacks a parameter that is given, or requires one that is not. */
export function ruleErrors(
  rules: readonly RepositoryRule[],
  templates: ReadonlyMap<string, Pick<Template, 'parameters' | 'requestableBy'>>,
): string[] {
  return rules.flatMap(({ grant }, n) => {
    const at = `/onRepositoryCreated/${n}/grant`;
    const template = templates.get(grant.template);
    if (!template) return [`${at}/template: there is no template ${grant.template}`];
    const given = Object.keys(grant.parameters);
    const required = Object.entries(template.parameters).filter(([, { optional }]) => !optional);
    return [
      ...(template.requestableBy.includes('system')
        ? []
        : [`${at}/template: ${grant.template} does not list system in requestableBy`]),
      ...given
        .filter((name) => !Object.hasOwn(template.parameters, name))
        .map((name) => `${at}/parameters/${name}: is not a parameter of ${grant.template}`),
      ...required
        .filter(([name]) => !given.includes(name))
        .map(([name]) => `${at}/parameters/${name}: is missing`),
    ];
  });
}

function requestOf(
  { grant, approved, slug }: RepositoryRule,
  rule: number,
  repository: ProjectRepository,
): Result<RuleRequest> {
  const values: [string, string][] = [
    ['repository.slug', repository.slug],
    ['repository.uuid', repository.uuid.slice(1, -1)],
    ['project.key', repository.project.key],
  ];
  const usable = new Map(values.filter(([, value]) => isOneSegment(value)));
  const fill = (text: string): string =>
    placeholdersOf(text).every((used) => usable.has(used)) ? fillPlaceholders(text, usable).join('') : '';
  const parameters = Object.fromEntries(
    Object.entries(grant.parameters).map(([parameter, text]) => [
      parameter,
      Array.isArray(text) ? text.map(fill) : fill(text),
    ]),
  );
  const empty = Object.keys(parameters).filter((one) => [parameters[one]].flat().includes(''));
  if (empty.length > 0) return fail(unfit(rule, repository, empty));
  const { template, account, environment, name, expiresIn } = grant;
  const request = grantRequestSchema.parse({
    repository: repository.uuid,
    template,
    parameters,
    account,
    environment,
    name,
    expiresIn,
    reason: `Rule ${rule} of onRepositoryCreated: new repositories like ${slug}`,
  });
  return ok({ rule, approved, request });
}

/** True where a rule's request is for the template, name and environment of an intent; the account is not compared. */
export function asksFor(
  request: GrantRequest,
  { template, name, environment }: Pick<GrantIntent, 'name' | 'environment'> & { template: { name: string } },
): boolean {
  const isSameEnvironment =
    request.environment === undefined
      ? environment === undefined
      : request.environment === environment?.name || request.environment === environment?.uuid;
  return request.template === template.name && request.name === name && isSameEnvironment;
}

const unfit = (rule: number, repository: Repository, names: string[]): Problem =>
  problem(
    'PARAMETERS_INVALID',
    `Rule ${rule} of onRepositoryCreated cannot be applied to ${repository.fullName}.`,
    {
      errors: names.map((name) => ({
        pointer: toPointer(['parameters', name]),
        detail: 'would hold a value that a policy may not contain',
      })),
    },
  );
