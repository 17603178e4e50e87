import type { OwnershipRule } from './configuration.ts';
import { type ParameterTypeName, parameterTypes } from './parameter-type.ts';
import { type Parameters, valuesOf } from './parameters.ts';
import { type FieldError, problem, toPointer } from './problem.ts';
import type { Repository } from './repository.ts';
import { fail, ok, type Result } from './result.ts';
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

/** Checks that every parameter which names a resource is owned by the repository or its project. Binds everybody,
 *  whatever their groups; no rule for a name means no. `NOT_OWNED` names every parameter at once. */
export function checkOwnership(
  rules: readonly OwnershipRule[],
  repository: Repository,
  template: Template,
  parameters: Parameters,
): Result<undefined> {
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
  if (faults.length === 0) return ok(undefined);
  const detail = `${repository.fullName} may not use these resource names. Ask the administrators of Rolewright for an ownership rule in config/rolewright.yaml.`;
  return fail(problem('NOT_OWNED', detail, { errors: faults }));
}
