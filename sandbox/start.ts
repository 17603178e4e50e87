import { settingsWarnings } from '../scripts/build/settings-warnings.ts';
import { seed } from './bitbucket/seed.ts';
import { portsFromEnvironment, startAdvice, startStack } from './stack.ts';

const dir = process.env.SANDBOX_DIR ?? '.sandbox';

async function main(): Promise<void> {
  const ports = portsFromEnvironment(process.env);
  const stack = await startStack({ root: process.cwd(), dir, ports, schedule: true, webhooks: true }).catch(
    (error: Error) => {
      throw new Error(startAdvice(error, ports));
    },
  );
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
    `  Bitbucket Cloud   ${stack.bitbucket.url}/2.0        token: sandbox-token`,
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
    ...settingsWarnings(process.cwd()),
    'Ctrl-C stops the stack.',
  ];
  console.log(lines.join('\n'));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
