import { revocationRequestSchema } from '../../../../domain/grants/request.ts';
import { revocationSchema } from '../../resources/grant-schema.ts';
import { bodyProblems, type Operation } from '../operation.ts';

const location = { Location: 'The grant' };

/** A grant for the repository acme/shop of the sandbox. */
const EXAMPLE = 'gr_hrq6egvaok6463yco36ybujl4g';

export const revokeGrant = {
  id: 'revokeGrant',
  method: 'DELETE',
  path: '/v1/grants/{id}',
  summary: 'Revoke a grant',
  description:
    'Ends all access and removes the role. A person’s revoke holds the grant: pipelines, services and rules cannot request it again until a person releases the repository. Idempotent. If the events of the grant cannot be read, the role is closed and kept.',
  access: 'caller',
  body: revocationRequestSchema,
  bodyIsOptional: true,
  successes: {
    200: { description: 'Nothing is left in IAM', schema: revocationSchema },
    202: {
      description: 'Steps remain; they continue asynchronously',
      schema: revocationSchema,
      headers: location,
    },
  },
  problems: [...bodyProblems, 'DENIED', 'GRANT_NOT_FOUND', 'CONFLICT', 'ROLE_NAME_TAKEN'],
  example: { path: { id: EXAMPLE }, body: { reason: 'No longer needed' }, status: 200 },
} as const satisfies Operation;
