import type { Repository } from '../bitbucket/repository.ts';
import { matchesPattern } from '../shared/patterns.ts';
import { type FieldError, type Problem, problem, toPointer } from '../shared/problem.ts';
import {
  isPrefixType,
  type ParameterTypeName,
  parameterTypes,
} from '../templates/parameters/parameter-types.ts';
import { type Parameters, valuesOf } from '../templates/parameters.ts';
import type { Template } from '../templates/template.ts';
import type { OwnershipRule } from './ownership-rule.ts';

const ruleCovers = (rule: OwnershipRule, repository: Repository): boolean =>
  'project' in rule
    ? rule.project.uuid === repository.project?.uuid
    : rule.repository.uuid === repository.uuid;

/** True when a rule's patterns cover all that `value` reaches. A pattern's `*` ends at a slash, and who owns a folder
 *  owns what is in it: `shop-*` covers `shop-api/v1`, and `*-service` does not cover `platform/x-service`. A prefix
 *  reaches every name behind its hyphen, so only a pattern with its star at the end, and no longer, covers it. */
function owns(rule: OwnershipRule, type: ParameterTypeName, value: string): boolean {
  const patterns = [...(rule.owns.any ?? []), ...(rule.owns[type] ?? [])];
  if (isPrefixType(type)) {
    return patterns.some(
      (pattern) => /^[^*]+\*$/.test(pattern) && `${value}-`.startsWith(pattern.slice(0, -1)),
    );
  }
  const segments = value.split('/');
  const folders = segments.map((_, index) => segments.slice(0, index + 1).join('/'));
  return patterns.some((pattern) => folders.some((folder) => matchesPattern(folder, pattern)));
}

/** Every parameter that names a resource which neither the repository nor its project owns. Binds everybody, whatever
 *  their groups: no rule for a name means that the request is not granted by itself. */
export function unownedParameters(
  rules: readonly OwnershipRule[],
  repository: Repository,
  { template, parameters }: { template: Template; parameters: Parameters },
): FieldError[] {
  const covering = rules.filter((rule) => ruleCovers(rule, repository));
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    const type = template.parameters[name]?.type;
    if (type && !parameterTypes[type].namesResource) continue;
    for (const single of valuesOf(value)) {
      if (type && covering.some((rule) => owns(rule, type, single))) continue;
      errors.push({
        pointer: toPointer(['parameters', name]),
        // Without the repository's name: what an approver has read stays the same when it is renamed.
        detail: `${single} is owned neither by the repository nor by its project`,
      });
    }
  }
  return errors;
}

/** `NOT_OWNED`, naming every parameter at once: for callers whose requests nobody may approve. */
export const notOwned = ({ fullName }: Pick<Repository, 'fullName'>, errors: FieldError[]): Problem =>
  problem(
    'NOT_OWNED',
    `${fullName} may not use these resource names. Have a person request them and another person approve, or ask the administrators of Rolewright to add an ownership rule to config/rolewright.yaml.`,
    { errors },
  );
