import { parameterTypes } from '../../domain/templates/parameters/parameter-types.ts';
import { exampleParameters } from '../../domain/templates/parameters.ts';
import type { TemplateParameter } from '../../domain/templates/schema.ts';
import type { Template } from '../../domain/templates/template.ts';
import type { Job } from '../jobs/job-schema.ts';
import { jobRows } from './job-table.ts';
import { samplePolicy } from './sample.ts';
import { sampleSteps } from './sample-step.ts';
import { keyChapter, leftOutChapter } from './shared-chapters.ts';

/** `docs/templates.md`: one chapter for each template. */
export function templatePage(templates: readonly Template[], jobs: ReadonlyMap<string, Job>): string {
  const byName = [...templates].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${[
    '# Templates',
    'What can be asked for. Made from `templates/*.yaml` by `npm run templates:docs`; [CONTRIBUTING.md](../CONTRIBUTING.md) says how to add one, [guardrails.md](guardrails.md) what none may do.',
    'Each example is rendered for account 111122223333 in eu-central-1; a grant has its own steps in `pipelineSnippet` and `pipeSnippet`, and [pipelines.md](pipelines.md) explains their commands. Names of resources must be owned by the repository or its project ([configuration.md](configuration.md#ownership)); a template whose names need a rule *that lists it* gets none from a rule for every template.',
    table(
      ['template', 'for', 'scope', 'approval', 'names need a rule', 'requestable by'],
      byName.map(({ name, description, scope, approval, ownership, requestableBy }) => [
        `[\`${name}\`](#${name})`,
        description,
        scope === 'environment' ? 'environment only' : 'any',
        approval,
        ownership === 'named' ? 'that lists it' : 'for it, or for every template',
        requestableBy.join(', '),
      ]),
    ),
    ...leftOutChapter(),
    ...keyChapter(),
    ...byName.flatMap((template) => chapter(template, jobs.get(template.name))),
  ].join('\n\n')}\n`;
}

function chapter(template: Template, job: Job | undefined): string[] {
  const { name, description, scope, approval, requestableBy, maxSessionDuration, actsThrough, ownership } =
    template;
  const parameters = exampleParameters(template);
  const { pipeline, pipes } = sampleSteps(template);
  const request = {
    repository: 'acme/shop',
    ...(scope === 'environment' ? { environment: 'Production' } : {}),
    template: name,
    parameters,
  };
  return [
    `## ${name}`,
    `${description}.`,
    ...(actsThrough ? [`> **Others act for this role.** ${actsThrough}`] : []),
    `${scope === 'environment' ? 'For deployment environments only' : 'For a repository or one of its deployment environments'}; ${approval === 'required' ? 'another person must approve it' : 'no approval'}; requestable by ${requestableBy.join(', ')}; sessions of up to ${maxSessionDuration / 3600} h${lifetimeText(template)}.`,
    ...(ownership === 'named'
      ? [
          `An ownership rule gives this template names only if its \`templates\` list \`${name}\` ([configuration.md](configuration.md#ownership)).`,
        ]
      : []),
    table(
      ['parameter', 'is', 'value'],
      Object.entries(template.parameters).map(([parameter, it]) => [
        `\`${parameter}\``,
        it.description,
        valueRule(it),
      ]),
    ),
    `Request:\n\n${fence('json', JSON.stringify(request, null, 2))}`,
    `Pipeline step:\n\n${fence('yaml', pipeline)}`,
    ...(pipes === undefined ? [] : [`With Atlassian's pipes:\n\n${fence('yaml', pipes)}`]),
    ...(template.notes.length > 0 ? [template.notes.map((note) => `- ${note}`).join('\n')] : []),
    `Permissions:\n\n${fence('json', JSON.stringify(samplePolicy(template), null, 2))}`,
    ...(job === undefined
      ? []
      : [
          `Tried with ${code(JSON.stringify(job.parameters))}:`,
          table(['tool, or why not', 'does', 'comes out'], jobRows(job)),
        ]),
  ];
}

/** How long a template's grants last, and whether its requests must say why; nothing where it does not say. */
function lifetimeText({ lifetime = {}, reason }: Template): string {
  const { default: usual, max, required } = lifetime;
  return [
    ...(usual === undefined ? [] : [`grants last ${usual} unless asked`]),
    ...(max === undefined ? [] : [`grants last ${max} at most after their last approval`]),
    ...(required ? ['each grant must end'] : []),
    ...(reason === 'required' ? ['each request must say why'] : []),
  ]
    .map((text) => `; ${text}`)
    .join('');
}

const code = (text: string): string => `\`${text}\``;

/** What a parameter takes, in words. */
function valueRule(parameter: TemplateParameter): string {
  const { type, optional, list, exclusive, pattern, allowed, with: other, default: filled } = parameter;
  const rule = parameterTypes[type].rule.replace(/^must be (?:an? |the )?/, '');
  return [
    list ? `list of 1–${list.max}, each: ${rule}` : rule,
    ...(exclusive
      ? ['used exclusively: a request of another repository that reaches it waits for approval']
      : []),
    ...(optional ? [other ? `optional, together with \`${other}\`` : 'optional'] : []),
    ...(pattern ? [`named like \`${pattern}\``] : []),
    ...(allowed ? [`one of ${allowed.map((value) => `\`${value}\``).join(', ')}`] : []),
    ...(filled === undefined
      ? []
      : [
          `default ${[filled]
            .flat()
            .map((text) => `\`${text}\``)
            .join(', ')}`,
        ]),
  ].join('; ');
}

const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
