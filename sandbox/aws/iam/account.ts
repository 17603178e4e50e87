import { QUOTA } from '../protocol/rules.ts';
import { issuerOf } from '../sts/issuer.ts';
import type { Action } from '../world.ts';

const getAccountSummary: Action = ({ world }) => ({
  SummaryMap: new Map([
    ['Roles', world.state.roles.allSeen().length],
    ['RolesQuota', world.rolesQuota],
    ['AssumeRolePolicySizeQuota', QUOTA.trustPolicyCharacters],
    ['RolePolicySizeQuota', QUOTA.inlineCharacters],
    ['Providers', world.state.providers.allSeen().length],
    ['Policies', world.state.policies.allSeen().length],
    ['PoliciesQuota', QUOTA.policies],
    ['PolicySizeQuota', QUOTA.managedPolicyCharacters],
    ['AttachedPoliciesPerRoleQuota', QUOTA.attachedPolicies],
    ['VersionsPerPolicyQuota', 5],
    ['InstanceProfiles', 0],
    ['Users', 0],
    ['Groups', 0],
    ['MFADevices', 0],
  ]),
});

/** Outbound tokens are always enabled here. */
const getOutboundInfo: Action = ({ world }) => ({
  IssuerIdentifier: issuerOf(world),
  JwtVendingEnabled: true,
});

export const accountActions = {
  GetAccountSummary: getAccountSummary,
  GetOutboundWebIdentityFederationInfo: getOutboundInfo,
};
