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
const NOBODY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
});

const PROVIDED = ['ProviderCreationStarted', 'ProviderCreated'];
const PROVISIONED = ['ProvisioningStarted', 'RoleCreated', 'GrantActivated'];
const MADE = ['GrantRequested', ...PROVISIONED];
const DELETED = ['RoleDisabled', 'RoleDeleted', 'GrantRevoked'];

/** The company, and those who administer its accounts and workspaces. */
function companyOf(world: () => World) {
  const looks = new Map<Alias, AwsLook>();
  const look = (alias: Alias): AwsLook => {
    const known = looks.get(alias) ?? awsLook(world().stack.aws.url, COMPANY_ACCOUNTS[alias]);
    looks.set(alias, known);
    return known;
  };
  return {
    look,
    ask: (repository: TestRepository | string, account: Alias, bucket: string, more: Json = {}) =>
      world().request({ ...siteBody(repository, bucket), account, ...more }),
    /** Has each account have the identity providers of both workspaces. */
    async provide(): Promise<void> {
      for (const alias of ALIASES) {
        for (const workspace of ['acme', 'globex'] as const) {
          await look(alias)
            .createProvider(workspace)
            .catch((error: Error) => expect(error.name).toBe('EntityAlreadyExistsException'));
        }
      }
    },
    /** Has the administrator of a spoke withdraw its trust in Rolewright while `act` runs. */
    async whileDown(alias: Alias, act: () => Promise<void>): Promise<void> {
      const { iam, role } = look(alias);
      const trust = (PolicyDocument: string) =>
        iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: SPOKE_ROLE, PolicyDocument }));
      const before = JSON.stringify((await role(SPOKE_ROLE))?.trustPolicy);
      await trust(NOBODY);
      await act().finally(() => trust(before));
    },
    /** Has a workspace's credential be revoked while `act` runs. */
    async whileRevoked(workspace: string, kind: string, act: () => Promise<void>): Promise<void> {
      const set = async (revoked: boolean) => {
        const json = { workspace, kind, revoked };
        const { status } = await send(world().stack.bitbucket.url, 'POST', '/sandbox/credentials', { json });
        expect(status).toBe(200);
      };
      await set(true);
      await act().finally(() => set(false));
    },
    /** The audit log of a repository, by account: the types of the events, oldest first. */
    async audit({ uuid }: TestRepository): Promise<Partial<Record<Alias, string[]>>> {
      const events = (await world().all(`/v1/events?repository=${uuid}`, 7)).toReversed() as LogEvent[];
      const typesIn = (alias: Alias) =>
        events.filter(({ data }) => data.account === COMPANY_ACCOUNTS[alias]).map(({ type }) => type);
      const found = ALIASES.map((alias) => [alias, typesIn(alias)] as const);
      expect(found.flatMap(([, types]) => types)).toHaveLength(events.length);
      return Object.fromEntries(found.filter(([, types]) => types.length > 0));
    },
    close: () => looks.forEach((known) => void known.close()),
  };
}

/** A company with two workspaces, one of them without Premium, and three accounts. The file's other tests do not use the
 *  account `production`. */
