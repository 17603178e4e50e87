import type { Repository } from '../bitbucket/repository.ts';
import { type Account, isSpoke } from '../shared/account.ts';
import type { ProjectUuid } from '../shared/identifiers.ts';
import { matchesPattern } from '../shared/patterns.ts';
import type { Principal } from '../shared/principal.ts';
import { type FieldError, type Problem, problem, toPointer } from '../shared/problem.ts';
import {
  isPrefixType,
  type ParameterTypeName,
  parameterTypes,
} from '../templates/parameters/parameter-types.ts';
import { type Parameters, valuesOf } from '../templates/parameters.ts';
import type { Template } from '../templates/template.ts';
import type { OwnershipRule } from './ownership-schema.ts';

const ruleCovers = (rule: OwnershipRule, repository: Repository): boolean =>
  'project' in rule
    ? rule.project.uuid === repository.project?.uuid
    : rule.repository.uuid === repository.uuid;

/** True when a rule holds in an account: one that names no account holds in the hub only. */
const holdsIn = ({ accounts }: OwnershipRule, account: Account): boolean =>
  accounts ? accounts.includes(account.alias) : !isSpoke(account);

/** True when patterns cover all that `value` reaches. A pattern's `*` ends at a slash, and the owner of a folder owns
 *  its content: `shop-*` covers `shop-api/v1`, and `*-service` does not cover `platform/x-service`. A value of a
 *  prefix type reaches every name that begins with it and a hyphen. Only a pattern whose one `*` is at its end, and
 *  which is no longer than the value and its hyphen, covers that. */
function covers(patterns: readonly string[], type: ParameterTypeName, value: string): boolean {
  if (isPrefixType(type)) {
    return patterns.some(
      (pattern) => /^[^*]+\*$/.test(pattern) && `${value}-`.startsWith(pattern.slice(0, -1)),
    );
  }
  const segments = value.split('/');
  const folders = segments.map((_, index) => segments.slice(0, index + 1).join('/'));
  return patterns.some((pattern) => folders.some((folder) => matchesPattern(folder, pattern)));
}

const owns = ({ owns: patterns }: OwnershipRule, type: ParameterTypeName, value: string): boolean =>
  covers([...(patterns.any ?? []), ...(patterns[type] ?? [])], type, value);

/** True when a rule lets a requester put `value` into a parameter of `type`: the rule owns it, and a pipeline needs it
 *  listed for pipelines as well. */
const allows = (
  rule: OwnershipRule,
  {
    type,
    value,
    requesterKind,
  }: { type: ParameterTypeName; value: string; requesterKind: Principal['kind'] },
): boolean =>
  owns(rule, type, value) && (requesterKind !== 'pipeline' || covers(rule.pipeline ?? [], type, value));

/** True when a rule holds for a template. Templates whose resources hold state or secrets, or let others act, have
 *  `ownership: named`: a rule for names in general does not reach them. */
const holdsFor = (
  { templates }: OwnershipRule,
  { name, ownership }: Pick<Template, 'name' | 'ownership'>,
): boolean => (templates ? templates.includes(name) : ownership === 'any');

/** True when the rules of more than one project own `value`, for any template and requester. The patterns overlap, so
 *  no project owns such a name. */
function isContested(rules: readonly OwnershipRule[], type: ParameterTypeName, value: string): boolean {
  const owners = rules.flatMap((rule) =>
    'project' in rule && owns(rule, type, value) ? [rule.project.uuid] : [],
  );
  return new Set(owners).size > 1;
}

/** The question: may this kind of requester use these parameters in this template for this repository? */
export type OwnershipQuestion = {
  rules: readonly OwnershipRule[];
  account: Account;
  repository: Repository;
  template: Template;
  parameters: Parameters;
  requesterKind: Principal['kind'];
};

