import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutgoingCall } from '../../../adapters/outgoing.ts';
import type { CanaryCheck, CanaryFinding } from '../../../domain/use-cases/canary/finding.ts';
import type { Injection } from '../../support/crash/injector.ts';
import { deleteRole, provideIdentityProvider } from '../../support/crash/world/account.ts';
import { Stage } from '../../support/crash/world/stage.ts';
import { mintTokens } from '../../support/crash/world/tokens.ts';
import { CrashWorld } from '../../support/crash/world/world.ts';

const ALL_OK = {
  readModel: 'ok',
  log: 'ok',
  role: 'ok',
  provider: 'ok',
  overdue: 'ok',
  switch: 'ok',
  bitbucket: 'ok',
  request: 'skipped',
};
const MINUTE_MS = 60_000;

let world: CrashWorld;
let tokens: Awaited<ReturnType<typeof mintTokens>>;
let stage: Stage;
let calls: OutgoingCall[];
beforeAll(async () => {
  world = await CrashWorld.start();
  tokens = await mintTokens(world.standIns.bitbucketUrl);
});
afterAll(() => world.stop());
beforeEach(async () => {
  calls = [];
  world.injector.beforeSend = async (call) => void calls.push(call);
});

async function run(over = {}): Promise<CanaryFinding[]> {
  calls = [];
  const findings = await world.canary(over);
  if (findings === 'died') throw new Error('the canary died');
  return findings;
}
const outcomes = (findings: CanaryFinding[]) =>
  Object.fromEntries(findings.map(({ check, outcome }) => [check, outcome]));
const detailOf = (findings: CanaryFinding[], check: CanaryCheck) =>
  findings.find((finding) => finding.check === check)?.detail;

const roleOf = () => world.aws.state().roles.find(({ arn }) => arn === stage.roleArn);

describe('the canary', () => {
  test('skips the role where there is no grant yet, and looks at the rest', async () => {
    expect(outcomes(await run())).toEqual({ ...ALL_OK, role: 'skipped', provider: 'skipped' });
  });

  test('finds everything as it should be behind a live grant, by calls that read', async () => {
    stage = new Stage(world, tokens, 'canary');
    expect(await stage.request()).toMatchObject({ status: 201, state: 'active' });
    // A grant that has changed just now may not be seen everywhere in IAM.
    expect(outcomes(await run())).toMatchObject({ role: 'skipped' });
    world.clock.advance(3 * MINUTE_MS);
    const before = await stage.snapshot();
    const findings = await run();
    expect(outcomes(findings)).toEqual(ALL_OK);
    expect(findings.find(({ check }) => check === 'role')?.grantId).toBe(stage.grantId);
    expect(await stage.snapshot()).toEqual(before);
    const made = new Set(calls.map(({ system, operation }) => `${system} ${operation}`));
    const writing = [...made].filter(
      (call) =>
        !/^(IAM Get|DynamoDB (Query|GetItem)|SSM GetParameter|Bitbucket (GET |POST \/site\/oauth2\/access_token$))/.test(
          call,
        ),
    );
    expect(writing).toEqual([]);
    expect([...made]).toEqual(expect.arrayContaining(['IAM GetRole', 'IAM GetOpenIDConnectProvider']));
  });

  test('prepares the request of the configuration without a trace', async () => {
    const canary = {
      repository: 'acme/shop',
      template: 's3-static-site',
      parameters: { bucket: 'shop-site' },
    };
    expect(outcomes(await run({ canary }))).toEqual({ ...ALL_OK, request: 'ok' });
    const gone = await run({ canary: { ...canary, repository: 'acme/gone' } });
    expect(outcomes(gone)).toEqual({ ...ALL_OK, request: 'failed' });
    expect(detailOf(gone, 'request')).toContain('REPOSITORY_NOT_FOUND');
    const wild = await run({ canary: { ...canary, parameters: { bucket: '*' } } });
    expect(detailOf(wild, 'request')).toContain('PARAMETERS_INVALID');
    const unknown = await run({ canary: { ...canary, template: 'none-such' } });
    expect(detailOf(unknown, 'request')).toContain('none-such');
  });
});