export function companyStory(world: () => World): void {
  const { look, ask, provide, whileDown, whileRevoked, audit, close } = companyOf(world);
  const typesOf = async (grant: Grant) => (await world().events(grant.id)).map(({ type }) => type);
  const globex = () => world().repository({ workspace: 'globex', project: 'OTHER' });
  afterAll(close);

  /** The grants of both workspaces in an account; each role admits the pipeline of its own grant, and no other. */
  async function grantBoth(alias: Alias, other: TestRepository): Promise<Grant[]> {
    const replies = [
      await ask('acme/shop', alias, 'shop-live', { environment: 'Production' }),
      await ask(other, alias, 'globex-live'),
    ];
    const account = { alias, id: COMPANY_ACCOUNTS[alias] };
    const grants = replies.map(({ json }) => json as Grant);
    expect(replies.map(({ status }) => status)).toEqual([201, 201]);
    expect(grants).toEqual(grants.map(() => expect.objectContaining({ account, state: 'active' })));
    const steps = [
      await world().step('acme/shop', { deployment: 'Production' }),
      await world().step(other.fullName),
    ];
    for (const [of, { role }] of grants.entries()) {
      expect((await look(alias).role(role.name))?.role.Arn).toBe(role.arn);
      for (const [by, step] of steps.entries()) {
        const outcome = await look(alias).assume(role.arn, step);
        expect([by, 'accessKeyId' in outcome]).toEqual([by, by === of]);
      }
    }
    return grants;
  }

  describe('a company with two workspaces and three accounts', () => {
    it('is granted roles in each account from each workspace, for the own pipeline only', async () => {
      const other = await globex();
      for (const alias of ALIASES) {
        const grants = await grantBoth(alias, other);
        if (alias !== 'production') continue;
        // Nobody was here before: the providers of both workspaces are made behind the spoke's role.
        const types = ['GrantRequested', ...PROVIDED, ...PROVISIONED];
        expect(await Promise.all(grants.map(typesOf))).toEqual([types, types]);
      }
    });

    it('finds production closed to a grant of the whole repository, where it opens by environment', async () => {
      const reply = await ask('acme/shop', 'production', 'shop-whole');
      expectProblem(reply, 403, 'DENIED');
      expect(reply.json.detail).toContain('Rule account-not-open');
    });

    it('goes on while an account is down and a credential is revoked, and settles once both are back', async () => {
      await provide();
      const [shop, other] = [await world().repository(), await globex()];
      const left = (await ask(shop, 'staging', 'shop-left')).json as Grant;
      const kept = (await ask(other, 'staging', 'globex-kept')).json as Grant;
      const session = await look('staging').session(left.role.arn, await world().step(shop.fullName));
      const mayPut = () => look('staging').canAct(session, 's3:PutObject', 'arn:aws:s3:::shop-left/a');
      const askLate = () => ask(shop, 'staging', 'shop-late', { name: 'late' });
      const before = await look('staging').roleNames();

      await whileDown('staging', async () => {
        const { value: down, iamWrites } = await world().trace(askLate);
        expectProblem(down, 503, 'ACCOUNT_UNREACHABLE');
        expectNoSecrets(down);
        expect(iamWrites).toEqual([]);
        const waiting = await world().revoke(left.id);
        expect([waiting.status, waiting.json]).toEqual([
          202,
          expect.objectContaining({
            state: 'revoking',
            lastError: expect.objectContaining({ code: 'ACCOUNT_UNREACHABLE' }),
          }),
        ]);
        await whileRevoked('acme', 'accessToken', async () => {
          expectProblem(await ask(shop, 'default', 'shop-here'), 502, 'UPSTREAM_FAILED');
          expect((await ask(other, 'default', 'globex-here')).status).toBe(201);
          const live = await ask(other, 'production', 'globex-here');
          expect([live.status, (await world().revoke(String(live.json.id))).json.state]).toEqual([
            201,
            'revoked',
          ]);
        });
        expect((await ask(shop, 'default', 'shop-here')).status).toBe(201);
        expect((await world().revoke(left.id)).json.state).toBe('revoking');
        expect([await look('staging').roleNames(), await mayPut()]).toEqual([before, true]);
      });

      const late = await askLate();
      expect([late.status, late.json.state]).toEqual([201, 'active']);
      const gone = await world().revoke(left.id);
      expect([gone.status, gone.json.state]).toEqual([200, 'revoked']);
      expect([await look('staging').role(left.role.name), await mayPut()]).toEqual([undefined, false]);
      expect((await world().get(`/v1/grants/${kept.id}`)).json.state).toBe('active');

      expect(await typesOf(left)).toEqual([...MADE, 'RevocationRequested', 'AttemptFailed', ...DELETED]);
      expect(await typesOf(late.json as Grant)).toEqual(['GrantRequested', 'ProvisioningFailed', ...MADE]);
      expect(await audit(shop)).toEqual({
        default: MADE,
        staging: [
          ...MADE,
          ...['GrantRequested', 'ProvisioningFailed', 'RevocationRequested', 'AttemptFailed'],
          ...[...MADE, ...DELETED],
        ],
      });
      expect(await audit(other)).toEqual({
        default: MADE,
        staging: MADE,
        production: [...MADE, 'RevocationRequested', ...DELETED],
      });
    });
  });
}