/** Every parameter that names an unowned resource. A resource is unowned if no rule of the repository or its project
 *  owns it in the account for this template and kind of requester, or if patterns of several projects match it. A rule of the
 *  repository itself settles the second case. Binds every caller, whatever their groups: a request with an unowned
 *  name is never granted without approval. */
export function unownedParameters(asked: OwnershipQuestion): FieldError[] {
  const question = { ...asked, rules: asked.rules.filter((rule) => holdsIn(rule, asked.account)) };
  const { template, parameters } = question;
  return Object.entries(parameters).flatMap(([name, value]) => {
    const type = template.parameters[name]?.type;
    if (type && !parameterTypes[type].namesResource) return [];
    return valuesOf(value).flatMap((single): FieldError[] => {
      const detail = type ? unownedBecause(question, type, single) : notOwnedHere(single);
      return detail === undefined ? [] : [{ pointer: toPointer(['parameters', name]), detail }];
    });
  });
}

/** Why one name is not owned; undefined where it is. The text leaves out the repository's name, so that a rename does
 *  not change what an approver has read. */
function unownedBecause(
  question: OwnershipQuestion,
  type: ParameterTypeName,
  value: string,
): string | undefined {
  const { rules, repository, template, requesterKind } = question;
  const allowing = rules.filter(
    (rule) =>
      ruleCovers(rule, repository) &&
      holdsFor(rule, template) &&
      allows(rule, { type, value, requesterKind }),
  );
  if (allowing.some((rule) => 'repository' in rule)) return undefined;
  if (isContested(rules, type, value))
    return `${value} matches the ownership patterns of several projects, so none of them owns it`;
  if (allowing.length > 0) return undefined;
  const owner = owningProject(question, type, value);
  return owner === undefined || owner.uuid === repository.project?.uuid
    ? notOwnedHere(value)
    : `${value} is owned by project ${owner.key}`;
}

type Project = NonNullable<Repository['project']>;

/** The project that owns one name for the template, for any requester; undefined where none does, or several do. What a rule of
 *  the repository itself owns is its project's. */
function owningProject(
  { rules, repository, template }: OwnershipQuestion,
  type: ParameterTypeName,
  value: string,
): Project | undefined {
  const owning = rules.filter((rule) => holdsFor(rule, template) && owns(rule, type, value));
  if (owning.some((rule) => 'repository' in rule && ruleCovers(rule, repository))) return repository.project;
  if (isContested(rules, type, value)) return undefined;
  return owning.flatMap((rule) => ('project' in rule ? [rule.project] : []))[0];
}

/** A parameter that names a resource, and the project that owns the name. */
export type OwnedName = { pointer: string; owner: ProjectUuid | undefined };

/** Every name of a resource in a request, with its owner. The roles that a grant passes or assumes have no owner: what they
 *  may do is the installation's to decide. */
export function ownedNames(asked: OwnershipQuestion): OwnedName[] {
  const question = { ...asked, rules: asked.rules.filter((rule) => holdsIn(rule, asked.account)) };
  return Object.entries(question.parameters).flatMap(([name, value]) => {
    const type = question.template.parameters[name]?.type;
    if (type && !parameterTypes[type].namesResource) return [];
    const pointer = toPointer(['parameters', name]);
    return valuesOf(value).map((single) => ({
      pointer,
      owner: type && type !== 'iamRoleName' ? owningProject(question, type, single)?.uuid : undefined,
    }));
  });
}

const notOwnedHere = (value: string): string =>
  `${value} is owned neither by the repository nor by its project`;

/** `NOT_OWNED`, naming every parameter at once. For callers whose requests cannot be approved. */
export const notOwned = ({ fullName }: Pick<Repository, 'fullName'>, errors: FieldError[]): Problem =>
  problem(
    'NOT_OWNED',
    `${fullName} may not use these resource names. Have a person request them and another person approve, or ask the administrators of Rolewright to add an ownership rule for this account to the configuration.`,
    { errors },
  );
