import { type ParameterTypeName, parameterTypes } from './parameters/parameter-types.ts';
import { isChosenInBitbucket, placeholdersOf } from './placeholder.ts';

/** The fields of an ARN's text: `arn:partition:service:region:account:resource`. */
const ARN = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s;

/** `text` with the placeholder `name` as `@` and every other as one plain name. */
const skeletonOf = (text: string, name: string): string =>
  text.replace(/\{\{([^{}]*)\}\}/g, (_all, found: string) => (found === name ? '@' : 'x'));

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** An entry of `ParameterType.positions` as a regular expression for a skeleton. */
const positionExpression = (position: string): RegExp =>
  new RegExp(
    `^${position
      .slice(position.indexOf(':') + 1)
      .split('<>')
      .map(escaped)
      .join('[^/:*?$]+')}(?=$|[/:])`,
  );

/** True when a wildcard or IAM variable directly follows the placeholder. */
const isWidened = (skeleton: string): boolean => /@[*?$]/.test(skeleton);

/** Why a placeholder of `type` is not allowed where the resource text has it; undefined if it is. The allowed
 *  positions of each type are in `parameter-types-table.ts`. So a key prefix never becomes a bucket, and a bucket's
 *  name never begins a pattern. */
export function positionError(text: string, name: string, type: ParameterTypeName): string | undefined {
  const { positions } = parameterTypes[type];
  const skeleton = skeletonOf(text, name);
  const [, , service, region, , resource = ''] = ARN.exec(skeleton) ?? [];
  const isRegion = region === '@' && positions.includes('region') && !resource.includes('@');
  const stands =
    isRegion ||
    positions.some(
      (position) => position.startsWith(`${service}:`) && positionExpression(position).test(resource),
    );
  const isOnce = skeleton.split('@').length === 2;
  if (stands && isOnce) return undefined;
  return positions.length === 0
    ? `{{${name}}} is of type ${type}, which is allowed in condition values only`
    : `{{${name}}} is of type ${type}, which is allowed in ${positions.map(shown).join(', ')} only`;
}

const shown = (position: string): string =>
  position === 'region'
    ? "an ARN's region"
    : `arn:…:${position.replace(':', ':…:').replaceAll('<>', '…').replace('@', '{{…}}')}`;

/** Why a built-in value is not allowed where the resource text has it; undefined if it is. A name that is chosen in
 *  Bitbucket may not name the resource, because a person who may rename a repository would choose the resource. */
export function builtInPositionError(text: string, name: string): string | undefined {
  const skeleton = skeletonOf(text, name);
  if (isWidened(skeleton)) return widened(name);
  if (!isChosenInBitbucket(name)) return undefined;
  const [, , service, , , resource = ''] = ARN.exec(skeleton) ?? [];
  const parts = resource.split(/[:/]/);
  const isBehindName = parts.slice(0, service === 's3' ? 1 : 2).every((part) => !part.includes('@'));
  if (resource.includes('@') && isBehindName) return undefined;
  return `{{${name}}} is chosen in Bitbucket and may not name a resource: use a parameter with default "{{${name}}}", which must be owned`;
}

/** Why a placeholder is not allowed in a condition value: a wildcard directly after it would widen the condition. */
export const conditionPositionError = (text: string, name: string): string | undefined =>
  isWidened(skeletonOf(text, name)) ? widened(name) : undefined;

const widened = (name: string): string =>
  `a wildcard directly after {{${name}}} would also match other names`;

/** The names of all placeholders of a text, each once. */
export const namesIn = (text: string): string[] => [...new Set(placeholdersOf(text))];
