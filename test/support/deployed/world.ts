import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { freePort } from '../../../sandbox/http/local-server.ts';
import { type SandboxClient, sandboxClient } from '../../../sandbox/sandbox-client.ts';
import { ROOT } from '../arch/infrastructure.ts';
import { ACCOUNT, type Engine, type Place, placeIn, REGION } from './engines.ts';
import { deploy, packageEmulator, type Template, templateOf } from './packages.ts';
import { answers, type Served, serve } from './process.ts';

/** The packaged stack on an engine, with the stand-ins for Bitbucket and Slack beside it. */
export type DeployedWorld = {
  dir: string;
  engine: Engine;
  /** The folder of the package, and its template. */
  folder: string;
  template: Template;
  /** The URL of the HTTP API. */
  api: string;
  bitbucket: string;
  slack: string;
  /** What the stand-ins printed: the commands that store the secrets. */
  printed: string;
  client: SandboxClient;
  /** The client of the AWS SDK that speaks to the engine as the administrator. */
  sdk: { region: string; endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  close(): Promise<void>;
};

/** How an engine starts in a place, and where the HTTP API of the deployed stack is. */
export type EngineKind = {
  name: string;
  start(place: Place): Promise<Engine>;
  apiOf(engine: Engine, template: Template): Promise<string>;
};

/** Packages the stack, starts the engine, deploys, starts `npm start -- --only bitbucket,slack --api URL`, and stores the
 *  secrets that this prints. */
export async function deployedWorld(kind: EngineKind): Promise<DeployedWorld> {
  const dir = mkdtempSync(join(tmpdir(), `rolewright-${kind.name}-`));
  const started: Served[] = [];
  const close = async () => {
    for (const served of started.reverse()) await served.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const place = await placeIn(dir, kind.name);
    const [bitbucketPort, slackPort] = [await freePort(), await freePort()];
    const [bitbucket, slack] = [`http://127.0.0.1:${bitbucketPort}`, `http://127.0.0.1:${slackPort}`];
    const folder = join(dir, 'package');
    const starting = kind.start(place);
    const packaging = packageEmulator(folder, {
      engine: `http://127.0.0.1:${place.port}`,
      bitbucket,
      slack,
    });
    const [engine] = await Promise.all([
      starting.then((one) => {
        started.push(one);
        return one;
      }),
      packaging,
    ]);
    const template = templateOf(folder);
    await deploy(folder, engine.url);
    const api = await kind.apiOf(engine, template);
    const standIns = await serve(
      [process.execPath, 'sandbox/start.ts', '--only', 'bitbucket,slack', '--api', api],
      {
        cwd: ROOT,
        log: join(dir, 'stand-ins.log'),
        env: {
          PATH: process.env.PATH,
          SANDBOX_DIR: join(dir, 'sandbox'),
          SANDBOX_BITBUCKET_PORT: String(bitbucketPort),
          SANDBOX_SLACK_PORT: String(slackPort),
        },
      },
      { isUp: async (text) => text.includes('The stand-ins are ready'), withinMs: 180_000 },
    );
    started.push(standIns);
    const sdk = {
      region: REGION,
      endpoint: engine.url,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' },
    };
    const printed = readFileSync(standIns.log, 'utf8');
    await storeSecrets(sdk, printed);
    if (!(await answers(`${api}/healthz`))) throw new Error(`${api}/healthz does not answer`);
    const client = sandboxClient({
      api,
      bitbucket: { url: bitbucket },
      aws: { url: engine.url },
      slack: { url: slack },
    });
    return { dir, engine, folder, template, api, bitbucket, slack, printed, client, sdk, close };
  } catch (error) {
    const logs = started.map(({ log }) => `${log}:\n${readFileSync(log, 'utf8').slice(-3000)}`);
    await close();
    throw new Error(`${(error as Error).message}\n${logs.join('\n')}`);
  }
}

/** Stores the parameters that the stand-ins printed, as the administrator of an account does. */
export async function storeSecrets(sdk: DeployedWorld['sdk'], printed: string): Promise<void> {
  const ssm = new SSMClient(sdk);
  for (const [, Name, Value] of printed.matchAll(/--name (\S+) --value '(.*)'$/gm)) {
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  }
  ssm.destroy();
}
