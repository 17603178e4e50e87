import { containmentSchema, incidentSchema } from '../../../../domain/grants/request.ts';
import { heldGrantsSchema } from '../../resources/held-grants.ts';
import { bodyProblems, type Operation } from '../operation.ts';

/** The repository acme/shop of the sandbox. */
const EXAMPLE = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';

const refusals = [
  ...bodyProblems,
  'PERSON_REQUIRED',
  'DENIED',
  'REPOSITORY_NOT_FOUND',
  'WORKSPACE_NOT_CONFIGURED',
] as const;

export const revokeRepository = {
  id: 'revokeRepository',
  method: 'POST',
  path: '/v1/repositories/{uuid}/revoke',
  summary: 'End all access of a repository, and hold it',
  description:
    'Holds the repository first, so that no pipeline, service or rule brings access back, and then revokes every live grant that the caller may revoke; the others are marked `refused`. Above five live grants `confirm` must be their number. People only. Repeating it continues.',
  access: 'caller',
  body: incidentSchema,
  successes: {
    200: { description: 'Nothing of these grants is left in IAM', schema: heldGrantsSchema },
    202: { description: 'Roles are being removed; this continues asynchronously', schema: heldGrantsSchema },
  },
  problems: [...refusals, 'CONFLICT', 'ROLE_NAME_TAKEN'],
  example: { path: { uuid: EXAMPLE }, body: { reason: 'The pipeline leaked its session' }, status: 200 },
} as const satisfies Operation;

export const releaseRepository = {
  id: 'releaseRepository',
  method: 'POST',
  path: '/v1/repositories/{uuid}/release',
  summary: 'Release a held repository and its held grants',
  description:
    'Machines may request and renew its grants again. People only, who may release and approve; not who requested one of the held grants, approved or not. Answers with the grants that were held.',
  access: 'caller',
  body: containmentSchema,
  successes: { 200: { description: 'Nothing of the repository is held', schema: heldGrantsSchema } },
  problems: [...refusals],
  example: { path: { uuid: EXAMPLE }, body: { reason: 'The secret was rotated' }, status: 200 },
} as const satisfies Operation;
