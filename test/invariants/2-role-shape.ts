import type { Role } from '../../sandbox/aws/state.ts';
import { boundaryOf, DENY_ALL, type Evidence, endOf, ownRoles, PATH } from './evidence.ts';

const bare = (uuid: string) => uuid.replace(/[{}]/g, '');

/** Invariant 2: no role outside the path, without the boundary (or `AWSDenyAll` while revoking or frozen), without the tags.
 *  Nor was one ever created so. The boundary of a frozen grant's role is `AWSDenyAll`. */
export function roleShape(evidence: Evidence): string[] {
  const created = evidence.writes.filter(({ action, status }) => action === 'CreateRole' && status === 200);
  return [
    ...created.flatMap(({ parameters }) => {
      const isWhole =
        parameters.Path === PATH &&
        parameters.PermissionsBoundary === boundaryOf(evidence) &&
        parameters.Tags !== undefined;
      return isWhole ? [] : ['a role was created without path, boundary or tags'];
    }),
    ...ownRoles(evidence).flatMap((role) => shapeFaults(role, evidence)),
  ];
}

function shapeFaults(role: Role, evidence: Evidence): string[] {
  const { grantId, repositoryUuid, environmentUuid, roleName, accountId } = evidence;
  const faults: string[] = [];
  if (role.name !== roleName) faults.push(`role ${role.name} is none of the grant's`);
  if (role.path !== PATH) faults.push(`role ${role.name} stands in ${role.path}`);
  if (!role.arn.includes(`:${accountId}:`)) faults.push(`role ${role.name} is in another account`);
  const isBounded = role.boundaryArn === boundaryOf(evidence) && endOf(evidence) !== 'frozen';
  if (!isBounded && role.boundaryArn !== DENY_ALL) {
    faults.push(`role ${role.name} has the boundary ${role.boundaryArn}`);
  }
  const wanted: Record<string, string> = {
    'rolewright:grant': grantId,
    'rolewright:repository': bare(repositoryUuid),
    'rolewright:template': 's3-static-site',
    ...(environmentUuid ? { 'rolewright:environment': bare(environmentUuid) } : {}),
  };
  const tags = Object.fromEntries(role.tags.map(({ key, value }) => [key, value]));
  for (const [key, value] of Object.entries(wanted)) {
    if (tags[key] !== value) faults.push(`role ${role.name} has the tag ${key}=${tags[key]}`);
  }
  return faults;
}
