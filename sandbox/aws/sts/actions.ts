import type { Action, World } from '../world.ts';
import { getWebIdentityToken } from './outbound-token.ts';
import { assumeRoleWithWebIdentity, getCallerIdentity } from './sts.ts';
import { webIdentityVerifier } from './web-identity-token.ts';

/** What the sandbox has of STS, by name. */
export const stsActions = (world: World): Record<string, Action> => ({
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity(webIdentityVerifier(world)),
  GetCallerIdentity: getCallerIdentity,
  GetWebIdentityToken: getWebIdentityToken,
});
