import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeletePolicyCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toAttributes } from '../../adapters/dynamodb/event-item.ts';
import { ROOT, serverless } from '../support/arch/infrastructure.ts';
import { query } from '../support/deployed/calls.ts';
import { type Engine, placeIn, startMinistack } from '../support/deployed/engines.ts';
import {
  changedPackage,
  credentials,
  deploy,
  packageEmulator,
  remove,
  STACK,
} from '../support/deployed/packages.ts';
import { installEngine } from '../support/deployed/python.ts';
import { itemsOf, restored } from '../support/deployed/tables.ts';
import { World } from '../support/domain/fakes/fakes.ts';
import { GRANT_ID } from '../support/domain/samples.ts';

const run = promisify(execFile);

const installed = installEngine('ministack');
if ('missing' in installed) console.warn(`Recovery on MiniStack is left out. ${installed.missing}`);

const LONG_MS = 900_000;

/** How many functions the stack has. */
const FUNCTIONS = Object.keys(serverless.functions).length;

('missing' in installed ? describe.skip : describe)('on a fresh MiniStack', () => {
  let dir: string;
  let folder: string;
  let engine: Engine;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'rolewright-recovery-'));
    engine = await startMinistack('bin' in installed ? installed.bin : '', await placeIn(dir, 'ministack'));
    folder = join(dir, 'package');
    const nowhere = 'http://127.0.0.1:9';
    await packageEmulator(folder, { engine: engine.url, bitbucket: nowhere, slack: nowhere });
  }, LONG_MS);

  afterAll(async () => {
    await engine?.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });

  /** How the SDK's clients reach the engine. */
  function sdkOptions() {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentials(
      engine.url,
    );
    return {
      region: 'eu-central-1',
      endpoint: engine.url,
      credentials: { accessKeyId, secretAccessKey },
    };
  }

  /** The tables, functions and roles of the stack that are there. */
  async function left() {
    const sdk = sdkOptions();
    const [dynamodb, lambda, iam] = [new DynamoDBClient(sdk), new LambdaClient(sdk), new IAMClient(sdk)];
    const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    const short = (name: string | undefined) => (name ?? '').replace(`${STACK}-`, '');
    return {
      tables: TableNames.map(short).sort(),
      functions: Functions.length,
      roles: Roles.map(({ RoleName }) => RoleName ?? '')
        .filter((name) => name.startsWith(STACK))
        .map(short)
        .sort(),
    };
  }

  const status = async () =>
    /<StackStatus>(\w+)</.exec(
      await query(engine.url, 'cloudformation', {
        Action: 'DescribeStacks',
        StackName: STACK,
        Version: '2010-05-15',
      }).catch(() => ''),
    )?.[1];

  test(
    'a first deployment that fails leaves nothing that blocks the next one',
    async () => {
      const broken = changedPackage(folder, join(dir, 'broken'), ({ Resources }) => {
        Resources.Broken = {
          // A type that no engine and no account has.
          Type: 'AWS::Rolewright::Missing',
          DependsOn: ['EventsTable', 'GrantsTable', 'ProvisionerRole'],
          Properties: {},
        };
      });
      await expect(deploy(broken, engine.url)).rejects.toThrow();
      expect(await left()).toEqual({ tables: [], functions: 0, roles: [] });
      if (await status()) await remove(engine.url);
      await deploy(folder, engine.url);
      expect(await left()).toMatchObject({
        tables: ['checkpoints', 'claims', 'events', 'grants'],
        functions: FUNCTIONS,
      });
    },
    LONG_MS,
  );

  test(
    'a removal keeps the log, the read model and the roles that spokes trust',
    async () => {
      await remove(engine.url);
      expect(await left()).toEqual({
        tables: ['events', 'grants'],
        functions: 0,
        roles: ['provisioner', 'reconciler'],
      });
      expect(await status()).toBeUndefined();
    },
    LONG_MS,
  );

  test(
    'a recovery adopts the log that a removed stack has left, and the next deployment keeps it',
    async () => {
      const dynamodb = new DynamoDBClient(sdkOptions());
      const events = `${STACK}-events`;
      const world = new World();
      await world.request();
      const items = (await world.log.loadFrom(GRANT_ID, 1, 100)).flatMap((stored) =>
        stored.kind === 'known' ? [toAttributes(stored.event)] : [],
      );
      // MiniStack imports no managed policy; without one, the next deployment makes it.
      const PolicyArn = 'arn:aws:iam::111122223333:policy/rolewright-boundary';
      await new IAMClient(sdkOptions()).send(new DeletePolicyCommand({ PolicyArn }));
      for (const Item of items) await dynamodb.send(new PutItemCommand({ TableName: events, Item }));
      const command = [
        'scripts/operations/deploy-recover.ts',
        ...['--stage', 'sandbox', '--service', 'rolewright-emulator', '--package', folder],
      ];
      const env = { ...process.env, ...credentials(engine.url), ROLEWRIGHT_CONFIG: 'sandbox/config.yaml' };
      const recover = (...more: string[]) =>
        run(process.execPath, [...command, ...more], { cwd: ROOT, env }).catch((error) => error);
      const shown = await recover();
      expect(shown.stdout).toContain(`adopt   ${events}`);
      expect(shown.stderr).toContain("Confirm with --confirm 'sandbox 111122223333'");
      expect(await status()).toBeUndefined();
      const done = await recover('--confirm', 'sandbox 111122223333');
      expect([done.stderr, done.stdout]).toEqual(['', expect.stringContaining('Done. Deploy now')]);
      await deploy(folder, engine.url);
      expect(await left()).toMatchObject({
        tables: ['checkpoints', 'claims', 'events', 'grants'],
        functions: FUNCTIONS,
      });
      expect(await itemsOf(dynamodb, events)).toHaveLength(items.length);
    },
    LONG_MS,
  );

  test(
    'the log of a deployed stack can be restored to a point in time, whole',
    async () => {
      const client = new DynamoDBClient(sdkOptions());
      const contentOf = async (table: string) =>
        (await itemsOf(client, table)).map((item) => JSON.stringify(item)).sort();
      const before = await contentOf(`${STACK}-events`);
      expect(before.length).toBeGreaterThan(0);
      expect(await contentOf(await restored(client, `${STACK}-events`))).toEqual(before);
    },
    LONG_MS,
  );
});
