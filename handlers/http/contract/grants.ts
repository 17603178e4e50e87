import * as z from 'zod';
import { grantStates } from '../../../domain/grants/grant.ts';
import {
  approvalSchema,
  grantRequestSchema,
  rejectionSchema,
  repositoryNameSchema,
  upgradeSchema,
} from '../../../domain/grants/request.ts';
import type { ProblemCode } from '../../../domain/shared/problem.ts';
import {
  eventPageSchema,
  grantPageSchema,
  grantSchema,
  impactPageSchema,
} from '../resources/grant-schema.ts';
import { STEP_TYPE } from '../resources/pipeline-snippet.ts';
import { bodyProblems, type Operation } from './operation.ts';
import {
  cursorSchema,
  dryRunQuery,
  flagSchema,
  instantSchema,
  limitSchema,
  pageQuery,
  principalQuery,
} from './query-schema.ts';

const location = { Location: 'The grant' };
/** A grant for the repository acme/shop of the sandbox. */
const EXAMPLE = 'gr_hrq6egvaok6463yco36ybujl4g';

/** The problems that can prevent a plan or its execution. */
const planProblems = [
  'DENIED',
  'NOT_OWNED',
  'REPOSITORY_NOT_FOUND',
  'ENVIRONMENT_NOT_FOUND',
  'TEMPLATE_NOT_FOUND',
  'ACCOUNT_NOT_FOUND',
  'WORKSPACE_NOT_CONFIGURED',
  'CONFLICT',
  'ROLE_NAME_TAKEN',
  'PROVIDER_UNUSABLE',
  'OIDC_NOT_ENABLED',
  'PLAN_CHANGED',
  'QUOTA_EXCEEDED',
  'FROZEN',
  'PARAMETERS_INVALID',
  'LIFETIME_REQUIRED',
  'LIFETIME_TOO_LONG',
  'REASON_REQUIRED',
  'GUARDRAIL_VIOLATED',
  'POLICY_TOO_LARGE',
] as const satisfies ProblemCode[];

export const requestGrant = {
  id: 'requestGrant',
  method: 'POST',
  path: '/v1/grants',
  summary: 'Request a grant',
  description:
    'Idempotent. With `dryRun=true` nothing is written; the answer is the grant as it would be, with its plan and both documents. A request that carries the plan’s hash as `planHash` is refused if the plan no longer matches.',
  access: 'caller',
  query: dryRunQuery,
  body: grantRequestSchema,
  successes: {
    200: { description: 'Unchanged, changed at once, or a dry run', schema: grantSchema },
    201: { description: 'The grant is active now', schema: grantSchema, headers: location },
    202: { description: 'Waits for approval, or is in progress', schema: grantSchema, headers: location },
  },
  problems: [...bodyProblems, ...planProblems],
  example: {
    body: {
      repository: 'acme/shop',
      template: 's3-static-site',
      parameters: { bucket: 'shop-site' },
      reason: 'Release the shop from its pipeline',
    },
    status: 201,
  },
} as const satisfies Operation;

export const listGrants = {
  id: 'listGrants',
  method: 'GET',
  path: '/v1/grants',
  summary: 'List grants',
  description:
    'Latest change first; with `expiresBefore` the soonest end first, for callers who may read everything. A page may hold fewer items than `limit`; the list ends where `cursor` is missing. Callers who may read only some grants get those of the repositories, projects, environments, templates and accounts that the access rules name; a pipeline gets those of its own target.',
  access: 'caller',
  query: z.strictObject({
    repository: repositoryNameSchema.optional().describe('workspace/slug (current or former), or UUID'),
    environment: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('A deployment environment by name, in exact case, or by UUID'),
    project: z.string().min(1).max(128).optional().describe('Key (current or former), or UUID'),
    state: z.enum(grantStates).optional().describe('Where a grant is in its life'),
    waiting: flagSchema
      .optional()
      .describe('true: grants that wait for approval, and active ones with a change that waits'),
    drift: flagSchema.optional().describe('true: grants for which a difference was found'),
    hold: flagSchema.optional().describe('true: grants that are held against machines'),
    template: z.string().min(1).max(64).optional().describe('Name of a template'),
    account: z.string().min(1).max(64).optional().describe('Alias or id'),
    requestedBy: principalQuery.optional().describe('Who asked for what is in force, as kind:id'),
    expiresBefore: instantSchema.optional().describe('Live grants that end before this time'),
    limit: limitSchema,
    cursor: cursorSchema,
  }),
  successes: {
    200: {
      description:
        'A page of grants, without their documents; with `Accept: text/x-bitbucket-pipelines` one step for `bitbucket-pipelines.yml` that takes the roles of all active grants of the filter, which must name a repository, and an environment where its grants are for several',
      schema: grantPageSchema,
      text: { type: STEP_TYPE, description: 'A step for `bitbucket-pipelines.yml`, as YAML' },
    },
  },
  problems: ['GRANT_NOT_FOUND', 'NOT_ACCEPTABLE'],
  example: { query: { repository: 'acme/shop', state: 'active' }, status: 200 },
} as const satisfies Operation;

