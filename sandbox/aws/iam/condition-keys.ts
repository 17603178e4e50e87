import type { Parameters, Tree } from '../protocol/query-protocol.ts';
import type { Tag } from '../state.ts';
import type { World } from '../world.ts';

/** The actions whose `iam:PermissionsBoundary` is the one that the call sets, and those where it is the role's own. Source:
 *  AWS Service Authorization Reference, "Actions, resources, and condition keys for IAM". */
const SETS_BOUNDARY = new Set(['CreateRole', 'PutRolePermissionsBoundary']);
const ON_BOUNDED_ROLE = new Set([
  'AttachRolePolicy',
  'DeleteRole',
  'DeleteRolePermissionsBoundary',
  'DeleteRolePolicy',
  'DetachRolePolicy',
  'GetRole',
  'PutRolePolicy',
  'UpdateAssumeRolePolicy',
  'UpdateRole',
]);

/** The actions that have `iam:PolicyARN`. Source: as above. */
const ON_POLICY = new Set(['AttachRolePolicy', 'DetachRolePolicy']);

const textOf = (value: Tree | undefined): string[] => (typeof value === 'string' ? [value] : []);

/** The condition keys that IAM gives to a call: those of the request, and the tags of what it names. A key without a value is
 *  missing. */
export function iamConditionKeys(
  world: World,
  action: string,
  parameters: Parameters,
): Record<string, string[]> {
  const [roleName = ''] = textOf(parameters.RoleName);
  const role = world.state.roles.seen(roleName.toLowerCase());
  const [providerArn = ''] = textOf(parameters.OpenIDConnectProviderArn);
  const [policyArn = ''] = textOf(parameters.PolicyArn);
  const tagged =
    role ??
    world.state.providers.seen(providerArn) ??
    (ON_POLICY.has(action) ? undefined : world.state.policies.seen(policyArn));
  const entries: [string, string[]][] = [
    ['iam:PermissionsBoundary', boundaryOf(action, parameters, role?.boundaryArn)],
    ['iam:PolicyARN', ON_POLICY.has(action) ? textOf(parameters.PolicyArn) : []],
    ...requestTags(parameters).map((tag): [string, string[]] => [`aws:RequestTag/${tag.key}`, [tag.value]]),
    ['aws:TagKeys', tagKeys(parameters)],
    ...(tagged?.tags ?? []).map((tag): [string, string[]] => [`aws:ResourceTag/${tag.key}`, [tag.value]]),
    ...(role?.tags ?? []).map((tag): [string, string[]] => [`iam:ResourceTag/${tag.key}`, [tag.value]]),
  ];
  return Object.fromEntries(entries.filter(([, values]) => values.length > 0));
}

function boundaryOf(action: string, parameters: Parameters, own: string | undefined): string[] {
  if (SETS_BOUNDARY.has(action)) return textOf(parameters.PermissionsBoundary);
  return ON_BOUNDED_ROLE.has(action) && own !== undefined ? [own] : [];
}

function requestTags({ Tags }: Parameters): Tag[] {
  const tags = Array.isArray(Tags) ? (Tags as readonly Parameters[]) : [];
  return tags.flatMap((tag) => {
    const [[key], [value]] = [textOf(tag.Key), textOf(tag.Value)];
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });
}

const tagKeys = (parameters: Parameters): string[] => [
  ...requestTags(parameters).map(({ key }) => key),
  ...(Array.isArray(parameters.TagKeys) ? (parameters.TagKeys as readonly Tree[]).flatMap(textOf) : []),
];
