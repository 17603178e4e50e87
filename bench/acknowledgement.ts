import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { signatureOf } from '../adapters/webhook-signature.ts';
import { seed, webhookSecrets } from '../sandbox/bitbucket/seed.ts';
import type { Stack } from '../sandbox/stack.ts';
import { type Side, sides } from './sides.ts';
import { median } from './statistics.ts';

/** Until a webhook is acknowledged: the medians in milliseconds and their ratio, of each repetition. */
export type Acknowledgement = { product: number[]; bare: number[]; ratios: number[] };

const paths: Record<Side, string> = { product: '/webhooks/bitbucket/acme', bare: '/bare/webhooks/acme' };
/** Milliseconds for the worker to end, so that its work falls into nobody's time. */
const WORKER_MS = 60;

/** Times one signed delivery after another, product and bare in turn; both hand on to the product's worker. */
export async function measureAcknowledgement(
  stack: Stack,
  { repetitions, samples, warmUp }: { repetitions: number; samples: number; warmUp: number },
): Promise<Acknowledgement> {
  const found: Acknowledgement = { product: [], bare: [], ratios: [] };
  await cycle(stack, warmUp);
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const taken = await cycle(stack, samples);
    const product = median(taken.product);
    const bare = median(taken.bare);
    found.product.push(product);
    found.bare.push(bare);
    found.ratios.push(product / bare);
  }
  return found;
}

async function cycle(stack: Stack, samples: number): Promise<Record<Side, number[]>> {
  const taken: Record<Side, number[]> = { product: [], bare: [] };
  for (let sample = 0; sample < samples; sample += 1) {
    for (const side of sample % 2 === 0 ? sides : sides.toReversed()) {
      taken[side].push(await deliver(`${stack.api}${paths[side]}`));
      await wait(WORKER_MS);
    }
  }
  return taken;
}

async function deliver(url: string): Promise<number> {
  const repository = seed.workspaces[0].repositories[0];
  const body = JSON.stringify({ actor: {}, repository: { uuid: repository?.uuid, full_name: 'acme/shop' } });
  const headers = {
    'content-type': 'application/json',
    'x-event-key': 'repo:updated',
    'x-request-uuid': randomUUID(),
    'x-hub-signature': signatureOf(webhookSecrets.acme ?? '', body),
  };
  const began = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.arrayBuffer();
  const took = performance.now() - began;
  if (response.status !== 202) throw new Error(`${url} answered ${response.status}`);
  return took;
}
