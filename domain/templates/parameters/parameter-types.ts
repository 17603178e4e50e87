import { parameterTypesTable } from './parameter-types-table.ts';

/** What a parameter's type promises about its value. */
export type ParameterType = {
  /** The whole value must match. No type admits `*`, `?`, `$`, quotes, blanks, colons or control characters; slashes
   *  are single and separate segments that do not begin with a dot. */
  pattern: RegExp;
  /** The rule in words. */
  rule: string;
  /** True where the value names an AWS resource: then a request needs an ownership rule for it. */
  namesResource: boolean;
  example: string;
  /** Characters of the longest value. */
  longest: number;
  also?: (value: string) => boolean;
  /** Where in a resource's ARN the value is allowed: the service and the resource part, in which `@` is the value and
   *  `<>` any one name, e.g. `ecs:service/<>/@`. The ARN ends behind it, or goes on with `/` or `:`. `region` is the
   *  region's field. None: in condition values only. */
  positions: readonly string[];
};

/** The parameter types that templates may use, by name. */
export const parameterTypes: Record<ParameterTypeName, ParameterType> = parameterTypesTable;

/** The name of a parameter type, e.g. `s3BucketName`. */
export type ParameterTypeName = keyof typeof parameterTypesTable;

/** All type names, for schemas. */
export const parameterTypeNames = Object.keys(parameterTypesTable) as [
  ParameterTypeName,
  ...ParameterTypeName[],
];

/** Undefined when `value` is of the type, else the rule it breaks. */
export function parameterError(type: ParameterTypeName, value: string): string | undefined {
  const { pattern, rule, also } = parameterTypes[type];
  return pattern.test(value) && (also?.(value) ?? true) ? undefined : rule;
}

/** True for a type whose value stands for every name that begins with it and a hyphen. */
export const isPrefixType = (type: ParameterTypeName): boolean =>
  parameterTypes[type].positions.some((position) => position.endsWith('@-*'));
