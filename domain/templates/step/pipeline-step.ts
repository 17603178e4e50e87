import { roleCommands, tokenCommands } from './role-commands.ts';
import type { StepGrant } from './step-grant.ts';
import { filledPipes, usageCommands } from './usage.ts';
import { quotedYaml, yamlText } from './yaml-text.ts';

/** The step for `bitbucket-pipelines.yml` that uses a grant's role: it runs as pasted, in POSIX sh, and stops with a clear
 *  line where it would run as anyone else. Ends in a line feed. */
export function pipelineStep(grant: StepGrant): string {
  const { image, services = [], setup = [] } = grant.template.step ?? {};
  const usage = usageCommands(grant);
  const commands = [...setup, 'aws --version', ...tokenCommands(), ...roleCommands(grant), ...usage];
  return linesOf([
    ...head(grant, { image, services }),
    ...commands.map((command) => `      - ${yamlText(command)}`),
  ]);
}

/** The same job with Atlassian's pipes; undefined where no pipe does it. Ends in a line feed. */
export function pipeStep(grant: StepGrant): string | undefined {
  const pipes = filledPipes(grant);
  if (pipes.length === 0) return undefined;
  const { role, account } = grant;
  return linesOf([
    ...head(grant, {}),
    ...pipes.flatMap(({ pipe, variables }) => [
      `      - pipe: ${yamlText(pipe)}`,
      '        variables:',
      `          AWS_OIDC_ROLE_ARN: ${yamlText(role.arn)}`,
      `          AWS_DEFAULT_REGION: ${yamlText(account.region)}`,
      ...variables.map(([name, value]) => `          ${name}: ${yamlText(value)}`),
    ]),
  ]);
}

function head(
  { template, environment }: StepGrant,
  { image, services = [] }: { image?: string | undefined; services?: readonly string[] },
): string[] {
  return [
    '- step:',
    `    name: ${yamlText(template.name)}`,
    ...(image ? [`    image: ${yamlText(image)}`] : []),
    ...(environment ? [`    deployment: ${quotedYaml(environment.name)}`] : []),
    '    oidc: true',
    ...(services.length > 0 ? [`    services: [${services.map(yamlText).join(', ')}]`] : []),
    '    script:',
  ];
}

const linesOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
