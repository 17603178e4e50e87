import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient, CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { DeleteItemCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SandboxClient, sandboxClient } from '../../sandbox/sandbox-client.ts';
import { ROOT } from '../support/arch/infrastructure.ts';
import { json, query } from '../support/deployed/calls.ts';
import { ACCOUNT, type Engine, REGION, startMinistack } from '../support/deployed/engines.ts';
import { credentials, deploy, packageEmulator, STACK, type Variation } from '../support/deployed/packages.ts';
import { installEngine } from '../support/deployed/python.ts';
import { copied, itemsOf, restored } from '../support/deployed/tables.ts';
import { until } from '../support/deployed/until.ts';
import { type DeployedWorld, deployedWorld, storeSecrets } from '../support/deployed/world.ts';

const run = promisify(execFile);

const installed = installEngine('ministack');
if ('missing' in installed) console.warn(`Restores on MiniStack are left out. ${installed.missing}`);

const LONG_MS = 900_000;
/** Milliseconds for a pass over drift, which looks three times at a role that is gone. */
const COMPARED_WITHIN_MS = 240_000;

const SPOKE = '444455556666';
/** The account that takes over when the hub's is lost. */
const NEW_HUB = '777788889999';

type Grant = { id: string; state: string; expiresAt?: string; role: { name: string; arn: string } };
type Site = { name?: string; bucket: string; account?: string; expiresIn?: string };

const site = ({ bucket, ...more }: Site) => ({
  repository: 'acme/shop',
  template: 's3-static-site',
  parameters: { bucket },
  ...more,
});

const apiOf = async (url: string, account = ACCOUNT): Promise<string> => {
  const { items } = await json<{ items: { apiId: string }[] }>(
    url,
    'apigateway',
    { path: '/v2/apis', method: 'GET' },
    account,
  );
  return `${url}/_aws/execute-api/${items[0]?.apiId}`;
};

