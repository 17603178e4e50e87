import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { signatureOf } from '../../adapters/bitbucket/webhook-signature.ts';
import { seed, webhookSecrets } from '../../sandbox/bitbucket/seed.ts';
import { slackSeed } from '../../sandbox/slack/seed.ts';
import type { Stack } from '../../sandbox/stack.ts';
import { type Side, sides } from '../sides.ts';
import { median } from '../statistics.ts';

/** The endpoints that acknowledge first and work afterwards. */
export const endpoints = ['webhook', 'slack'] as const;
export type Endpoint = (typeof endpoints)[number];

/** The time until a signed request is acknowledged: the medians in milliseconds and their ratio, of each repetition. */
export type Acknowledgement = { product: number[]; bare: number[]; ratios: number[] };

const paths: Record<Endpoint, Record<Side, string>> = {
  webhook: { product: '/webhooks/bitbucket/acme', bare: '/bare/webhooks/acme' },
  slack: { product: '/slack/commands', bare: '/bare/slack/commands' },
};
const expectedStatus: Record<Endpoint, number> = { webhook: 202, slack: 200 };
/** Milliseconds to wait for the worker to end, so that its work does not count in any measurement. */
const WORKER_MS = 60;

type Rounds = { repetitions: number; samples: number; warmUp: number };

/** Times one signed request after another, alternating product and bare function. Both invoke the product's worker. */
export async function measureAcknowledgement(
  stack: Stack,
  rounds: Rounds,
): Promise<Record<Endpoint, Acknowledgement>> {
  return {
    webhook: await measureEndpoint(stack, 'webhook', rounds),
    slack: await measureEndpoint(stack, 'slack', rounds),
  };
}

async function measureEndpoint(
  stack: Stack,
  endpoint: Endpoint,
  { repetitions, samples, warmUp }: Rounds,
): Promise<Acknowledgement> {
  const found: Acknowledgement = { product: [], bare: [], ratios: [] };
  await cycle(stack, endpoint, warmUp);
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const taken = await cycle(stack, endpoint, samples);
    const product = median(taken.product);
    const bare = median(taken.bare);
    found.product.push(product);
    found.bare.push(bare);
    found.ratios.push(product / bare);
  }
  return found;
}

async function cycle(stack: Stack, endpoint: Endpoint, samples: number): Promise<Record<Side, number[]>> {
  const taken: Record<Side, number[]> = { product: [], bare: [] };
  for (let sample = 0; sample < samples; sample += 1) {
    for (const side of sample % 2 === 0 ? sides : sides.toReversed()) {
      const request = endpoint === 'webhook' ? webhook() : slackCommand(stack.slack.url);
      taken[side].push(await send(`${stack.api}${paths[endpoint][side]}`, request, expectedStatus[endpoint]));
      await wait(WORKER_MS);
    }
  }
  return taken;
}

type SignedRequest = { headers: Record<string, string>; body: string };

/** A signed delivery of Bitbucket. */
export function webhook(): SignedRequest {
  const repository = seed.workspaces[0]?.repositories[0];
  const body = JSON.stringify({ actor: {}, repository: { uuid: repository?.uuid, full_name: 'acme/shop' } });
  const headers = {
    'content-type': 'application/json',
    'x-event-key': 'repo:updated',
    'x-request-uuid': randomUUID(),
    'x-hub-signature': signatureOf(webhookSecrets.acme ?? '', body),
  };
  return { headers, body };
}

/** A signed command of Slack that reaches the worker. Each is different, because a signature is accepted once. */
export function slackCommand(slackUrl: string): SignedRequest {
  const body = new URLSearchParams({
    team_id: slackSeed.team.id,
    user_id: 'U0ADA',
    text: 'list acme/shop',
    response_url: `${slackUrl}/commands/${slackSeed.team.id}/bench`,
    trigger_id: randomUUID(),
  }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac('sha256', slackSeed.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${mac}`,
  };
  return { headers, body };
}

async function send(url: string, { headers, body }: SignedRequest, expected: number): Promise<number> {
  const began = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.arrayBuffer();
  const took = performance.now() - began;
  if (response.status !== expected) throw new Error(`${url} answered ${response.status}`);
  return took;
}
