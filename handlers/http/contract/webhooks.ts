import * as z from 'zod';
import type { Operation } from './operation.ts';

export const takeDelivery = {
  id: 'takeDelivery',
  method: 'POST',
  path: '/webhooks/bitbucket/{workspace}',
  summary: "Receive one of Bitbucket's webhooks",
  description:
    'For Bitbucket only. `X-Event-Key` names the event; `X-Request-UUID` is the same for every attempt.',
  access: 'bitbucket',
  body: z.looseObject({}).describe("Bitbucket's payload"),
  successes: {
    202: {
      description: 'Accepted; processed asynchronously',
      schema: z.strictObject({ deliveryId: z.string() }),
    },
    204: { description: 'This event is ignored' },
  },
  problems: ['BODY_TOO_LARGE', 'DENIED'],
  example: { path: { workspace: 'acme' }, body: {}, status: 204 },
} as const satisfies Operation;
