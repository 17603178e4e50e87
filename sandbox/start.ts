import { parseArgs } from 'node:util';
import { type SettingsSource, sourceFromEnvironment } from '../adapters/settings/source.ts';
import { settingsWarnings } from '../scripts/build/settings-warnings.ts';
import { seededCredentials } from './bitbucket/credentials/credential.ts';
import type { SeedWorkspace } from './bitbucket/seed.ts';
import { firstRequest } from './first-request.ts';
import { type Only, onlyFrom } from './only/arguments.ts';
import { loneStandInLines, startLoneStandIns } from './only/stand-ins.ts';
import { portsFromEnvironment, type StackPorts, startAdvice, startStack } from './stack.ts';

const usage = `Usage: npm start [-- --config FILE [--access FOLDER]] [--only bitbucket,slack --api URL]

  --config config/prod.yaml   your own configuration instead of sandbox/config.yaml
  --access access             the folder of the access rules beside it; default access
  --only bitbucket,slack      these stand-ins alone, without the API
  --api http://host:port      the API that they deliver to`;

/** What the arguments choose. Throws with the usage if they are not understood. */
function chosen(args: string[]): { source: SettingsSource; only: Only | undefined } {
  const root = process.cwd();
  const text = { type: 'string' } as const;
  const options = { config: text, access: text, only: text, api: text } as const;
  try {
    const { config, access, only, api } = parseArgs({ args, options }).values;
    const variables = { ROLEWRIGHT_CONFIG: config, ROLEWRIGHT_ACCESS: access };
    return { source: sourceFromEnvironment(root, variables, 'sandbox'), only: onlyFrom({ only, api }) };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`);
  }
}

const dir = process.env.SANDBOX_DIR ?? '.sandbox';

/** The credential of a workspace, as people enter it. */
function credentialOf({ slug, uuid }: SeedWorkspace): string {
  const [credential] = seededCredentials([{ slug, uuid }]);
  return credential?.kind === 'oauthConsumer'
    ? `OAuth consumer ${credential.name}, ${credential.secret}`
    : `access token ${credential?.secret}`;
}

/** Stops what was started at the first signal, and ends the process. Returns whether it is stopping. */
function stopOnSignal(started: { stop(): Promise<void> }): () => boolean {
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    started.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  return () => isStopping;
}

const advised = (ports: StackPorts) => (error: Error) => {
  throw new Error(startAdvice(error, ports));
};

async function main(): Promise<void> {
  const ports = portsFromEnvironment(process.env);
  const { source, only } = chosen(process.argv.slice(2));
  if (only) {
    const standIns = await startLoneStandIns(source, only, { dir, ports }).catch(advised(ports));
    stopOnSignal(standIns);
    console.log(loneStandInLines(standIns, only, dir).join('\n'));
    return;
  }
  const options = { root: process.cwd(), dir, ports, source, schedule: true, webhooks: true };
  const stack = await startStack(options).catch(advised(ports));
  const isStopping = stopOnSignal(stack);
  stack.ended.then(() => {
    if (isStopping()) return;
    console.error(`The local gateway has ended unexpectedly; see ${dir}/gateway.log.`);
    stack.stop().finally(() => process.exit(1));
  });

  const lines = [
    '',
    'Rolewright is ready',
    '',
    `  API               ${stack.api}`,
    `  Lambda invoke     ${stack.lambda}`,
    `  Bitbucket Cloud   ${stack.bitbucket.url}/2.0`,
    `  AWS IAM and STS   ${stack.aws.url}`,
    `  DynamoDB          ${stack.dynamodb.url}`,
    `  Slack             ${stack.slack.url}/                 open it in a browser`,
    '',
    `  state and logs    ${dir}/   (npm run sandbox:reset deletes it)`,
    '',
    'Repositories in Bitbucket:',
    ...stack.seed.workspaces.flatMap((workspace) => [
      `  workspace   ${workspace.slug.padEnd(16)} ${workspace.uuid}  ${credentialOf(workspace)}`,
      ...workspace.repositories.flatMap((repository) => [
        `  repository  ${`${workspace.slug}/${repository.slug}`.padEnd(16)} ${repository.uuid}  project ${repository.projectKey}`,
        ...repository.environments.map(({ name, uuid }) => `  environment   ${name.padEnd(14)} ${uuid}`),
      ]),
    ]),
    '',
    ...firstRequest(stack),
    '',
    ...settingsWarnings(source),
    'Ctrl-C stops the stack.',
  ];
  console.log(lines.join('\n'));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
