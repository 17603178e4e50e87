import * as z from 'zod';

const parameterName = z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/, 'must be the name of a parameter');

/** One line of POSIX sh: printable, without a line break. */
const shellLine = z
  .string()
  .regex(
    /^[^\p{Cc}\p{Zl}\p{Zp}]{1,1000}$/u,
    'must be one line of 1–1000 characters without control characters',
  );

/** An image reference with a tag or digest: the grammar of the distribution specification, in lower case. A tag is
 *  required, so that a step does not change by itself. */
const IMAGE_REFERENCE =
  /^(?=.{3,255}$)(?:[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$/;

/** A pipe as `bitbucket-pipelines.yml` names it, e.g. `atlassian/aws-s3-deploy:1.6.1`. */
const PIPE_REFERENCE = /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*:[0-9]+\.[0-9]+\.[0-9]+$/;

/** When a line or pipe belongs to a step: a name alone means that the optional parameter is given. */
const conditional = {
  when: parameterName.optional().describe('An optional parameter: left out of the step unless it is given'),
  unless: z
    .union([parameterName, z.array(parameterName).min(2)])
    .optional()
    .describe('An optional parameter, or several: left out of the step if one of them is given'),
};

const usageSchema = z.union(
  [shellLine.transform((run) => ({ run }) as UsageLine), z.strictObject({ run: shellLine, ...conditional })],
  'must be one line of 1–1000 characters without control characters, or {run, when, unless} with such a line',
);

const pipeSchema = z.strictObject({
  pipe: z
    .string()
    .regex(PIPE_REFERENCE, 'must be workspace/pipe:version, e.g. atlassian/aws-s3-deploy:1.6.1'),
  ...conditional,
  variables: z
    .record(z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be the name of a pipe variable'), shellLine)
    .describe("The pipe's variables beside those of credentials and region; may hold {{placeholders}}"),
});

/** The fields of a template that say how a step uses its role. None of them decides what the role may do. */
export const stepFields = {
  image: z
    .string()
    .regex(IMAGE_REFERENCE, 'must be an image reference with a tag, e.g. amazon/aws-cli:2.31.0')
    .optional()
    .describe("Image that has the step's tools; without it the step runs in Bitbucket's default image"),
  services: z
    .array(z.enum(['docker']))
    .min(1)
    .optional()
    .describe('Services of the step: docker where it builds or pushes images'),
  setup: z
    .array(shellLine)
    .default([])
    .describe('Commands that bring missing tools into the image, before the role is taken; no placeholders'),
  usage: z
    .array(usageSchema)
    .default([])
    .describe(
      'Commands of a pipeline step that uses the role; may hold {{placeholders}}. A line that names a list is repeated for each value',
    ),
  pipes: z
    .array(pipeSchema)
    .default([])
    .describe("The same job with Atlassian's pipes, in this order; empty where there is no such pipe"),
  notes: z
    .array(z.string().min(1).max(600))
    .default([])
    .describe('What a user of the template must know beside it, as Markdown sentences'),
};

/** One command of a step. Placeholders are parameters and `aws.…` values; a list parameter repeats the line. */
export type UsageLine = { run: string; when?: string | undefined; unless?: string | string[] | undefined };

/** One pipe of a step. A variable that names an optional parameter which is absent is left out. */
export type TemplatePipe = z.infer<typeof pipeSchema>;
