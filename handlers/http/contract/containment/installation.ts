import { containmentSchema } from '../../../../domain/grants/request.ts';
import { installationFreezeSchema } from '../../resources/held-grants.ts';
import { reconcileAskedSchema, reconcileStartedSchema } from '../../resources/reconcile-run.ts';
import { bodyProblems, type Operation } from '../operation.ts';

export const freezeInstallation = {
  id: 'freezeInstallation',
  method: 'POST',
  path: '/v1/freeze',
  summary: 'Freeze the whole installation',
  description:
    'Nothing is granted, changed or renewed any more, by whoever asks; every such request is `FROZEN` with the reason. Revokes, freezes and expiries go on. People only, who may freeze every grant. Only an administrator ends it, with `npm run thaw`. Idempotent; the first reason stays.',
  access: 'caller',
  body: containmentSchema,
  successes: { 200: { description: 'Frozen', schema: installationFreezeSchema } },
  problems: [...bodyProblems, 'PERSON_REQUIRED', 'DENIED'],
  example: { body: { reason: 'The company’s identity provider is compromised' }, status: 200 },
} as const satisfies Operation;

export const reconcileInstallation = {
  id: 'reconcileInstallation',
  method: 'POST',
  path: '/v1/reconcile',
  summary: 'Have the reconciler run now',
  description:
    'Does now what the schedule does every minute: finishes what is unfinished and due. With `drift: true` it also compares every grant with IAM and Bitbucket, which the schedule does every hour. The run continues asynchronously; `GET /v1/grants?drift=true` and `GET /v1/events?stream=in_installation` show what came of it. Where a pass is under way, that one goes on. Repeating it is harmless. People only, who may reconcile everything.',
  access: 'caller',
  body: reconcileAskedSchema,
  bodyIsOptional: true,
  successes: { 202: { description: 'The run is started', schema: reconcileStartedSchema } },
  problems: [...bodyProblems, 'PERSON_REQUIRED', 'DENIED'],
  example: { body: { drift: true }, status: 202 },
} as const satisfies Operation;
