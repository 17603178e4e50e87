import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for identities. */
export const identityJudgements: JudgementTable = {
  iam: [
    {
      verdict: 'borrow',
      reason: 'Hands a role to a service; pass-role-exact names the role and the service.',
      actions: `PassRole`,
    },
    {
      verdict: 'no-identity-management',
      reason: 'Makes or changes an identity, what it may do, its credentials or who may become it.',
      actions: `AcceptDelegationRequest AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile
        AddUserToGroup AssociateDelegationRequest AttachGroupPolicy AttachRolePolicy AttachUserPolicy
        ChangePassword CreateAccessKey CreateAccountAlias CreateDelegationRequest CreateGroup
        CreateInstanceProfile CreateLoginProfile CreateOpenIDConnectProvider CreatePolicy
        CreatePolicyVersion CreateRole CreateSAMLProvider CreateServiceLinkedRole
        CreateServiceSpecificCredential CreateUser CreateVirtualMFADevice DeactivateMFADevice
        DeleteAccessKey DeleteAccountAlias DeleteAccountPasswordPolicy DeleteCloudFrontPublicKey
        DeleteGroup DeleteGroupPolicy DeleteInstanceProfile DeleteLoginProfile
        DeleteOpenIDConnectProvider DeletePolicy DeletePolicyVersion DeleteRole
        DeleteRolePermissionsBoundary DeleteRolePolicy DeleteSAMLProvider DeleteSSHPublicKey
        DeleteServerCertificate DeleteServiceLinkedRole DeleteServiceSpecificCredential
        DeleteSigningCertificate DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy
        DeleteVirtualMFADevice DetachGroupPolicy DetachRolePolicy DetachUserPolicy
        DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions
        DisableOutboundWebIdentityFederation EnableMFADevice
        EnableOrganizationsRootCredentialsManagement EnableOrganizationsRootSessions
        EnableOutboundWebIdentityFederation PutAccountProperties PutGroupPolicy
        PutRolePermissionsBoundary PutRolePolicy PutUserPermissionsBoundary PutUserPolicy
        RejectDelegationRequest RemoveClientIDFromOpenIDConnectProvider RemoveRoleFromInstanceProfile
        RemoveUserFromGroup ResetServiceSpecificCredential ResyncMFADevice SendDelegationToken
        SetDefaultPolicyVersion SetSTSRegionalEndpointStatus SetSecurityTokenServicePreferences
        UpdateAccessKey UpdateAccountEmailAddress UpdateAccountName UpdateAccountPasswordPolicy
        UpdateAssumeRolePolicy UpdateCloudFrontPublicKey UpdateGroup UpdateLoginProfile
        UpdateOpenIDConnectProviderThumbprint UpdateRole UpdateRoleDescription UpdateSAMLProvider
        UpdateSSHPublicKey UpdateServerCertificate UpdateServiceSpecificCredential
        UpdateSigningCertificate UpdateUser UploadCloudFrontPublicKey UploadSSHPublicKey
        UploadServerCertificate UploadSigningCertificate`,
    },
    {
      verdict: 'no-identity-management',
      reason: 'Reads who may do what in the account; no deploy needs it.',
      actions: `GenerateCredentialReport GenerateOrganizationsAccessReport GenerateServiceLastAccessedDetails
        GetAccessKeyLastUsed GetAccountAuthorizationDetails GetAccountEmailAddress GetAccountName
        GetAccountPasswordPolicy GetAccountProperties GetAccountSummary GetCloudFrontPublicKey
        GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy GetCredentialReport
        GetDelegationRequest GetGroup GetGroupPolicy GetHumanReadableSummary GetInstanceProfile
        GetLoginProfile GetMFADevice GetOpenIDConnectProvider GetOrganizationsAccessReport
        GetOutboundWebIdentityFederationInfo GetPolicy GetPolicyVersion GetRole GetRolePolicy
        GetRoleTemplateVersion GetSAMLProvider GetSSHPublicKey GetServerCertificate
        GetServiceLastAccessedDetails GetServiceLastAccessedDetailsWithEntities
        GetServiceLinkedRoleDeletionStatus GetUser GetUserPolicy ListAccessKeys ListAccountAliases
        ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies
        ListCloudFrontPublicKeys ListDelegationRequests ListEntitiesForPolicy ListGroupPolicies
        ListGroups ListGroupsForUser ListInstanceProfileTags ListInstanceProfiles
        ListInstanceProfilesForRole ListMFADeviceTags ListMFADevices ListOpenIDConnectProviderTags
        ListOpenIDConnectProviders ListOrganizationsFeatures ListPolicies
        ListPoliciesGrantingServiceAccess ListPolicyTags ListPolicyVersions ListRolePolicies
        ListRoleTags ListRoles ListSAMLProviderTags ListSAMLProviders ListSSHPublicKeys
        ListSTSRegionalEndpointsStatus ListServerCertificateTags ListServerCertificates
        ListServiceSpecificCredentials ListSigningCertificates ListUserPolicies ListUserTags ListUsers
        ListVirtualMFADevices SimulateCustomPolicy SimulatePrincipalPolicy`,
    },
    {
      verdict: 'no-identity-management',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagInstanceProfile TagMFADevice TagOpenIDConnectProvider TagPolicy TagRole TagSAMLProvider
        TagServerCertificate TagUser UntagInstanceProfile UntagMFADevice UntagOpenIDConnectProvider
        UntagPolicy UntagRole UntagSAMLProvider UntagServerCertificate UntagUser`,
    },
  ],
  sts: [
    {
      verdict: 'borrow',
      reason: 'Becomes another role; assume-role-exact names it.',
      actions: `AssumeRole`,
    },
    {
      verdict: 'allow',
      reason: 'Says who the caller is.',
      actions: `GetCallerIdentity`,
    },
    {
      verdict: 'allow',
      reason: 'Gives a token for one service; bearer-token-exact names the service.',
      actions: `GetServiceBearerToken`,
    },
    {
      verdict: 'no-identity-management',
      reason: 'Gives out credentials of an identity, or reads them.',
      actions: `AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot DecodeAuthorizationMessage
        GetAccessKeyInfo GetDelegatedAccessToken GetFederationToken GetSessionToken GetWebIdentityToken
        SetContext SetSourceIdentity`,
    },
    {
      verdict: 'no-identity-management',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagGetWebIdentityToken TagSession`,
    },
  ],
};
