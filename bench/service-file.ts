import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bare functions next to the product's, for one gateway. */
export const gatewayFunctions = `
  bareHttp:
    handler: bench/bare/http.handler
    role: FrontRole
    timeout: 28
    environment:
      BARE_PROVISIONER_FUNCTION: \${self:custom.prefix}-bare-provisioner
    events:
      - httpApi: POST /bare/grants
      - httpApi: GET /bare/grants/{id}
      - httpApi: DELETE /bare/grants/{id}
  leastHttp:
    handler: bench/bare/least.handler
    role: FrontRole
    timeout: 28
    events:
      - httpApi: POST /least/grants
      - httpApi: GET /least/grants/{id}
      - httpApi: DELETE /least/grants/{id}
  bareWebhook:
    handler: bench/bare/webhook.handler
    role: FrontRole
    timeout: 8
    events:
      - httpApi: POST /bare/webhooks/{workspace}
  bareSlack:
    handler: bench/bare/slack.handler
    role: FrontRole
    timeout: 10
    memorySize: 1024
    events:
      - httpApi: POST /bare/slack/commands
  bareProvisioner:
    handler: bench/bare/provisioner.handler
    name: \${self:custom.prefix}-bare-provisioner
    role: FrontRole
    timeout: 30
`;

/** One bare module for each function of the product, to be packaged. */
export const packagedFunctions = (names: readonly string[]): string =>
  names
    .map(
      (name) => `
  ${bareNameOf(name)}:
    handler: bench/bare/modules/${name}.handler
    role: FrontRole
`,
    )
    .join('');

/** The bare function that answers, packaged as the product's are. */
export const BARE_ANSWER = 'bareAnswer';
export const packagedBareAnswer = `
  ${BARE_ANSWER}:
    handler: bench/bare/http.handler
    role: FrontRole
`;

/** The name of the bare function that a function of the product is compared with. */
export const bareNameOf = (name: string): string => `bare${name[0]?.toUpperCase()}${name.slice(1)}`;

/** The service with all of the SDK's credential sources in its bundles. Throws if they were there already. */
export function withCredentialChain(service: string): string {
  const edited = service.replace(/^ {4}alias: \{ "@aws-sdk\/credential-provider-node": .*$/m, '');
  if (edited === service)
    throw new Error('serverless.yml puts nothing in the place of the chain of credentials');
  return edited;
}

/** Runs `work` while an edited copy of `serverless.yml` with the additional `functions` exists beside it; passes the
 *  file's name. */
export async function withServiceFile<T>(
  {
    root,
    functions,
    edit = (service) => service,
  }: { root: string; functions: string; edit?: (service: string) => string },
  work: (file: string) => Promise<T>,
): Promise<T> {
  const file = `serverless.bench-${process.pid}.yml`;
  const path = join(root, file);
  const remove = () => rmSync(path, { force: true });
  const service = readFileSync(join(root, 'serverless.yml'), 'utf8');
  writeFileSync(path, edit(service.replace(/^functions:$/m, (line) => `${line}${functions.trimEnd()}`)));
  process.once('exit', remove);
  try {
    return await work(file);
  } finally {
    remove();
  }
}
