import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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

const installed = installEngine('ministack');
if ('missing' in installed) console.warn(`Recovery on MiniStack is left out. ${installed.missing}`);

const LONG_MS = 900_000;

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

  /** The tables, functions and roles of the stack that are there. */
  async function left() {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentials(
      engine.url,
    );
    const sdk = {
      region: 'eu-central-1',
      endpoint: engine.url,
      credentials: { accessKeyId, secretAccessKey },
    };
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
        functions: 10,
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
});
