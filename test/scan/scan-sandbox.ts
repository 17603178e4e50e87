import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { AdmittedClaims } from '../../domain/scan/report.ts';
import { ACCOUNT, startWorld } from '../sandbox/aws/world.ts';

/** A sandbox account whose roles take tokens with any claims that a scan constructs. */
export type ScanSandbox = {
  addProvider(url: string, audiences: readonly string[]): Promise<unknown>;
  /** Makes a role with a trust policy, and returns its ARN. */
  addRole(name: string, trust: unknown): Promise<string>;
  replaceTrust(name: string, trust: unknown): Promise<unknown>;
  /** What assuming the role with such a token is refused with, as `<status> <code>: <message>`; 'accepted' when it is not.
   *  Asked without an SDK: there are thousands. */
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
      const form = new URLSearchParams({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
        RoleSessionName: request?.sessionName ?? 'scan',
        WebIdentityToken: token,
      });
      const { status, text } = await world.raw(String(form), false);
      const part = (tag: string) => new RegExp(`<${tag}>([^<]*)`).exec(text)?.[1];
      return status === 200 ? 'accepted' : `${status} ${part('Code')}: ${part('Message')}`;
    },
    close: () => world.close(),
  };
}
