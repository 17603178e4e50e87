import * as z from 'zod';
import { actions } from '../../../domain/access/authorisation.ts';
import { principalKinds } from '../../../domain/shared/principal.ts';
import type { Operation } from './operation.ts';
import { flagSchema } from './query-schema.ts';

const callerSchema = z
  .strictObject({
    kind: z.enum(principalKinds),
    id: z.string().meta({ description: 'As events and access rules name the caller' }),
    groups: z
      .array(z.string())
      .meta({ description: "The groups of the caller's token, and of the domain of a verified email" }),
    issuer: z.string().optional().meta({ description: 'The issuer of the token' }),
    may: z.array(z.enum(actions)).meta({
      description: 'The actions that the access rules allow the caller on some grant or event',
    }),
    readsEveryGrant: z.boolean().optional().meta({
      description:
        'With `reach=true`: whether the access rules let the caller read every grant. Lists of grants then leave none out',
    }),
  })
  .meta({ id: 'Caller' });

export const showCaller = {
  id: 'showCaller',
  method: 'GET',
  path: '/v1/me',
  summary: 'Show who the caller is',
  description:
    'Every authenticated caller may ask. Each action in `may` is decided again on the grant that it is done to.',
  query: z.strictObject({
    reach: flagSchema.optional().describe('true: also whether lists show the caller every grant'),
  }),
  access: 'caller',
  successes: { 200: { description: 'The caller', schema: callerSchema } },
  problems: [],
  example: { status: 200 },
} as const satisfies Operation;
