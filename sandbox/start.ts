import { parseArgs } from 'node:util';
import { type SettingsSource, sourceFromEnvironment } from '../adapters/settings/source.ts';
import { settingsWarnings } from '../scripts/build/settings-warnings.ts';
import { seed } from './bitbucket/seed.ts';
import { portsFromEnvironment, startAdvice, startStack } from './stack.ts';

const usage = `Usage: npm start [-- --config FILE [--access FOLDER]]

  --config config/prod.yaml   your own configuration instead of sandbox/config.yaml
  --access access             the folder of the access rules beside it; default access`;

/** The settings that the arguments choose. Throws with the usage if they are not understood. */
function chosenSource(args: string[]): SettingsSource {
  const root = process.cwd();
  const options = { config: { type: 'string' }, access: { type: 'string' } } as const;
  try {
    const { config, access } = parseArgs({ args, options }).values;
    return sourceFromEnvironment(root, { ROLEWRIGHT_CONFIG: config, ROLEWRIGHT_ACCESS: access }, 'sandbox');
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`);
  }
}

const dir = process.env.SANDBOX_DIR ?? '.sandbox';

async function main(): Promise<void> {
  const ports = portsFromEnvironment(process.env);
  const source = chosenSource(process.argv.slice(2));
  const options = { root: process.cwd(), dir, ports, source, schedule: true, webhooks: true };
  const stack = await startStack(options).catch((error: Error) => {
    throw new Error(startAdvice(error, ports));
  });
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    stack.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  stack.ended.then(() => {
    if (isStopping) return;
    console.error(`The local gateway has ended unexpectedly; see ${dir}/gateway.log.`);
    stack.stop().finally(() => process.exit(1));
  });

  const lines = [
    '',
    'Rolewright is ready',
    '',
    `  API               ${stack.api}`,
    `  Lambda invoke     ${stack.lambda}`,
    `  Bitbucket Cloud   ${stack.bitbucket.url}/2.0        token: sandbox-token-acme (globex: OAuth consumer sandbox-key, sandbox-secret)`,
    `  AWS IAM and STS   ${stack.aws.url}`,
    `  DynamoDB          ${stack.dynamodb.url}`,
    `  Slack             ${stack.slack.url}/                 open it in a browser`,
    '',
    `  state and logs    ${dir}/   (npm run sandbox:reset deletes it)`,
    '',
    'Repositories in Bitbucket:',
    ...seed.workspaces.flatMap((workspace) => [
      `  workspace   ${workspace.slug.padEnd(16)} ${workspace.uuid}`,
      ...workspace.repositories.flatMap((repository) => [
        `  repository  ${`${workspace.slug}/${repository.slug}`.padEnd(16)} ${repository.uuid}  project ${repository.projectKey}`,
        ...repository.environments.map(({ name, uuid }) => `  environment   ${name.padEnd(14)} ${uuid}`),
      ]),
    ]),
    '',
    'A first request, as ada of the platform team:',
    `  TOKEN=$(curl -s ${stack.bitbucket.url}/sandbox/person-token -d '{"email":"ada@acme.example"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    `  curl -s ${stack.api}/v1/grants -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\`,
    `    -d '{"repository":"acme/shop","template":"s3-static-site","parameters":{"bucket":"shop-site"}}'`,
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
