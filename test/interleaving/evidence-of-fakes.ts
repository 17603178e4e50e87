import type { Role } from '../../sandbox/aws/state.ts';
import type { Evidence, IamWrite } from '../invariants/evidence.ts';
import type { World } from '../support/domain/fakes/fakes.ts';
import type { FakeRole } from '../support/domain/fakes/iam.ts';
import { GRANT_ID, ROLE_NAME, shop } from '../support/domain/samples.ts';

/** IAM's names of what the port calls. */
const actions: Record<string, string> = {
  createProvider: 'CreateOpenIDConnectProvider',
  createRole: 'CreateRole',
  putPermissionsPolicy: 'PutRolePolicy',
  putTrustPolicy: 'UpdateAssumeRolePolicy',
  putBoundary: 'PutRolePermissionsBoundary',
  putMaxSessionDuration: 'UpdateRole',
  deleteInlinePolicy: 'DeleteRolePolicy',
  detachPolicy: 'DetachRolePolicy',
  deleteRole: 'DeleteRole',
};

function toRole(name: string, role: FakeRole): Role {
  const { id, path, createdAt, trustPolicy, boundaryArn, maxSessionDuration, tags, inline, attached } = role;
  return {
    name,
    path,
    arn: `arn:aws:iam::111122223333:role${path}${name}`,
    roleId: id,
    createdAt: Date.parse(createdAt),
    trustPolicy: JSON.stringify(trustPolicy),
    maxSessionDuration,
    ...(boundaryArn ? { boundaryArn } : {}),
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    inlinePolicies: Array.from(inline, ([policy, document]) => ({
      name: policy,
      document: JSON.stringify(document),
    })),
    attachedPolicies: [...attached],
  };
}

/** All roles of the fake account. */
export const rolesOf = (world: World): Role[] =>
  Array.from(world.iam.roles, ([name, role]) => toRole(name, role));

function writesOf(world: World): IamWrite[] {
  let eventsBefore = 0;
  return world.journal.flatMap((entry) => {
    if ('event' in entry) {
      eventsBefore += 1;
      return [];
    }
    const action = actions[entry.iam] ?? entry.iam;
    const parameters: Record<string, unknown> =
      action === 'DeleteRolePolicy' ? { PolicyName: entry.note } : {};
    if (action === 'CreateRole') {
      Object.assign(parameters, { Path: '/rolewright/', Tags: [], PermissionsBoundary: boundaryOf() });
    }
    return [{ action, parameters, status: 200, eventsBefore }];
  });
}

const boundaryOf = () => 'arn:aws:iam::111122223333:policy/rolewright-boundary';

/** What the fakes hold, in the shape that the invariants look at. The fakes' journal notes no refusals: a creation that
 *  met an existing role is not told apart here. */
export async function evidenceOfFakes(
  world: World,
  foreign: Role[],
  laterChanges: string[],
): Promise<Evidence> {
  const row = world.grants.rows.get(GRANT_ID);
  const projected = row?.projected;
  return {
    accountId: '111122223333',
    grantId: GRANT_ID,
    roleName: ROLE_NAME,
    workspace: 'acme',
    repositoryUuid: shop.uuid,
    events: await world.log.load(GRANT_ID),
    beside: [],
    row: row && {
      ...(projected
        ? { seq: { N: String(projected.seq) }, grant: { S: JSON.stringify(projected.grant) } }
        : {}),
      ...(projected ? { state: { S: projected.grant.state } } : {}),
      ...(row.dueAt ? { due: { S: 'all' }, dueAt: { S: row.dueAt } } : {}),
    },
    roles: rolesOf(world),
    providers: Array.from(world.iam.providers, ([arn, { clientIds }]) => ({
      arn,
      url: `https://${arn.slice(arn.indexOf('/') + 1)}`,
      createdAt: 0,
      clientIds,
      thumbprints: [],
      tags: [],
    })),
    foreign: { roles: foreign, providers: [] },
    writes: writesOf(world),
    admissions: [],
    laterChanges,
  };
}
