import { resolve } from 'node:path';
import { readConfiguration, readTemplates } from '../adapters/settings/files.ts';
import { type SettingsSource, sourceOfStage } from '../adapters/settings/source.ts';
import { checkedSettings } from '../scripts/build/embed-settings.ts';
import { type AwsSandbox, type AwsSandboxOptions, startAwsSandbox } from './aws/server.ts';
import { seededVariables } from './bitbucket/credentials/credential.ts';
import { type Seed, seed as standardSeed, webhookSecretsOf } from './bitbucket/seed.ts';
import { seedFor } from './bitbucket/seed-for.ts';
import { type BitbucketSandbox, startBitbucketSandbox } from './bitbucket/server.ts';
import { cursorKeys } from './cursor-keys.ts';
import { createTables, type DynamodbSandbox, startDynamodbSandbox } from './dynamodb/server.ts';
import { startGateway } from './gateway.ts';
import { freePort } from './http/local-server.ts';
import { accountSeeds, hubOf, tableDefinitions } from './infrastructure.ts';
import { slackSeed, slackSeedFor } from './slack/seed.ts';
import { type SlackSandbox, startSlackSandbox } from './slack/server.ts';

/** Ports of a stack; 0 chooses a free one. */
export type StackPorts = {
  api: number;
  lambda: number;
  bitbucket: number;
  aws: number;
  dynamodb: number;
  slack: number;
};

/** The default ports, and the variable that changes each. */
const STANDARD = {
  api: ['ROLEWRIGHT_PORT', 3000],
  lambda: ['SANDBOX_LAMBDA_PORT', 3002],
  bitbucket: ['SANDBOX_BITBUCKET_PORT', 4010],
  aws: ['SANDBOX_AWS_PORT', 4020],
  dynamodb: ['SANDBOX_DYNAMODB_PORT', 4030],
  slack: ['SANDBOX_SLACK_PORT', 4040],
} as const satisfies Record<keyof StackPorts, readonly [string, number]>;

/** The ports of a stack from environment variables. */
export const portsFromEnvironment = (variables: NodeJS.ProcessEnv): StackPorts => ({
  api: toPort(variables, ...STANDARD.api),
  lambda: toPort(variables, ...STANDARD.lambda),
  bitbucket: toPort(variables, ...STANDARD.bitbucket),
  aws: toPort(variables, ...STANDARD.aws),
  dynamodb: toPort(variables, ...STANDARD.dynamodb),
  slack: toPort(variables, ...STANDARD.slack),
});

/** What to do about a failed start because of a taken port or folder; else its own message. */
export function startAdvice({ message }: Error, ports: StackPorts): string {
  if (message.startsWith('another sandbox is running')) {
    return `${message}. Stop it with Ctrl-C in its terminal, or give this stack another folder with SANDBOX_DIR, and other ports.`;
  }
  const taken = /EADDRINUSE\D.*?:(\d+)/.exec(message)?.[1];
  const name = (Object.keys(STANDARD) as (keyof StackPorts)[]).find((key) => String(ports[key]) === taken);
  if (!name) return message;
  return `Port ${taken} is taken. Stop the process that listens there, or choose another port with ${STANDARD[name][0]}=<port>.`;
}

/** Every port chosen free. */
export const freePorts: StackPorts = { api: 0, lambda: 0, bitbucket: 0, aws: 0, dynamodb: 0, slack: 0 };

function toPort(variables: NodeJS.ProcessEnv, name: string, standard: number): number {
  const text = variables[name];
  if (text === undefined || text === '') return standard;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Error(`${name} must be a port, 0 to 65535; it is ${JSON.stringify(text)}`);
}

/** The stand-ins without the gateway. */
export type StandIns = {
  bitbucket: BitbucketSandbox;
  aws: AwsSandbox;
  dynamodb: DynamodbSandbox;
  slack: SlackSandbox;
};

/** A running stack. `variables` is what a process needs to use the product's own adapters on it. */
export type Stack = StandIns & {
  /** What the stand-in for Bitbucket began with. */
  seed: Seed;
  api: string;
  lambda: string;
  variables: Record<string, string>;
  /** Stops everything that was started. */
  stop(): Promise<void>;
  /** Resolves when the gateway has ended, intentionally or not. */
  ended: Promise<void>;
};

const OFFICIAL = 'https://api.bitbucket.org';
const PREFIX = 'rolewright-sandbox';

/** Starts the stand-ins for Bitbucket, AWS and Slack and the local DynamoDB, with the tables and the boundary of
 *  `infrastructure/`. */
export async function startStandIns(
  source: SettingsSource,
  dir: string,
  ports: StackPorts & Pick<AwsSandboxOptions, 'rolesQuota'>,
): Promise<StandIns> {
  const { root } = source;
  const configuration = readConfiguration(source);
  const account = hubOf(configuration.accounts);
  const names = {
    accountId: account.id,
    partition: account.partition,
    region: account.region,
    prefix: PREFIX,
    boundaryPolicy: account.boundaryPolicy,
  };
  const started: { close(): Promise<void> }[] = [];
  try {
    const dynamodb = await startDynamodbSandbox({ port: ports.dynamodb, dir });
    started.push(dynamodb);
    const bitbucket = await startBitbucketSandbox({
      port: ports.bitbucket,
      dir,
      seed: seedFor(configuration),
    });
    started.push(bitbucket);
    const aws = await startAwsSandbox({
      port: ports.aws,
      dir,
      ...(ports.rolesQuota ? { rolesQuota: ports.rolesQuota } : {}),
      ...accountSeeds(root, configuration, PREFIX),
      resolveIssuer: (issuer) =>
        issuer.startsWith(`${OFFICIAL}/`) ? issuer.replace(OFFICIAL, bitbucket.url) : undefined,
    });
    started.push(aws);
    const slack = await startSlackSandbox({ port: ports.slack, dir, seed: slackSeedFor(configuration) });
    started.push(slack);
    await createTables(dynamodb.url, tableDefinitions(root, names));
    return { bitbucket, aws, dynamodb, slack };
  } catch (error) {
    await Promise.all(started.map((server) => server.close()));
    throw error;
  }
}

