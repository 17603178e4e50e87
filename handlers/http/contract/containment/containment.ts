import { containmentSchema } from '../../../../domain/grants/request.ts';
import { grantSchema } from '../../resources/grant-schema.ts';
import { bodyProblems, type Operation } from '../operation.ts';

const location = { Location: 'The grant' };
/** A grant for the repository acme/shop of the sandbox. */
const EXAMPLE = 'gr_hrq6egvaok6463yco36ybujl4g';

const refusals = [...bodyProblems, 'PERSON_REQUIRED', 'DENIED', 'GRANT_NOT_FOUND', 'CONFLICT'] as const;

/** What can prevent a role from being opened again. */
const reopeningProblems = [
  'NOT_OWNED',
  'REPOSITORY_NOT_FOUND',
  'ENVIRONMENT_NOT_FOUND',
  'TEMPLATE_NOT_FOUND',
  'ACCOUNT_NOT_FOUND',
  'WORKSPACE_NOT_CONFIGURED',
  'ROLE_NAME_TAKEN',
  'PROVIDER_UNUSABLE',
  'OIDC_NOT_ENABLED',
  'PLAN_CHANGED',
  'QUOTA_EXCEEDED',
  'FROZEN',
  'PARAMETERS_INVALID',
  'GUARDRAIL_VIOLATED',
  'POLICY_TOO_LARGE',
  'ACCOUNT_UNREACHABLE',
] as const;

export const freezeGrant = {
  id: 'freezeGrant',
  method: 'POST',
  path: '/v1/grants/{id}/freeze',
  summary: 'Freeze a grant',
  description:
    'Ends all access through the role and keeps it: the trust policy denies, and AWSDenyAll ends live sessions. What waits for approval on the grant is dropped. People only. Idempotent.',
  access: 'caller',
  body: containmentSchema,
  successes: {
    200: { description: 'The role is closed', schema: grantSchema },
    202: {
      description: 'Steps remain; they continue asynchronously',
      schema: grantSchema,
      headers: location,
    },
  },
  problems: [...refusals, 'ROLE_NAME_TAKEN'],
  example: { path: { id: EXAMPLE }, body: { reason: 'Calls that nobody can explain' }, status: 200 },
} as const satisfies Operation;

const reopened = {
  200: { description: 'The grant is active, its role as last applied', schema: grantSchema },
  202: { description: 'In progress', schema: grantSchema, headers: location },
};

export const thawGrant = {
  id: 'thawGrant',
  method: 'POST',
  path: '/v1/grants/{id}/thaw',
  summary: 'Thaw a frozen grant',
  description:
    'Everything is verified again and the role is restored, its trust policy last. People only; not who requested the grant, approved or not. If it fails, the grant stays frozen.',
  access: 'caller',
  body: containmentSchema,
  successes: reopened,
  problems: [...refusals, ...reopeningProblems],
  example: { path: { id: EXAMPLE }, body: { reason: 'The calls were a load test' }, status: 200 },
} as const satisfies Operation;

export const repairGrant = {
  id: 'repairGrant',
  method: 'POST',
  path: '/v1/grants/{id}/repair',
  summary: 'Repair a grant',
  description:
    'Restores the role to exactly the documents that were last applied; also that of a grant which is frozen because its role was closed by hand. A policy that holds a Deny stays. People only; not who requested the grant, approved or not.',
  access: 'caller',
  body: containmentSchema,
  successes: reopened,
  problems: [...refusals, ...reopeningProblems],
  example: { path: { id: EXAMPLE }, body: { reason: 'Altered by mistake' }, status: 200 },
} as const satisfies Operation;
