import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, describe, expect, it } from '@jest/globals';
import { COMPANY_ACCOUNTS, SPOKE_ROLE } from '../../../sandbox/demo/company.ts';
import { type AwsLook, awsLook } from '../../support/e2e/aws.ts';
import type { TestRepository } from '../../support/e2e/bitbucket.ts';
import { type Json, send } from '../../support/e2e/http.ts';
import { expectNoSecrets, expectProblem } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { Grant, LogEvent, World } from '../../support/e2e/stack/stack.ts';

type Alias = keyof typeof COMPANY_ACCOUNTS;
const ALIASES = Object.keys(COMPANY_ACCOUNTS) as Alias[];
const UNREACHABLE = { code: 'ACCOUNT_UNREACHABLE' };
const NOBODY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
});

const MADE = ['GrantRequested', 'ProvisioningStarted', 'RoleCreated', 'GrantActivated'];
const REVOKED = ['RoleDisabled', 'RoleDeleted', 'GrantRevoked'];

/** A company with two workspaces, one of them without Premium, and three accounts. */
export function companyStory(world: () => World): void {
  const looks = new Map<Alias, AwsLook>();
  const look = (alias: Alias): AwsLook => {
    const known = looks.get(alias) ?? awsLook(world().stack.aws.url, COMPANY_ACCOUNTS[alias]);
    looks.set(alias, known);
    return known;
  };
  afterAll(() => {
    for (const known of looks.values()) known.close();
  });
  const ask = (repository: TestRepository | string, account: Alias, bucket: string, more: Json = {}) =>
    world().request({ ...siteBody(repository, bucket), account, ...more });
  const typesOf = async (id: string) => (await world().events(id)).map(({ type }) => type);
  const credential = (workspace: string, kind: string, revoked: boolean) =>
    send(world().stack.bitbucket.url, 'POST', '/sandbox/credentials', { json: { workspace, kind, revoked } });
  /** Has the administrator of a spoke withdraw its trust in Rolewright while `act` runs. */
  async function whileDown(alias: Alias, act: () => Promise<void>): Promise<void> {
    const { iam, role } = look(alias);
    const trust = (PolicyDocument: string) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: SPOKE_ROLE, PolicyDocument }));
    const before = JSON.stringify((await role(SPOKE_ROLE))?.trustPolicy);
    await trust(NOBODY);
    try {
      await act();
    } finally {
      await trust(before);
    }
  }

  describe('a company with two workspaces and three accounts', () => {
    it('is granted roles in each account from each workspace, for the own pipeline only', async () => {
      const shop = 'acme/shop';
      const other = await world().repository({ workspace: 'globex', project: 'OTHER' });
      const environment = { environment: 'Production' };
      expectProblem(await ask(shop, 'production', 'shop-live'), 403, 'DENIED');
      const steps = [
        await world().step(shop, { deployment: 'Production' }),
        await world().step(other.fullName),
      ];
      for (const alias of ALIASES) {
        const grants = [
          await ask(shop, alias, 'shop-live', environment),
          await ask(other, alias, 'globex-live'),
        ];
        expect(grants.map(({ status, json }) => [status, json.account])).toEqual(
          grants.map(() => [201, { alias, id: COMPANY_ACCOUNTS[alias] }]),
        );
        for (const [of, { json }] of grants.entries()) {
          const { arn, name } = json.role as Grant['role'];
          expect((await look(alias).role(name))?.role.Arn).toBe(arn);
          expect(await Promise.all(steps.map((step) => look(alias).assume(arn, step)))).toEqual(
            steps.map((_, n) =>
              n === of ? { accessKeyId: expect.any(String) } : { code: expect.any(String) },
            ),
          );
        }
      }
    });
  });
}
