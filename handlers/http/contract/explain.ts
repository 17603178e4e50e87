import { diagnosisSchema } from '../../../domain/explanation/diagnosis.ts';
import { explainRequestSchema } from '../../../domain/use-cases/reading/explain-admission.ts';
import { bodyProblems, type Operation } from './operation.ts';

export const explainAdmission = {
  id: 'explainAdmission',
  method: 'POST',
  path: '/v1/explain',
  summary: 'Explain why a step token is admitted or not',
  description:
    'Accepts a step token, whose signature is verified, or unverified claims. The token is neither stored nor logged. Send an empty token for a step without `oidc: true`.',
  access: 'caller',
  body: explainRequestSchema,
  successes: { 200: { description: 'The diagnosis', schema: diagnosisSchema } },
  problems: [...bodyProblems, 'GRANT_NOT_FOUND', 'CONFLICT'],
  example: {
    body: {
      grantId: 'gr_hrq6egvaok6463yco36ybujl4g',
      claims: {
        iss: 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
        aud: 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d',
        sub: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}:{759de0c6-eaee-4eaa-b7a6-c507eec759a7}',
      },
    },
    status: 200,
  },
} as const satisfies Operation;
