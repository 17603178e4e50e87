import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../../../adapters/settings/files.ts';
import { type SettingsSource, sourceOfStage } from '../../../../adapters/settings/source.ts';
import { startAwsSandbox } from '../../../../sandbox/aws/server.ts';
import { startBitbucketSandbox } from '../../../../sandbox/bitbucket/server.ts';
import { cursorKeys } from '../../../../sandbox/cursor-keys.ts';
import { writeCompanyConfiguration } from '../../../../sandbox/demo/company.ts';
import { createTables, startDynamodbSandbox } from '../../../../sandbox/dynamodb/server.ts';
import { accountSeeds, hubOf, tableDefinitions } from '../../../../sandbox/infrastructure.ts';
import { startSlackSandbox } from '../../../../sandbox/slack/server.ts';
import { functionVariables } from '../../../../sandbox/stack.ts';
import type { WalkClock } from './clock.ts';

const OFFICIAL = 'https://api.bitbucket.org';

/** The stand-ins of a walk, on the walk's clock. */
export type WalkStandIns = {
  awsUrl: string;
  bitbucketUrl: string;
  dynamodbUrl: string;
  /** Where the AWS stand-in keeps its state. */
  awsFolder: string;
  accountId: string;
  /** The settings: of a company with two workspaces and three accounts. */
  source: SettingsSource;
  /** The environment of the product's functions. */
  variables(lambdaPort: number): Record<string, string>;
  close(): Promise<void>;
};

/** Starts Bitbucket, IAM and STS, Slack, and DynamoDB in memory, with the tables and the boundary of `infrastructure/`. */
export async function startWalkStandIns(clock: WalkClock): Promise<WalkStandIns> {
  const root = process.cwd();
  const dir = mkdtempSync(join(tmpdir(), 'crash-walk-'));
  const configurationFile = writeCompanyConfiguration(root, dir);
  const source = { ...sourceOfStage(root, 'sandbox'), configuration: configurationFile };
  const configuration = readConfiguration(source);
  const account = hubOf(configuration.accounts);
  const awsFolder = join(dir, 'aws');
  const now = () => clock.now();
  const names = {
    accountId: account.id,
    partition: account.partition,
    region: account.region,
    prefix: 'rolewright-sandbox',
    boundaryPolicy: account.boundaryPolicy,
  };
  const dynamodb = await startDynamodbSandbox({ port: 0 });
  const bitbucket = await startBitbucketSandbox({ port: 0, dir, now });
  const aws = await startAwsSandbox({
    port: 0,
    dir: awsFolder,
    ...accountSeeds(root, configuration, names.prefix),
    resolveIssuer: (issuer) => issuer.replace(OFFICIAL, bitbucket.url),
    now,
  });
  const slack = await startSlackSandbox({ port: 0, dir, now });
  await createTables(dynamodb.url, tableDefinitions(root, names));
  return {
    awsUrl: aws.url,
    bitbucketUrl: bitbucket.url,
    dynamodbUrl: dynamodb.url,
    awsFolder,
    accountId: account.id,
    source,
    variables: (lambdaPort) =>
      functionVariables({ aws, bitbucket, dynamodb, slack }, { lambdaPort, cursors: cursorKeys(dir) }),
    async close() {
      await Promise.all([aws.close(), bitbucket.close(), dynamodb.close(), slack.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