describe('the canary turns red where', () => {
  /** The trust policy of the role, changed by an administrator's hand. */
  async function withTrust(change: (text: string) => string): Promise<CanaryFinding[]> {
    const text = JSON.stringify(JSON.parse(String(roleOf()?.trustPolicy)));
    const put = (PolicyDocument: string) =>
      world.aws.act('UpdateAssumeRolePolicy', { RoleName: stage.roleName, PolicyDocument });
    expect(change(text)).not.toBe(text);
    await put(change(text));
    const findings = await run();
    await put(text);
    return findings;
  }

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'trust is open to every repository',
      (text) => text.replace(/\{1de489be[^"]*/, '*'),
      /may admit another repository/,
    ],
    [
      'trust is open to a neighbour by a wildcard',
      (text) => text.replace('744a7}', '744a7}').replace('eadbf1174ac7}:*', 'eadbf1174ac*'),
      /may admit/,
    ],
    [
      'the audience is not asked for',
      (text) => text.replace(/"StringEquals":\{[^}]*\},/, ''),
      /may admit another/,
    ],
    [
      'a second statement admits others',
      (text) => text.replace(/\[(\{.*\})\]/, '[$1,$1]'),
      /not a trust policy/,
    ],
    ['the role is closed', (text) => text.replace('"Allow"', '"Deny"'), /does not admit its own repository/],
  ])('%s', async (_, change, detail) => {
    const findings = await withTrust(change);
    expect(outcomes(findings)).toEqual({ ...ALL_OK, role: 'failed' });
    expect(detailOf(findings, 'role')).toMatch(detail);
    expect(outcomes(await run())).toEqual(ALL_OK);
  });

  test.each(['missing', 'unusable'] as const)('the identity provider is %s', async (how) => {
    const where = { accountId: '111122223333', workspace: 'acme' } as const;
    await provideIdentityProvider(world.aws, how, where);
    expect(outcomes(await run())).toEqual({ ...ALL_OK, provider: 'failed' });
    await provideIdentityProvider(world.aws, 'present', where);
    expect(outcomes(await run())).toEqual(ALL_OK);
  });

  test.each<[string, Injection, Partial<Record<CanaryCheck, string>>]>([
    [
      'tables cannot be read',
      { mode: 'forbid', at: 1, operation: 'Query' },
      { readModel: 'broken', role: 'skipped', provider: 'skipped' },
    ],
    [
      'DynamoDB is away',
      { mode: 'error', at: 1, operation: 'Query' },
      { readModel: 'broken', log: 'broken', overdue: 'broken', role: 'skipped', provider: 'skipped' },
    ],
    ['IAM refuses to show a role', { mode: 'forbid', at: 1, operation: 'GetRole' }, { role: 'broken' }],
    ['the switch cannot be read', { mode: 'error', at: 1, operation: 'GetParameter' }, { switch: 'broken' }],
  ])('%s', async (_, injection, found) => {
    world.injector.arm(injection);
    expect(outcomes(await run())).toEqual({ ...ALL_OK, ...found });
    expect(world.injector.hit).toBeDefined();
    world.injector.arm(undefined);
    expect(outcomes(await run())).toEqual(ALL_OK);
  });

  test('the credential of a workspace is revoked', async () => {
    const revoke = async (revoked: boolean) => {
      const body = JSON.stringify({ workspace: 'acme', kind: 'accessToken', revoked });
      await fetch(`${world.standIns.bitbucketUrl}/sandbox/credentials`, { method: 'POST', body });
    };
    await revoke(true);
    const findings = await run();
    await revoke(false);
    expect(outcomes(findings)).toEqual({ ...ALL_OK, bitbucket: 'broken' });
    expect(detailOf(findings, 'bitbucket')).toContain('acme');
    expect(JSON.stringify(findings)).not.toContain('sandbox-token');
    expect(outcomes(await run())).toEqual(ALL_OK);
  });

  test('the reconciler does not run, and an end has passed', async () => {
    expect(await stage.request({ expiresIn: 'PT1H' })).toMatchObject({ status: 200 });
    world.clock.advance(74 * MINUTE_MS);
    expect(outcomes(await run())).toEqual(ALL_OK);
    world.clock.advance(2 * MINUTE_MS);
    const findings = await run();
    expect(outcomes(findings)).toEqual({ ...ALL_OK, overdue: 'failed' });
    expect(detailOf(findings, 'overdue')).toContain(stage.grantId);
    await world.reconcile();
    expect(outcomes(await run())).toEqual({ ...ALL_OK, role: 'skipped', provider: 'skipped' });
  });

  test('the role was deleted, or made again by other hands', async () => {
    expect(await stage.request()).toMatchObject({ status: 201 });
    world.clock.advance(3 * MINUTE_MS);
    const trust = JSON.stringify(JSON.parse(String(roleOf()?.trustPolicy)));
    await deleteRole(world.aws, stage.roleName);
    expect(detailOf(await run(), 'role')).toBe(`IAM has no role ${stage.roleName}`);
    await world.aws.act('CreateRole', {
      RoleName: stage.roleName,
      Path: '/rolewright/',
      AssumeRolePolicyDocument: trust,
    });
    expect(detailOf(await run(), 'role')).toMatch(/is another one than was created$/);
  });

  test('an event of a live grant was altered, and where the log has lost its stream', async () => {
    await stage.spoil();
    const findings = await run();
    expect(outcomes(findings)).toEqual({ ...ALL_OK, log: 'broken', role: 'skipped', provider: 'skipped' });
    await world.storage.loseEvents(stage.grantId);
    const lost = await run();
    expect(outcomes(lost)).toEqual({ ...ALL_OK, log: 'failed', role: 'skipped', provider: 'skipped' });
    expect(detailOf(lost, 'log')).toContain(stage.grantId);
  });
});

test('a revoke that comes between the row and the role is no finding', async () => {
  const other = new Stage(world, tokens, 'revoked-meanwhile');
  await world.storage.forget(stage.grantId, 0);
  expect(await other.request()).toMatchObject({ status: 201 });
  world.clock.advance(3 * MINUTE_MS);
  let isRevoked = false;
  world.injector.beforeSend = async ({ operation }) => {
    if (operation !== 'GetRole' || isRevoked) return;
    isRevoked = true;
    expect(await other.revoke()).toMatchObject({ status: 200, state: 'revoked' });
  };
  const findings = await run();
  expect(isRevoked).toBe(true);
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'role',
      outcome: 'skipped',
      detail: expect.stringContaining('changed'),
    }),
  );
});
