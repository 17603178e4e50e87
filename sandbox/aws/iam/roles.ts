import { parsePolicy } from '../policy/grammar.ts';
import { alreadyExists, deleteConflict, limitExceeded } from '../protocol/error.ts';
import { type Input, readInput } from '../protocol/input.ts';
import { readPage } from '../protocol/paging.ts';
import { urlEncoded, type Xml } from '../protocol/query-protocol.ts';
import {
  countedLength,
  DESCRIPTION,
  DOCUMENT,
  MAX_SESSION_DURATION,
  PATH,
  PATH_PREFIX,
  QUOTA,
  ROLE_NAME,
} from '../protocol/rules.ts';
import type { Role } from '../state.ts';
import { type Action, newId } from '../world.ts';
import { roleToChange, seenRole, writeRole } from './entities.ts';
import { checkAttachable } from './managed-policies.ts';
import { checkedTags, tagXml } from './tags.ts';

const createRole: Action = (call) => {
  const { world, parameters } = call;
  const input = readInput(parameters);
  const name = input.text('RoleName', ROLE_NAME);
  const trustPolicy = input.text('AssumeRolePolicyDocument', DOCUMENT);
  const path = input.optionalText('Path', PATH) ?? '/';
  const description = input.optionalText('Description', DESCRIPTION);
  const maxSessionDuration = input.optionalNumber('MaxSessionDuration', MAX_SESSION_DURATION) ?? 3600;
  const boundaryArn = readBoundary(input, 'optional');
  const tags = input.tags();
  input.check();
  checkedTags(tags);
  checkTrustPolicy(trustPolicy);
  if (world.state.roles.latest(name.toLowerCase())) {
    throw alreadyExists(`Role with name ${name} already exists.`);
  }
  if (boundaryArn) checkAttachable(world, boundaryArn, 'Scope ARN:');
  if (world.state.roles.allLatest().length >= world.rolesQuota) {
    throw limitExceeded(`Cannot exceed quota for RolesPerAccount: ${world.rolesQuota}`);
  }
  const role: Role = {
    name,
    path,
    arn: `arn:${world.partition}:iam::${world.accountId}:role${path}${name}`,
    roleId: newId('AROA', 17),
    createdAt: world.now(),
    trustPolicy,
    ...(description === undefined ? {} : { description }),
    maxSessionDuration,
    ...(boundaryArn ? { boundaryArn } : {}),
    tags,
    inlinePolicies: [],
    attachedPolicies: [],
  };
  writeRole(call, role);
  return { Role: detailXml(role) };
};

const getRole: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const name = input.text('RoleName', ROLE_NAME);
  input.check();
  return { Role: { ...detailXml(seenRole(world, name)), RoleLastUsed: {} } };
};

const listRoles: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const prefix = input.optionalText('PathPrefix', PATH_PREFIX) ?? '/';
  const page = readPage(input);
  input.check();
  const roles = world.state.roles.allSeen().filter((role) => role.path.startsWith(prefix));
  return page(roles, { keyOf: (role) => role.name.toLowerCase(), listName: 'Roles', toXml: summaryXml });
};

const updateRole: Action = (call) => {
  const input = readInput(call.parameters);
  const name = input.text('RoleName', ROLE_NAME);
  const description = input.optionalText('Description', DESCRIPTION);
  // "If you do not specify a value for this setting, the default value of one hour is applied" (IAM API Reference,
  // UpdateRole).
  const maxSessionDuration = input.optionalNumber('MaxSessionDuration', MAX_SESSION_DURATION) ?? 3600;
  input.check();
  const role = roleToChange(call.world, name);
  writeRole(call, {
    ...role,
    ...(description === undefined ? {} : { description }),
    maxSessionDuration,
  });
  return {};
};

const updateAssumeRolePolicy: Action = (call) => {
  const input = readInput(call.parameters);
  const name = input.text('RoleName', ROLE_NAME);
  const trustPolicy = input.text('PolicyDocument', DOCUMENT);
  input.check();
  const role = roleToChange(call.world, name);
  checkTrustPolicy(trustPolicy);
  writeRole(call, { ...role, trustPolicy });
  return undefined;
};

const deleteRole: Action = (call) => {
  const { world, visibleFrom } = call;
  const input = readInput(call.parameters);
  const name = input.text('RoleName', ROLE_NAME);
  input.check();
  const role = roleToChange(world, name);
  if (role.attachedPolicies.length > 0) {
    throw deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if (role.inlinePolicies.length > 0) {
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  }
  world.state.roles.write(name.toLowerCase(), undefined, visibleFrom);
  return undefined;
};

const putRolePermissionsBoundary: Action = (call) => {
  const input = readInput(call.parameters);
  const name = input.text('RoleName', ROLE_NAME);
  const boundaryArn = readBoundary(input, 'required') ?? '';
  input.check();
  const role = roleToChange(call.world, name);
  checkAttachable(call.world, boundaryArn, 'Scope ARN:');
  writeRole(call, { ...role, boundaryArn });
  return undefined;
};

const deleteRolePermissionsBoundary: Action = (call) => {
  const input = readInput(call.parameters);
  const name = input.text('RoleName', ROLE_NAME);
  input.check();
  const { boundaryArn: _, ...role } = roleToChange(call.world, name);
  writeRole(call, role);
  return undefined;
};

const listInstanceProfilesForRole: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const name = input.text('RoleName', ROLE_NAME);
  const page = readPage(input);
  input.check();
  seenRole(world, name);
  return page([], { keyOf: () => '', listName: 'InstanceProfiles', toXml: () => ({}) });
};

function readBoundary(input: Input, need: 'optional' | 'required'): string | undefined {
  const rule = { min: 20, max: 2048 };
  return need === 'required'
    ? input.text('PermissionsBoundary', rule)
    : input.optionalText('PermissionsBoundary', rule);
}

function checkTrustPolicy(document: string): void {
  parsePolicy(document, 'trust');
  if (countedLength(document) > QUOTA.trustPolicyCharacters) {
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${QUOTA.trustPolicyCharacters}`);
  }
}

/** A role as lists show it: without tags and boundary. */
const summaryXml = (role: Role) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.roleId,
  Arn: role.arn,
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: urlEncoded(role.trustPolicy),
  Description: role.description,
  MaxSessionDuration: role.maxSessionDuration,
});

const detailXml = (role: Role): { [element: string]: Xml | undefined } => ({
  ...summaryXml(role),
  PermissionsBoundary: role.boundaryArn
    ? { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundaryArn }
    : undefined,
  Tags: role.tags.length > 0 ? role.tags.map(tagXml) : undefined,
});

export const roleActions = {
  CreateRole: createRole,
  GetRole: getRole,
  ListRoles: listRoles,
  UpdateRole: updateRole,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  DeleteRole: deleteRole,
  PutRolePermissionsBoundary: putRolePermissionsBoundary,
  DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
};