export const showGrant = {
  id: 'showGrant',
  method: 'GET',
  path: '/v1/grants/{id}',
  summary: 'Show a grant',
  access: 'caller',
  successes: { 200: { description: 'The grant, read consistently', schema: grantSchema } },
  problems: ['GRANT_NOT_FOUND', 'CONFLICT'],
  example: { path: { id: EXAMPLE }, status: 200 },
} as const satisfies Operation;

const decision = {
  200: { description: 'Decided and applied', schema: grantSchema },
  202: { description: 'Decided; in progress', schema: grantSchema, headers: location },
};
const PLAN_HASH = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0';

export const approveGrant = {
  id: 'approveGrant',
  method: 'POST',
  path: '/v1/grants/{id}/approve',
  summary: 'Approve the waiting plan',
  description:
    'Approves only the plan with this hash; everything is verified again. A requester cannot approve their own request.',
  access: 'caller',
  body: approvalSchema,
  successes: decision,
  problems: [...bodyProblems, ...planProblems, 'GRANT_NOT_FOUND'],
  example: { path: { id: EXAMPLE }, body: { planHash: PLAN_HASH, reason: 'Release day' }, status: 200 },
} as const satisfies Operation;

export const rejectGrant = {
  id: 'rejectGrant',
  method: 'POST',
  path: '/v1/grants/{id}/reject',
  summary: 'Reject the waiting plan',
  description: 'A new grant becomes `rejected`; an active grant is unchanged.',
  access: 'caller',
  body: rejectionSchema,
  successes: decision,
  problems: [...bodyProblems, 'DENIED', 'GRANT_NOT_FOUND', 'CONFLICT', 'FROZEN', 'PLAN_CHANGED'],
  example: { path: { id: EXAMPLE }, body: { planHash: PLAN_HASH, reason: 'Use staging first' }, status: 200 },
} as const satisfies Operation;

export const upgradeGrant = {
  id: 'upgradeGrant',
  method: 'POST',
  path: '/v1/grants/{id}/upgrade',
  summary: "Upgrade a grant to its template's current version",
  access: 'caller',
  query: dryRunQuery,
  body: upgradeSchema,
  successes: {
    200: { description: 'Unchanged, changed at once, or a dry run', schema: grantSchema },
    202: { description: 'Waits for approval, or is in progress', schema: grantSchema, headers: location },
  },
  problems: [...bodyProblems, ...planProblems, 'GRANT_NOT_FOUND'],
  example: { path: { id: EXAMPLE }, query: { dryRun: 'true' }, body: {}, status: 200 },
} as const satisfies Operation;

export const listGrantEvents = {
  id: 'listGrantEvents',
  method: 'GET',
  path: '/v1/grants/{id}/events',
  summary: 'List the events of a grant',
  description:
    'Oldest first. Any reader can verify the hash chain. Pipelines, and services without `audit`, read grants and not events.',
  access: 'caller',
  query: pageQuery,
  successes: { 200: { description: 'A page of events', schema: eventPageSchema } },
  problems: ['DENIED', 'GRANT_NOT_FOUND'],
  example: { path: { id: EXAMPLE }, query: { limit: '10' }, status: 200 },
} as const satisfies Operation;

export const showTemplateImpact = {
  id: 'showTemplateImpact',
  method: 'GET',
  path: '/v1/templates/{name}/impact',
  summary: "List what a template's current version would change",
  description:
    'The active grants that an upgrade would change, each with the permissions that it would gain and lose.',
  access: 'caller',
  query: pageQuery,
  successes: { 200: { description: 'A page of grants', schema: impactPageSchema } },
  problems: ['DENIED', 'TEMPLATE_NOT_FOUND'],
  example: { path: { name: 's3-static-site' }, status: 200 },
} as const satisfies Operation;
