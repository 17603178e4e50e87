import type { OwnershipRule } from './configuration.ts';
import { type ParameterTypeName, parameterTypes } from './parameter-type.ts';
import { type Parameters, valuesOf } from './parameters.ts';
import { type FieldError, type Problem, problem, toPointer } from './problem.ts';
import type { Repository } from './repository.ts';
import type { Template } from './template.ts';

/** True when `value` matches `pattern`, in which `*` stands for any run of characters. Case-sensitive. */
export function matchesPattern(value: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return value === pattern;
  const last = rest.pop() ?? '';
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

const ruleCovers = (rule: OwnershipRule, repository: Repository): boolean =>
  'project' in rule
    ? rule.project.uuid === repository.project?.uuid
    : rule.repository.uuid === repository.uuid;

function owns(rule: OwnershipRule, type: ParameterTypeName, value: string): boolean {
  const patterns = [...(rule.owns.any ?? []), ...(rule.owns[type] ?? [])];
  return patterns.some((pattern) => matchesPattern(value, pattern));
}

/** Every parameter that names a resource which neither the repository nor its project owns. Binds everybody, whatever
 *  their groups: no rule for a name means that the request is not granted by itself. */
export function unownedParameters(
  rules: readonly OwnershipRule[],
  repository: Repository,
  template: Template,
  parameters: Parameters,
): FieldError[] {
  const covering = rules.filter((rule) => ruleCovers(rule, repository));
  const faults: FieldError[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    const type = template.parameters[name]?.type;
    if (type && !parameterTypes[type].namesResource) continue;
    for (const single of valuesOf(value)) {
      if (type && covering.some((rule) => owns(rule, type, single))) continue;
      faults.push({
        pointer: toPointer(['parameters', name]),
        detail: `${single} is not owned by ${repository.fullName} or its project`,
      });
    }
  }
  return faults;
}

/** `NOT_OWNED`, naming every parameter at once: for callers whose requests nobody may approve. */
export const notOwned = ({ fullName }: Pick<Repository, 'fullName'>, errors: FieldError[]): Problem =>
  problem(
    'NOT_OWNED',
    `${fullName} may not use these resource names. A person can ask for them and have them approved, or the administrators of Rolewright add an ownership rule to config/rolewright.yaml.`,
    { errors },
  );
