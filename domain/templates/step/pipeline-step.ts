import { visible } from '../../shared/text/visible-text.ts';
import { roleCommands, tokenCommands } from './role-commands.ts';
import { profileOf, type StepGrant } from './step-grant.ts';
import { filledPipes, usageCommands } from './usage.ts';
import { quotedYaml, yamlText } from './yaml-text.ts';

/** The step for `bitbucket-pipelines.yml` that uses a grant's role: it runs as pasted, in POSIX sh, and stops with a clear
 *  line where it would run as anyone else. Ends in a line feed. */
export function pipelineStep(grant: StepGrant): string {
  const { image, services = [], setup = [] } = grant.template.step ?? {};
  const usage = usageCommands(grant);
  const commands = [...setup, 'aws --version', ...tokenCommands(), ...roleCommands(grant), ...usage];
  return linesOf([
    ...head({ name: grant.template.name, environment: grant.environment, image, services }),
    ...commands.map((command) => `      - ${yamlText(command)}`),
  ]);
}

/** One step that takes the roles of several grants one after the other, each followed by its commands; each role stays at hand
 *  as a profile. The grants are of one repository and of one environment at most. `notes` become comments, one a line. A step
 *  has one image: where the templates name several, a comment says so. Ends in a line feed. */
export function combinedStep(grants: readonly [StepGrant, ...StepGrant[]], notes: readonly string[]): string {
  const sorted = [...grants].sort((a, b) => (profileOf(a) < profileOf(b) ? -1 : 1));
  const steps = sorted.map(({ template }) => template.step);
  const images = distinct(steps.map((step) => step?.image ?? "Bitbucket's default image"));
  const [image] = steps.flatMap((step) => step?.image ?? []);
  const several =
    images.length > 1
      ? [`The templates name ${images.join(' and ')}: use an image with the tools of all.`]
      : [];
  const environment = grants.find((one) => one.environment)?.environment;
  const commands = [
    ...distinct(steps.flatMap((step) => step?.setup ?? [])),
    'aws --version',
    ...tokenCommands(),
    ...sorted.flatMap((grant) => [...roleCommands(grant), ...usageCommands(grant)]),
  ];
  return linesOf([
    ...[...several, ...notes].map((note) => `# ${visible(note)}`),
    ...head({
      name: nameOf(sorted.map(({ template }) => template.name)),
      environment,
      image,
      services: distinct(steps.flatMap((step) => step?.services ?? [])),
    }),
    ...commands.map((command) => `      - ${yamlText(command)}`),
  ]);
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** The most characters of a step's name that names every template. Our choice. */
const LONGEST_NAME = 60;

/** A name for a step of several templates. */
function nameOf(templates: readonly string[]): string {
  const name = distinct(templates).join(', ');
  return name.length <= LONGEST_NAME ? name : `${templates.length} roles`;
}

/** The same job with Atlassian's pipes; undefined where no pipe does it. Ends in a line feed. */
export function pipeStep(grant: StepGrant): string | undefined {
  const pipes = filledPipes(grant);
  if (pipes.length === 0) return undefined;
  const { role, account } = grant;
  return linesOf([
    ...head({ name: grant.template.name, environment: grant.environment }),
    ...pipes.flatMap(({ pipe, variables }) => [
      `      - pipe: ${yamlText(pipe)}`,
      '        variables:',
      `          AWS_OIDC_ROLE_ARN: ${yamlText(role.arn)}`,
      `          AWS_DEFAULT_REGION: ${yamlText(account.region)}`,
      ...variables.map(([name, value]) => `          ${name}: ${yamlText(value)}`),
    ]),
  ]);
}

type Head = {
  name: string;
  environment: StepGrant['environment'];
  image?: string | undefined;
  services?: readonly string[];
};

function head({ name, environment, image, services = [] }: Head): string[] {
  return [
    '- step:',
    `    name: ${yamlText(name)}`,
    ...(image ? [`    image: ${yamlText(image)}`] : []),
    ...(environment ? [`    deployment: ${quotedYaml(environment.name)}`] : []),
    '    oidc: true',
    ...(services.length > 0 ? [`    services: [${services.map(yamlText).join(', ')}]`] : []),
    '    script:',
  ];
}

const linesOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
