import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import { ACCOUNT, AUDIENCE, ISSUER, refusal, startWorld, type TestWorld, TRUST_POLICY } from './world.ts';

export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/rolewright/shop`;
export const DENIED = '403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity';

/** A world with the workspace's provider and the role `shop`, which trusts one repository. */
export type Shop = TestWorld & {
  createRole(): Promise<unknown>;
  /** Asks for a session `build-1` of the role. */
  assume(token: string, input?: object): Promise<AssumeRoleWithWebIdentityCommandOutput>;
  /** What a session for a token with these claims is refused with; 'accepted' when it is not. */
  attempt(...token: Parameters<TestWorld['issuer']['token']>): Promise<string>;
};

export async function startShop(): Promise<Shop> {
  const world = await startWorld();
  const shop: Shop = Object.assign(world, {
    createRole: () =>
      world.iam.send(
        new CreateRoleCommand({
          RoleName: 'shop',
          Path: '/rolewright/',
          AssumeRolePolicyDocument: TRUST_POLICY,
          MaxSessionDuration: 7200,
        }),
      ),
    assume: (WebIdentityToken: string, input: object = {}) =>
      world.sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: ROLE_ARN,
          RoleSessionName: 'build-1',
          WebIdentityToken,
          ...input,
        }),
      ),
    attempt: async (...token: Parameters<TestWorld['issuer']['token']>) =>
      refusal(shop.assume(await world.issuer.token(...token))),
  });
  await world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE] }));
  await shop.createRole();
  return shop;
}
