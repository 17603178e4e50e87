import * as z from 'zod';
import type { TemplateContent } from '../../../domain/templates/schema.ts';

const condition = {
  when: z.string().optional().describe('Only if this optional parameter is given'),
  unless: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Only if this optional parameter is not given'),
};

/** How a step uses a template's role, as the catalogue shows it. */
export const templateStepShape = {
  image: z.string().optional().describe("Image of the step; Bitbucket's default image where absent"),
  services: z.array(z.string()).optional().describe('Services of the step'),
  setup: z.array(z.string()).optional().describe('Commands that run before the role is taken'),
  usage: z
    .array(z.strictObject({ run: z.string(), ...condition }).meta({ id: 'UsageLine' }))
    .describe('Commands of the step, with the parameters as {{placeholders}}; a list repeats its line'),
  pipes: z
    .array(
      z
        .strictObject({ pipe: z.string(), variables: z.record(z.string(), z.string()), ...condition })
        .meta({ id: 'TemplatePipe' }),
    )
    .optional()
    .describe("The same job with Atlassian's pipes, without the variables of role and region"),
};

/** The step part of a template; what is empty is left out, `usage` aside. */
export function templateStepOf({
  image,
  services,
  setup,
  usage,
  pipes,
}: Pick<TemplateContent, 'image' | 'services' | 'setup' | 'usage' | 'pipes'>) {
  return {
    ...(image === undefined ? {} : { image }),
    ...(services === undefined ? {} : { services: [...services] }),
    ...(setup.length > 0 ? { setup: [...setup] } : {}),
    usage: usage.map((line) => ({ ...line })),
    ...(pipes.length > 0 ? { pipes: pipes.map((pipe) => ({ ...pipe })) } : {}),
  };
}
