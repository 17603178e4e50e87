import type { Action } from '../world.ts';
import { assumeRole } from './assume-role.ts';
import { getWebIdentityToken } from './outbound-token.ts';
import { assumeRoleWithWebIdentity, getCallerIdentity } from './sts.ts';

/** What the sandbox has of STS, by name. */
export const stsActions: Record<string, Action> = {
  AssumeRole: assumeRole,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
  GetCallerIdentity: getCallerIdentity,
  GetWebIdentityToken: getWebIdentityToken,
};
