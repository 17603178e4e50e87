import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import type { AdmittedClaims } from '../../domain/scan/report.ts';
import { ACCOUNT, refusal, startWorld } from '../sandbox/aws/world.ts';

/** A sandbox account whose roles take tokens with any claims that a scan constructs. */
export type ScanSandbox = {
  addProvider(url: string, audiences: readonly string[]): Promise<unknown>;
  /** Makes a role with a trust policy, and returns its ARN. */
  addRole(name: string, trust: unknown): Promise<string>;
  replaceTrust(name: string, trust: unknown): Promise<unknown>;
  /** What assuming the role with such a token is refused with; 'accepted' when it is not. */
  attempt(name: string, token: AdmittedClaims): Promise<string>;
  close(): Promise<void>;
};

/** A sandbox in which one key signs for every issuer that is named. */
export async function startScanSandbox(issuers: readonly string[]): Promise<ScanSandbox> {
  const world = await startWorld(issuers);
  return {
    addProvider: (url, audiences) =>
      world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: [...audiences] })),
    async addRole(name, trust) {
      const input = { RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) };
      const { Role } = await world.iam.send(new CreateRoleCommand(input));
      return Role?.Arn ?? '';
    },
    replaceTrust: (name, trust) =>
      world.iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: JSON.stringify(trust) }),
      ),
    async attempt(name, { issuer, claims, request }) {
      const token = await world.issuer.token({ ...claims, iss: issuer });
      return refusal(
        world.sts.send(
          new AssumeRoleWithWebIdentityCommand({
            RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
            RoleSessionName: request?.sessionName ?? 'scan',
            WebIdentityToken: token,
          }),
        ),
      );
    },
    close: () => world.close(),
  };
}
