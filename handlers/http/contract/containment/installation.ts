import { containmentSchema } from '../../../../domain/grants/request.ts';
import { installationFreezeSchema } from '../../resources/held-grants.ts';
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
