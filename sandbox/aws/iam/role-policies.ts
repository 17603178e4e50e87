import { parsePolicy } from '../policy/grammar.ts';
import { limitExceeded, noSuchEntity } from '../protocol/error.ts';
import { readInput } from '../protocol/input.ts';
import { readPage } from '../protocol/paging.ts';
import { urlEncoded } from '../protocol/query-protocol.ts';
import {
  ARN,
  countedLength,
  DOCUMENT,
  PATH_PREFIX,
  POLICY_NAME,
  QUOTA,
  ROLE_NAME,
} from '../protocol/rules.ts';
import type { Action } from '../world.ts';
import { roleToChange, seenRole, writeRole } from './entities.ts';
import { checkAttachable } from './managed-policies.ts';

const putRolePolicy: Action = (call) => {
  const input = readInput(call.parameters);
  const roleName = input.text('RoleName', ROLE_NAME);
  const name = input.text('PolicyName', POLICY_NAME);
  const document = input.text('PolicyDocument', DOCUMENT);
  input.check();
  const role = roleToChange(call.world, roleName);
  parsePolicy(document, 'identity');
  const others = role.inlinePolicies.filter((policy) => policy.name !== name);
  const inlinePolicies = [...others, { name, document }];
  const total = inlinePolicies.reduce((sum, policy) => sum + countedLength(policy.document), 0);
  if (total > QUOTA.inlineCharacters) {
    throw limitExceeded(
      `Maximum policy size of ${QUOTA.inlineCharacters} bytes exceeded for role ${role.name}`,
    );
  }
  writeRole(call, { ...role, inlinePolicies });
  return undefined;
};

const noSuchRolePolicy = (name: string) => noSuchEntity(`The role policy with name ${name} cannot be found.`);

const getRolePolicy: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const roleName = input.text('RoleName', ROLE_NAME);
  const name = input.text('PolicyName', POLICY_NAME);
  input.check();
  const role = seenRole(world, roleName);
  const policy = role.inlinePolicies.find((inline) => inline.name === name);
  if (!policy) throw noSuchRolePolicy(name);
  return { RoleName: role.name, PolicyName: policy.name, PolicyDocument: urlEncoded(policy.document) };
};

const deleteRolePolicy: Action = (call) => {
  const input = readInput(call.parameters);
  const roleName = input.text('RoleName', ROLE_NAME);
  const name = input.text('PolicyName', POLICY_NAME);
  input.check();
  const role = roleToChange(call.world, roleName);
  const inlinePolicies = role.inlinePolicies.filter((policy) => policy.name !== name);
  if (inlinePolicies.length === role.inlinePolicies.length) throw noSuchRolePolicy(name);
  writeRole(call, { ...role, inlinePolicies });
  return undefined;
};

const listRolePolicies: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const roleName = input.text('RoleName', ROLE_NAME);
  const page = readPage(input);
  input.check();
  const names = seenRole(world, roleName).inlinePolicies.map((policy) => policy.name);
  return page(names, { keyOf: (name) => name, listName: 'PolicyNames', toXml: (name) => name });
};

const attachRolePolicy: Action = (call) => {
  const input = readInput(call.parameters);
  const roleName = input.text('RoleName', ROLE_NAME);
  const arn = input.text('PolicyArn', ARN);
  input.check();
  const role = roleToChange(call.world, roleName);
  checkAttachable(call.world, arn, 'Policy');
  if (role.attachedPolicies.includes(arn)) return undefined;
  if (role.attachedPolicies.length >= QUOTA.attachedPolicies) {
    throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${QUOTA.attachedPolicies}`);
  }
  writeRole(call, { ...role, attachedPolicies: [...role.attachedPolicies, arn] });
  return undefined;
};

const detachRolePolicy: Action = (call) => {
  const input = readInput(call.parameters);
  const roleName = input.text('RoleName', ROLE_NAME);
  const arn = input.text('PolicyArn', ARN);
  input.check();
  const role = roleToChange(call.world, roleName);
  if (!role.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
  writeRole(call, { ...role, attachedPolicies: role.attachedPolicies.filter((other) => other !== arn) });
  return undefined;
};

const listAttachedRolePolicies: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const roleName = input.text('RoleName', ROLE_NAME);
  const prefix = input.optionalText('PathPrefix', PATH_PREFIX) ?? '/';
  const page = readPage(input);
  input.check();
  const arns = seenRole(world, roleName).attachedPolicies.filter((arn) => pathOf(arn).startsWith(prefix));
  return page(arns, {
    keyOf: (arn) => arn,
    listName: 'AttachedPolicies',
    toXml: (arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }),
  });
};

/** `/service-role/` of `arn:aws:iam::aws:policy/service-role/Name`. */
const pathOf = (arn: string) => arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);

export const rolePolicyActions = {
  PutRolePolicy: putRolePolicy,
  GetRolePolicy: getRolePolicy,
  DeleteRolePolicy: deleteRolePolicy,
  ListRolePolicies: listRolePolicies,
  AttachRolePolicy: attachRolePolicy,
  DetachRolePolicy: detachRolePolicy,
  ListAttachedRolePolicies: listAttachedRolePolicies,
};
