import type { PermissionsStatement } from '../../policy/document.ts';
import { patternsOverlap } from '../../shared/patterns.ts';
import { TAGS_AT_CREATION } from '../dangerous-actions.ts';

/** What is wrong with a statement, and what to do about it. */
export type Flaw = { what: string; fix: string };

const lower = (text: string): string => text.toLowerCase();

/** The exact values that `StringEquals` compares a key with; empty where it does not, or one of them is no plain text. */
export function exactValues({ Condition }: PermissionsStatement, key: string): string[] {
  const blocks = Object.entries(Condition?.StringEquals ?? {}).filter(([name]) => lower(name) === lower(key));
  // Keys are compared case-insensitively: of two spellings, nobody knows which one holds.
  const [block] = blocks.length === 1 ? blocks : [];
  const values = [block?.[1] ?? []].flat();
  return values.every((value) => /^[A-Za-z0-9:/_.@+=,-]+$/.test(value)) ? values : [];
}

const EXACT_ROLE = /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const SERVICE = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;

/** The statements that hold an action, or a wildcard that could be it. */
export const mayUse = (action: string, { Action }: PermissionsStatement): boolean =>
  Action.some((found) => patternsOverlap(lower(found), action));

/** Each resource of a statement that is not the whole ARN of one role. */
export const exactRolesOnly = (action: string, statement: PermissionsStatement): Flaw[] =>
  statement.Resource.filter((resource) => !EXACT_ROLE.test(resource)).map((resource) => ({
    what: `${action} is allowed on ${resource}`,
    fix: 'name each role by its whole ARN, without wildcards',
  }));

/** Passing a role: exact roles, to exact services. */
export function passRole(statement: PermissionsStatement): Flaw[] {
  if (!mayUse('iam:passrole', statement)) return [];
  const services = exactValues(statement, 'iam:PassedToService');
  const isBound = services.length > 0 && services.every((service) => SERVICE.test(service));
  return [
    ...exactRolesOnly('iam:PassRole', statement),
    ...(isBound
      ? []
      : [
          {
            what: 'iam:PassRole does not name the service',
            fix: 'add StringEquals iam:PassedToService with the services, e.g. ecs-tasks.amazonaws.com',
          },
        ]),
  ];
}

/** Actions that take an execution role. Without one they act with the role that the stack already has. Source: the
 *  condition key `cloudformation:RoleArn` in AWS's Service Authorization Reference. */
const STACK_ROLE_ACTIONS = ['createchangeset', 'deletestack', 'rollbackstack', 'continueupdaterollback'];

/** Changing a stack: through an exact execution role. */
export function stackRole(statement: PermissionsStatement): Flaw[] {
  if (!STACK_ROLE_ACTIONS.some((name) => mayUse(`cloudformation:${name}`, statement))) return [];
  const roles = exactValues(statement, 'cloudformation:RoleArn');
  if (roles.length > 0 && roles.every((role) => EXACT_ROLE.test(role))) return [];
  return [
    {
      what: 'a stack could be changed through whatever role it had before',
      fix: 'add StringEquals cloudformation:RoleArn with the whole ARN of the execution role',
    },
  ];
}

/** A bearer token: for a named service. */
export function bearerToken(statement: PermissionsStatement): Flaw[] {
  if (!mayUse('sts:getservicebearertoken', statement)) return [];
  if (exactValues(statement, 'sts:AWSServiceName').length > 0) return [];
  return [
    {
      what: 'sts:GetServiceBearerToken does not name the service',
      fix: 'add StringEquals sts:AWSServiceName, e.g. codeartifact.amazonaws.com',
    },
  ];
}

/** Tagging: only what the role registers at the same time. */
export function tagAtCreation(statement: PermissionsStatement): Flaw[] {
  if (!TAGS_AT_CREATION.some((action) => mayUse(action, statement))) return [];
  if (exactValues(statement, 'ecs:CreateAction').join() === 'RegisterTaskDefinition') return [];
  return [
    {
      what: 'ecs:TagResource is not limited to what the role itself registers',
      fix: 'add StringEquals ecs:CreateAction RegisterTaskDefinition',
    },
  ];
}
