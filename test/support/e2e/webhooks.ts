import { randomUUID } from 'node:crypto';
import { signatureOf } from '../../../adapters/bitbucket/webhook-signature.ts';
import { webhookSecrets } from '../../../sandbox/bitbucket/seed.ts';
import type { Delivery } from '../../../sandbox/bitbucket/webhooks.ts';
import { eventually } from './eventually.ts';
import { type HttpCall, type Json, type Reply, send } from './http.ts';
import type { Grant, World } from './stack/stack.ts';

/** A webhook as a test sends it by hand: signed with the workspace's secret unless a signature is given. */
export type HandMade = {
  workspace?: string;
  event?: string;
  signature?: string | undefined;
  requestUuid?: string;
  headers?: Record<string, string>;
};

/** What happens between Bitbucket's webhooks and Rolewright, seen from outside. */
export function webhooksOf(world: () => World) {
  const bitbucket = (method: string, path: string, call: HttpCall = {}) =>
    send(world().stack.bitbucket.url, method, path, call);
  return {
    bitbucket,
    /** Sends a body as a webhook of a workspace. */
    async deliver(body: string | Json, made: HandMade = {}): Promise<Reply> {
      const { workspace = 'acme', event = 'repo:created', requestUuid = randomUUID() } = made;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const signature =
        'signature' in made ? made.signature : signatureOf(webhookSecrets[workspace] ?? 'none', text);
      return world().api('POST', `/webhooks/bitbucket/${workspace}`, {
        body: text,
        headers: {
          'content-type': 'application/json',
          'x-event-key': event,
          'x-request-uuid': requestUuid,
          ...(signature === undefined ? {} : { 'x-hub-signature': signature }),
          ...made.headers,
        },
      });
    },
    /** All deliveries of an event about a repository, once they are over. */
    async deliveries(event: string, uuid: string): Promise<Delivery[]> {
      const about = (delivery: Delivery) => delivery.event === event && delivery.body.includes(uuid);
      const read = async () =>
        ((await bitbucket('GET', '/sandbox/deliveries')).json.items as Delivery[]).filter(about);
      return eventually(read, (all) => all.length > 0 && all.every(({ isOver }) => isOver));
    },
    /** The grants of a repository once they fit. */
    grantsOf: (repository: string, fit: (grants: Grant[]) => boolean): Promise<Grant[]> =>
      eventually(
        async () =>
          (await world().all(`/v1/grants?repository=${encodeURIComponent(repository)}`, 100)) as Grant[],
        fit,
      ),
  };
}