('missing' in installed ? describe.skip : describe)('an installation whose tables were restored', () => {
  let world: DeployedWorld;
  /** The engine after its restart. */
  let engine: Engine | undefined;
  const grants: Record<'kept' | 'revoked' | 'spoke' | 'orphan', string> = {
    kept: '',
    revoked: '',
    spoke: '',
    orphan: '',
  };

  const sdkOf = (account: string) => ({
    region: REGION,
    endpoint: world.engine.url,
    credentials: { accessKeyId: account, secretAccessKey: 'test' },
  });

  const person = (name: string) => world.client.token('person', { email: `${name}@acme.example` });

  const asked = async (body: Site): Promise<string> => {
    const { status, body: grant } = await world.client.request(await person('ada'), site(body));
    expect([status, grant]).toEqual([201, expect.objectContaining({ state: 'active' })]);
    return String(grant.id);
  };

  const grantOf = async (client: SandboxClient, id: string): Promise<Grant> =>
    (await client.read(await person('ada'), `/v1/grants/${id}`)).body as unknown as Grant;

  const post = async (api: string, path: string, body: object) => {
    const response = await fetch(`${api}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await person('ada')}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.status;
  };

  /** The names of the granted roles of an account. */
  const rolesIn = async (account: string) => {
    const iam = new IAMClient(sdkOf(account));
    const { Roles = [] } = await iam.send(new ListRolesCommand({ PathPrefix: '/rolewright/' }));
    return Roles.map(({ RoleName }) => String(RoleName)).sort();
  };

  /** A command of an administrator, with the credentials of an account. */
  const command = async (
    script: string,
    args: string[],
    { account = ACCOUNT, input = '', env = {} } = {},
  ) => {
    const running = run(process.execPath, [`scripts/${script}.ts`, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...credentials(world.engine.url, account), ...env },
      maxBuffer: 64_000_000,
    });
    running.child.stdin?.end(input);
    const { stdout, stderr } = await running.catch((error) => error as { stdout: string; stderr: string });
    return { stdout, stderr };
  };

  const deploySpoke = async (hub: string, isNew: boolean) => {
    const parameters = {
      HubAccount: hub,
      Stage: 'sandbox',
      OrganizationId: 'o-sandbox0001',
      ExternalId: 'rolewright-sandbox-staging',
      HubRoles: 'rolewright-emulator-',
      ProviderArns: ['acme', 'globex']
        .map(
          (slug) =>
            `arn:aws:iam::*:oidc-provider/api.bitbucket.org/2.0/workspaces/${slug}/pipelines-config/identity/oidc`,
        )
        .join(','),
    };
    const cloudformation = new CloudFormationClient(sdkOf(SPOKE));
    const stack = {
      StackName: 'rolewright-spoke',
      TemplateBody: readFileSync(join(ROOT, 'infrastructure/spoke.yml'), 'utf8'),
      Capabilities: ['CAPABILITY_NAMED_IAM' as const],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    };
    await (isNew
      ? cloudformation.send(new CreateStackCommand(stack))
      : cloudformation.send(new UpdateStackCommand(stack)));
    const status = async () =>
      /<StackStatus>(\w+)</.exec(
        await query(
          world.engine.url,
          'cloudformation',
          { Action: 'DescribeStacks', StackName: 'rolewright-spoke', Version: '2010-05-15' },
          SPOKE,
        ),
      )?.[1] ?? '';
    expect(await until(status, (one) => /_(COMPLETE|FAILED)$/.test(one))).toMatch(
      /^(CREATE|UPDATE)_COMPLETE$/,
    );
  };

  beforeAll(async () => {
    world = await deployedWorld({
      name: 'restore',
      start: (place) => startMinistack('bin' in installed ? installed.bin : '', place),
      apiOf: ({ url }) => apiOf(url),
    });
    await deploySpoke(ACCOUNT, true);
  }, LONG_MS);

  afterAll(async () => {
    await engine?.stop();
    await world?.close();
  });

  test(
    'works on them with every function, and finds what happened after the point in time',
    async () => {
      const dynamodb = new DynamoDBClient(sdkOf(ACCOUNT));
      grants.kept = await asked({ bucket: 'shop-kept', expiresIn: 'P30D' });
      grants.revoked = await asked({ bucket: 'shop-revoked', name: 'revoked' });
      grants.spoke = await asked({ bucket: 'shop-spoke', account: 'staging' });
      const { expiresAt } = await grantOf(world.client, grants.kept);
      expect(expiresAt).toMatch(/^20/);

      // The point in time is now. What follows is lost with the log.
      const [events, rows] = [
        await restored(dynamodb, `${STACK}-events`),
        await restored(dynamodb, `${STACK}-grants`),
      ];
      await dynamodb.send(new DeleteItemCommand({ TableName: rows, Key: { grantId: { S: grants.kept } } }));
      grants.orphan = await asked({ bucket: 'shop-orphan', name: 'orphan' });
      const orphan = (await grantOf(world.client, grants.orphan)).role.name;
      expect((await world.client.revoke(await person('ada'), grants.revoked)).status).toBe(200);
      expect(await post(world.api, '/v1/freeze', { reason: 'the log was altered' })).toBe(200);
      const lost = await itemsOf(dynamodb, `${STACK}-events`);

      const rebuild = [
        ...['--stage', 'sandbox', '--service', 'rolewright-emulator'],
        ...['--events-table', events, '--grants-table', rows],
      ];
      const compared = await command('operations/rebuild', rebuild);
      expect(compared.stderr).toContain(`Nothing was changed. Confirm with --confirm 'sandbox ${ACCOUNT}'`);
      const rebuilt = await command('operations/rebuild', [...rebuild, '--confirm', `sandbox ${ACCOUNT}`]);
      expect([rebuilt.stderr, rebuilt.stdout]).toEqual(['', expect.stringContaining('0 rows without a log')]);

      const variation: Variation = { params: { eventsTable: events, grantsTable: rows } };
      const folder = join(world.dir, 'restored');
      const where = { engine: world.engine.url, bitbucket: world.bitbucket, slack: world.slack };
      await packageEmulator(folder, where, variation);
      await deploy(folder, world.engine.url, variation);
      const { Functions = [] } = await new LambdaClient(sdkOf(ACCOUNT)).send(new ListFunctionsCommand({}));
      for (const { Environment, FunctionName } of Functions) {
        const { EVENTS_TABLE, GRANTS_TABLE } = Environment?.Variables ?? {};
        expect([FunctionName, EVENTS_TABLE, GRANTS_TABLE]).toEqual([FunctionName, events, rows]);
      }
      for (const TableName of [events, rows]) {
        const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
        expect([TableName, Table?.DeletionProtectionEnabled]).toEqual([TableName, true]);
      }

      expect(await grantOf(world.client, grants.kept)).toMatchObject({ state: 'active', expiresAt });
      expect(await grantOf(world.client, grants.revoked)).toMatchObject({ state: 'active' });
      expect(await grantOf(world.client, grants.orphan)).toMatchObject({ code: 'GRANT_NOT_FOUND' });
      const frozen = await world.client.request(
        await person('ada'),
        site({ bucket: 'shop-new', name: 'new' }),
      );
      expect([frozen.status, frozen.body.code]).toEqual([409, 'FROZEN']);

      expect(await post(world.api, '/v1/reconcile', { drift: true })).toBe(202);
      await until(
        async () => {
          await post(world.api, '/v1/reconcile', { drift: true });
          return grantOf(world.client, grants.revoked);
        },
        ({ state }) => state === 'frozen',
        COMPARED_WITHIN_MS,
      );
      // The pass says what it found of other roles later than it froze the grant's, and its log is collected later still.
      const said = async () => {
        const { events: lines } = await json<{ events: { message: string }[] }>(world.engine.url, 'logs', {
          target: 'Logs_20140328.FilterLogEvents',
          body: { logGroupName: `/aws/lambda/${STACK}-reconciler`, filterPattern: 'ORPHAN' },
        });
        return lines.map(({ message }) => message).join('\n');
      };
      expect(await until(said, (text) => text.includes(orphan), COMPARED_WITHIN_MS)).toContain(orphan);
      const revoked = await world.client.revoke(await person('ada'), grants.revoked);
      expect([revoked.status, revoked.body.state]).toEqual([200, 'revoked']);

      const env = { ROLEWRIGHT_URL: world.api, ROLEWRIGHT_TOKEN: await person('ada') };
      const log = await command('events/export', [], { env });
      const verified = await command('events/verify', [], { input: log.stdout });
      expect([log.stderr, verified.stderr, verified.stdout]).toEqual([
        '',
        '',
        expect.stringContaining('are whole'),
      ]);

      const thawed = await command('thaw', ['--stage', 'sandbox'], { input: 'sandbox\n' });
      expect([thawed.stderr, thawed.stdout]).toEqual([
        '',
        expect.stringContaining('Stage sandbox is thawed'),
      ]);
      const again = await until(
        async () => world.client.request(await person('ada'), site({ bucket: 'shop-new', name: 'new' })),
        ({ status }) => status === 201,
      );
      expect(again.body.state).toBe('active');
      // The former log is evidence: no function writes it any more.
      expect(await itemsOf(dynamodb, `${STACK}-events`)).toEqual(lost);
    },
    LONG_MS,
  );

  test(
    'goes on in another account: grants of other accounts are kept, and those of the lost one are requested anew',
    async () => {
      const events = `${STACK}-events-restored`;
      await copied(new DynamoDBClient(sdkOf(ACCOUNT)), new DynamoDBClient(sdkOf(NEW_HUB)), events);
      await world.engine.stop();
      const place = { dir: join(world.dir, 'restore'), port: world.engine.port };
      engine = await startMinistack('bin' in installed ? installed.bin : '', place, NEW_HUB);
      const configuration = join(world.dir, 'config.yaml');
      const text = readFileSync(join(ROOT, 'sandbox/config.yaml'), 'utf8');
      writeFileSync(configuration, text.replaceAll(ACCOUNT, NEW_HUB));
      const variation: Variation = { account: NEW_HUB, configuration, params: { eventsTable: events } };
      const folder = join(world.dir, 'other-account');
      const where = { engine: world.engine.url, bitbucket: world.bitbucket, slack: world.slack };
      await packageEmulator(folder, where, variation);
      await deploy(folder, world.engine.url, variation);
      await storeSecrets(sdkOf(NEW_HUB), world.printed);
      await deploySpoke(NEW_HUB, false);
      const api = await apiOf(world.engine.url, NEW_HUB);
      const client = sandboxClient({
        api,
        bitbucket: { url: world.bitbucket },
        aws: { url: world.engine.url },
        slack: { url: world.slack },
      });

      const rebuilt = await command(
        'operations/rebuild',
        [
          ...['--stage', 'sandbox', '--service', 'rolewright-emulator', '--events-table', events],
          ...['--confirm', `sandbox ${NEW_HUB}`],
        ],
        { account: NEW_HUB, env: { ROLEWRIGHT_CONFIG: configuration } },
      );
      expect([rebuilt.stderr, rebuilt.stdout]).toEqual(['', expect.stringContaining('Done:')]);

      const spoke = await grantOf(client, grants.spoke);
      expect(spoke).toMatchObject({ state: 'active', role: { arn: expect.stringContaining(SPOKE) } });
      const revoked = await client.revoke(await person('ada'), grants.spoke);
      expect([revoked.status, revoked.body]).toEqual([200, expect.objectContaining({ state: 'revoked' })]);
      expect(await rolesIn(SPOKE)).not.toContain(spoke.role.name);

      expect(await grantOf(client, grants.kept)).toMatchObject({ state: 'active' });
      const anew = await client.request(await person('ada'), site({ bucket: 'shop-kept' }));
      expect([anew.status, anew.body]).toEqual([201, expect.objectContaining({ state: 'active' })]);
      expect(anew.body.id).not.toBe(grants.kept);
      expect(await rolesIn(NEW_HUB)).toContain((anew.body as unknown as Grant).role.name);
      // Nothing is said to be ended that cannot be looked at.
      const lost = await client.revoke(await person('ada'), grants.kept);
      expect([lost.status, lost.body.state]).toEqual([202, 'revoking']);
    },
    LONG_MS,
  );
});
