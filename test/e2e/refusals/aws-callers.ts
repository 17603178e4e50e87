import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { expectProblem } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const USER = 'arn:aws:iam::111122223333:user/sandbox';
const ISSUER = 'https://aeb22166-9134-9555-caae-9ffa62468c85.tokens.sts.global.api.aws';
const MAY_HAVE_TOKENS = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:GetWebIdentityToken', Resource: '*' }],
};

/** Callers on AWS, who come with tokens of their account's own issuer. */
export function awsCallerRules(world: () => World): void {
  type Key = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  const operator: Key = { accessKeyId: 'OPERATOR', secretAccessKey: 'any' };

  async function withSts<T>(credentials: Key, use: (sts: STSClient) => Promise<T>): Promise<T> {
    const sts = new STSClient({ region: 'eu-central-1', endpoint: world().stack.aws.url, credentials });
    return use(sts).finally(() => sts.destroy());
  }

  async function tokenOf(key: Key, audiences = ['rolewright'], algorithm = 'RS256'): Promise<string> {
    const command = new GetWebIdentityTokenCommand({ Audience: audiences, SigningAlgorithm: algorithm });
    const { WebIdentityToken = '' } = await withSts(key, (sts) => sts.send(command));
    return WebIdentityToken;
  }

  /** The keys of a session of a role of this name, which may have tokens. */
  async function sessionOf(RoleName: string): Promise<Key> {
    const { trustPolicy } = await world().granted(siteBody(await world().repository(), `shop-${RoleName}`));
    const trust = JSON.parse(JSON.stringify(trustPolicy).replace(/"\{[0-9a-f-]{36}\}:\*"/, '"*"')) as object;
    await world().iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    await world().iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'tokens',
        PolicyDocument: JSON.stringify(MAY_HAVE_TOKENS),
      }),
    );
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::111122223333:role/${RoleName}`,
      RoleSessionName: 'report',
      WebIdentityToken: await world().step('acme/shop'),
    });
    const { Credentials } = await withSts(operator, (sts) => sts.send(command));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  }

  const me = (token: string) => world().get('/v1/me', token);

  describe('a caller on AWS', () => {
    it.each(['RS256', 'ES384'])(
      'whom the configuration lists is a service, signed by %s',
      async (algorithm) => {
        expect((await me(await tokenOf(operator, ['rolewright'], algorithm))).json).toEqual({
          kind: 'service',
          id: USER,
          groups: [],
          issuer: ISSUER,
          may: [],
        });
      },
    );

    it('is a role where its session asks, and one that is not listed is nothing', async () => {
      const [listed, other] = [await sessionOf('nightly-report'), await sessionOf('nightly-report-2')];
      expect((await me(await tokenOf(listed))).json).toMatchObject({
        kind: 'service',
        id: 'arn:aws:iam::111122223333:role/nightly-report',
      });
      expectProblem(await me(await tokenOf(other)), 401, 'UNAUTHENTICATED');
    });

    it('is refused with a token for others, and does nothing that no rule allows it', async () => {
      expectProblem(await me(await tokenOf(operator, ['payroll'])), 401, 'UNAUTHENTICATED');
      const token = await tokenOf(operator, ['payroll', 'rolewright']);
      expect((await me(token)).status).toBe(200);
      expectProblem(await world().request(siteBody('acme/shop', 'shop-site'), token), 403, 'DENIED');
      expect(await world().all('/v1/grants', 100, token)).toEqual([]);
    });
  });

  describe('GET /v1/me', () => {
    it('shows a person, a service and a step who they are', async () => {
      expect((await me(world().ada)).json).toMatchObject({
        kind: 'person',
        id: 'ada@acme.example',
        groups: ['platform'],
        issuer: 'https://login.acme.example',
        may: [
          ...['request', 'revoke', 'approve', 'read', 'audit'],
          ...['freeze', 'thaw', 'repair', 'release', 'hold', 'reconcile'],
        ],
      });
      expect((await me(await world().service('dashboard', ['readers']))).json).toMatchObject({
        kind: 'service',
        may: ['read'],
      });
      expect((await me(await world().caller('acme/shop'))).json).toMatchObject({
        kind: 'pipeline',
        groups: [],
        may: ['request', 'read'],
      });
    });
  });
}
