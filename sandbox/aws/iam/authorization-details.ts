import { readInput, type TextRule } from '../protocol/input.ts';
import { readPage } from '../protocol/paging.ts';
import { urlEncoded, type Xml } from '../protocol/query-protocol.ts';
import type { Role } from '../state.ts';
import type { Action } from '../world.ts';
import { managedPolicyDetailXml } from './managed-policies.ts';
import { tagXml } from './tags.ts';

// IAM API Reference, GetAccountAuthorizationDetails, RoleDetail and EntityType, read in @aws-sdk/client-iam 3.1169.
const ENTITY_TYPES = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];
const ENTITY_TYPE: TextRule = {
  pattern: new RegExp(`^(${ENTITY_TYPES.join('|')})$`),
  shown: `[${ENTITY_TYPES.join(', ')}]`,
};

/** An entity on its way into one of the answer's lists, and its place among all entities. */
type Detail = { list: 'RoleDetailList' | 'Policies'; key: string; xml: Xml };

/** Roles with everything that belongs to them, and the account's own managed policies. The sandbox has no users and no groups,
 *  and lists no AWS managed policies. As in AWS, one page holds entities of all wanted types. */
const getAccountAuthorizationDetails: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const filter = input.texts('Filter', ENTITY_TYPE);
  const page = readPage(input);
  input.check();
  const wanted = (type: string) => filter.length === 0 || filter.includes(type);
  const { roles, policies } = world.state;
  const details: Detail[] = [
    ...(wanted('Role') ? roles.allSeen() : []).map((role) => ({
      list: 'RoleDetailList' as const,
      key: `1 ${role.name.toLowerCase()}`,
      xml: roleDetailXml(role),
    })),
    ...(wanted('LocalManagedPolicy') ? policies.allSeen() : []).map((policy) => ({
      list: 'Policies' as const,
      key: `2 ${policy.arn}`,
      xml: managedPolicyDetailXml(world, policy),
    })),
  ];
  const shown: Record<Detail['list'], Xml[]> = { RoleDetailList: [], Policies: [] };
  const rest = page(details, {
    keyOf: ({ key }) => key,
    listName: 'UserDetailList',
    toXml({ list, xml }) {
      shown[list].push(xml);
      return '';
    },
  });
  return { ...(rest as { [element: string]: Xml }), UserDetailList: [], GroupDetailList: [], ...shown };
};

/** A role with its policies. AWS shows no MaxSessionDuration and no Description here. */
const roleDetailXml = (role: Role): Xml => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.roleId,
  Arn: role.arn,
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: urlEncoded(role.trustPolicy),
  InstanceProfileList: [],
  RolePolicyList: role.inlinePolicies.map(({ name, document }) => ({
    PolicyName: name,
    PolicyDocument: urlEncoded(document),
  })),
  AttachedManagedPolicies: role.attachedPolicies.map((arn) => ({
    PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
    PolicyArn: arn,
  })),
  PermissionsBoundary: role.boundaryArn
    ? { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundaryArn }
    : undefined,
  Tags: role.tags.map(tagXml),
  RoleLastUsed: {},
});

export const authorizationDetailActions = {
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
};
