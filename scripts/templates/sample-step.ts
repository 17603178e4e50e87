import { roleArnOf, roleNameOf } from '../../domain/planning/role.ts';
import { grantIdSchema } from '../../domain/shared/identifiers.ts';
import { exampleParameters } from '../../domain/templates/parameters.ts';
import { pipelineStep, pipeStep } from '../../domain/templates/step/pipeline-step.ts';
import type { StepGrant } from '../../domain/templates/step/step-grant.ts';
import type { Template } from '../../domain/templates/template.ts';
import { SAMPLE_ACCOUNT } from './sample.ts';

/** A grant's id that no template depends on. */
const GRANT_ID = grantIdSchema.parse('gr_vwbrmwflk4gme6aezt3ymom2ij');

/** A grant of a template with its example parameters, as a step needs it. */
function sampleStepGrant(template: Template): StepGrant {
  const name = roleNameOf(GRANT_ID, 'shop', template.name);
  return {
    id: GRANT_ID,
    name: 'default',
    template: { name: template.name, step: template },
    parameters: exampleParameters(template),
    ...(template.scope === 'environment' ? { environment: { name: 'Production' } } : {}),
    account: SAMPLE_ACCOUNT,
    role: { arn: roleArnOf(SAMPLE_ACCOUNT, name), name },
  };
}

/** The steps of a template as `pipelineSnippet` and `pipeSnippet` have them. */
export function sampleSteps(template: Template): { pipeline: string; pipes: string | undefined } {
  const grant = sampleStepGrant(template);
  return { pipeline: pipelineStep(grant).trimEnd(), pipes: pipeStep(grant)?.trimEnd() };
}
