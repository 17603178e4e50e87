import * as z from 'zod';
import { durationSchema, type GrantRequest, grantRequestSchema } from './grant-request.ts';
import { NAME, parseUuid } from './identifiers.ts';
import { fillPlaceholders, hasStrayBraces, isOneSegment, placeholdersOf } from './placeholder.ts';
import { type Problem, problem, toPointer } from './problem.ts';
import type { Repository } from './repository.ts';
import { fail, ok, type Result } from './result.ts';
import type { Template } from './template.ts';
import { matchesPattern } from './wildcard.ts';

/** What a rule's parameters may say of the new repository, as `{{repository.slug}}`. UUIDs stand without braces. */
const ruleBuiltIns: readonly string[] = ['repository.slug', 'repository.uuid', 'project.key'];

const parameterText = z
  .string()
  .min(1)
  .refine((text) => !hasStrayBraces(text), 'has braces that are no placeholder')
  .refine(
    (text) => placeholdersOf(text).every((name) => ruleBuiltIns.includes(name)),
    `may hold ${ruleBuiltIns.map((name) => `{{${name}}}`).join(', ')} only`,
  );

/** One entry of `onRepositoryCreated`. The project's UUID decides; its key stands there for people. */
export const repositoryRuleSchema = z.strictObject({
  project: z.strictObject({
    workspace: z.string().min(1),
    key: z.string().min(1),
    uuid: z
      .string({ error: 'is missing; npm run config:pin fills it in' })
      .refine(
        (text) => parseUuid(text) !== undefined,
        'must be a UUID in braces; npm run config:pin finds it',
      )
      .transform((text) => text.toLowerCase()),
  }),
  slug: z.string().regex(/^[a-z0-9._*-]{1,62}$/, 'may hold lower-case letters, digits, . _ - and * only'),
  grant: z.strictObject({
    template: z.string().regex(NAME, 'must be the name of a template'),
    parameters: z.record(z.string(), z.union([parameterText, z.array(parameterText).min(1)])).default({}),
    environment: z.string().min(1).max(255).optional(),
    name: z.string().regex(NAME, 'must be a lower-case name').optional(),
    expiresIn: durationSchema.optional(),
  }),
  approved: z.boolean().default(false),
});

/** What each new repository of a project, whose slug fits a pattern, is granted without anybody asking. `approved`: the
 *  rule itself is the approval, where the template requires one. */
export type RepositoryRule = z.infer<typeof repositoryRuleSchema>;

/** A request that a rule makes. `rule` is its place in `onRepositoryCreated`, from 0. */
export type RuleRequest = { rule: number; approved: boolean; request: GrantRequest };

/** True when a rule is about a repository: the project by UUID, and the slug as it is now. */
export const ruleCovers = ({ project, slug }: RepositoryRule, repository: Repository): boolean =>
  project.uuid === repository.project?.uuid && matchesPattern(repository.slug, slug);

/** What the rules ask for a repository, in their order. Pure, and the same whoever asks: a webhook, or whoever looks for
 *  repositories whose webhook was lost. A request that cannot be made is a problem, and does not stop the others. */
export function requestsOf(rules: readonly RepositoryRule[], repository: Repository): Result<RuleRequest>[] {
  return rules.flatMap((rule, n) => (ruleCovers(rule, repository) ? [requestOf(rule, n, repository)] : []));
}

/** Every way in which a rule can never be carried out, as `pointer: sentence`: its template is unknown, does not list the
 *  system, lacks a parameter that is given, or requires one that is not. */
export function ruleFaults(
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
  repository: Repository,
): Result<RuleRequest> {
  const values = new Map([
    ['repository.slug', repository.slug],
    ['repository.uuid', repository.uuid.slice(1, -1)],
    ['project.key', repository.project?.key ?? ''],
  ]);
  const fill = (text: string): string => {
    const used = placeholdersOf(text).every((name) => isOneSegment(values.get(name) ?? ''));
    return used ? (fillPlaceholders(text, values)[0] ?? '') : '';
  };
  const parameters = Object.fromEntries(
    Object.entries(grant.parameters).map(([name, text]) => [
      name,
      Array.isArray(text) ? text.map(fill) : fill(text),
    ]),
  );
  const empty = Object.keys(parameters).filter((name) => [parameters[name]].flat().includes(''));
  if (empty.length > 0) return fail(unfit(rule, repository, empty));
  const { template, environment, name, expiresIn } = grant;
  const request = grantRequestSchema.parse({
    repository: repository.uuid,
    template,
    parameters,
    environment,
    name,
    expiresIn,
    reason: `Rule ${rule} of onRepositoryCreated: new repositories like ${slug}`,
  });
  return ok({ rule, approved, request });
}

const unfit = (rule: number, repository: Repository, names: string[]): Problem =>
  problem(
    'PARAMETERS_INVALID',
    `Rule ${rule} of onRepositoryCreated cannot be filled for ${repository.fullName}.`,
    {
      errors: names.map((name) => ({
        pointer: toPointer(['parameters', name]),
        detail: 'would hold a value that may not stand in a policy',
      })),
    },
  );
