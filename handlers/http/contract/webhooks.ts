import * as z from 'zod';
import type { Operation } from './operation.ts';

export const takeDelivery = {
  id: 'takeDelivery',
  method: 'POST',
  path: '/webhooks/bitbucket/{workspace}',
  summary: "Take one of Bitbucket's webhooks",
  description:
    'For Bitbucket alone: `X-Event-Key` says which event, `X-Request-UUID` is the same for every attempt.',
  access: 'bitbucket',
  body: z.looseObject({}).describe("Bitbucket's payload"),
  successes: {
    202: {
      description: 'Handed on; what is to be done is done behind it',
      schema: z.strictObject({ deliveryId: z.string() }),
    },
    204: { description: 'This event means nothing here' },
  },
  problems: ['BODY_TOO_LARGE', 'DENIED'],
  example: { path: { workspace: 'acme' }, body: {}, status: 204 },
} as const satisfies Operation;