/** The environment of the product's functions on these stand-ins; `cursors` are the keys of the lists' cursors, `region` that of
 *  the account that they run in. */
export const functionVariables = (
  standIns: StandIns,
  {
    lambdaPort,
    cursors,
    workspaces = standardSeed.workspaces,
    region = 'eu-central-1',
  }: {
    lambdaPort: number;
    cursors: string;
    workspaces?: readonly { slug: string; uuid: string }[];
    region?: string;
  },
): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: 'SANDBOX',
  AWS_SECRET_ACCESS_KEY: 'sandbox',
  AWS_REGION: region,
  AWS_ENDPOINT_URL_IAM: standIns.aws.url,
  AWS_ENDPOINT_URL_STS: standIns.aws.url,
  AWS_ENDPOINT_URL_SSM: standIns.aws.url,
  AWS_ENDPOINT_URL_DYNAMODB: standIns.dynamodb.url,
  AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${lambdaPort}`,
  ...seededVariables(workspaces),
  FROZEN_PARAMETER: '/rolewright/sandbox/frozen',
  CURSOR_KEYS: cursors,
  BITBUCKET_WEBHOOK_SECRETS: JSON.stringify(webhookSecretsOf(workspaces)),
  SANDBOX_BITBUCKET_URL: standIns.bitbucket.url,
  SANDBOX_SLACK_URL: standIns.slack.url,
  SLACK_BOT_TOKEN: slackSeed.botToken,
  SLACK_SIGNING_SECRET: slackSeed.signingSecret,
  EVENTS_TABLE: `${PREFIX}-events`,
  CHECKPOINTS_TABLE: `${PREFIX}-checkpoints`,
  GRANTS_TABLE: `${PREFIX}-grants`,
  CLAIMS_TABLE: `${PREFIX}-claims`,
  PROVISIONER_FUNCTION: `${PREFIX}-provisioner`,
  WORKER_FUNCTION: `${PREFIX}-worker`,
  RECONCILER_FUNCTION: `${PREFIX}-reconciler`,
  ROLEWRIGHT_STAGE: 'sandbox',
});

/** `schedule`: the reconciler runs every minute. `webhooks`: events of Bitbucket's stand-in are delivered to the API.
 *  `serviceFile` replaces `serverless.yml`, and `source` the settings of the sandbox. */
export type StackOptions = {
  schedule?: boolean;
  webhooks?: boolean;
  serviceFile?: string;
  source?: SettingsSource;
};

/** Starts the whole stack: the stand-ins, and the product's functions behind a local gateway. State is kept in `dir`
 *  and survives a restart. Rejects, with nothing left running, if a part cannot start. */
export async function startStack({
  root,
  dir,
  ports,
  schedule = false,
  webhooks = false,
  serviceFile,
  source = sourceOfStage(root, 'sandbox'),
}: StackOptions & { root: string; dir: string; ports: StackPorts }): Promise<Stack> {
  readTemplates(root);
  const configuration = readConfiguration(source);
  const seed = seedFor(configuration);
  const folder = resolve(dir);
  const standIns = await startStandIns(source, folder, ports);
  const closeAll = () => Promise.all(Object.values(standIns).map((server) => server.close()));
  const start = async () => {
    const port = ports.api || (await freePort());
    const lambdaPort = ports.lambda || (await freePort());
    const variables = functionVariables(standIns, {
      lambdaPort,
      cursors: cursorKeys(folder),
      workspaces: seed.workspaces,
      region: hubOf(configuration.accounts).region,
    });
    const service = serviceFile === undefined ? {} : { serviceFile };
    const options = { source, dir: folder, port, lambdaPort, variables, schedule, ...service };
    return { ...(await startGateway(options)), lambda: `http://127.0.0.1:${lambdaPort}`, variables };
  };
  let gateway: Awaited<ReturnType<typeof start>>;
  try {
    gateway = await start().catch((error: Error) => {
      // An error in the settings ends the gateway, and is clearer than the end of its log.
      checkedSettings(source);
      // Another process may have taken the port in the seconds between its choice and the start of the gateway.
      const isChosen = ports.api === 0 || ports.lambda === 0;
      if (isChosen && error.message.includes('EADDRINUSE')) return start();
      throw error;
    });
  } catch (error) {
    await closeAll();
    throw error;
  }
  standIns.slack.deliverTo(gateway.url);
  if (webhooks) standIns.bitbucket.connectWebhooks(gateway.url);
  return {
    ...standIns,
    seed,
    api: gateway.url,
    lambda: gateway.lambda,
    variables: gateway.variables,
    ended: gateway.ended,
    async stop() {
      await gateway.stop();
      await closeAll();
    },
  };
}
