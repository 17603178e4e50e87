import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { bitbucketApi } from '../../../adapters/bitbucket/api.ts';
import { fixedCredentials } from '../../../adapters/settings/secrets.ts';
import type { BitbucketDelivery } from '../../../domain/bitbucket/delivery-message.ts';
import { reconcile } from '../../../domain/use-cases/reconcile.ts';
import { takeMessage, type WorkerPorts } from '../../../handlers/worker/worker-function.ts';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { acme } from '../../support/adapters/bitbucket.ts';
import { callsOf } from '../../support/adapters/environment.ts';
import { FollowWorld, siteRule } from '../../support/domain/follow.ts';
import { configurationContent, configurationOf, SHOP_PROJECT } from '../../support/domain/samples.ts';
import { asEpoch, asRepositoryUuid } from '../../support/identifiers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Project SHOP of the stand-in's seed. */
const SEED_PROJECT = '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}';

let sandbox: BitbucketSandbox;
let world: FollowWorld;
let dir: string;
/** Messages that failed at every attempt, as Lambda's queue would keep them. */
let dead: unknown[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'imports-'));
  world = new FollowWorld();
  const content = JSON.stringify({ ...configurationContent(), onRepositoryCreated: [siteRule()] });
  world.configuration = configurationOf(JSON.parse(content.replaceAll(SHOP_PROJECT.uuid, SEED_PROJECT)));
  dead = [];
  sandbox = await startBitbucketSandbox({ port: 0, dir, now: () => world.clock.now() });
  const bitbucket = bitbucketApi({
    url: `${sandbox.url}/2.0`,
    tokenUrl: `${sandbox.url}/site/oauth2/access_token`,
    workspaces: [acme],
    credentials: fixedCredentials({ acme: 'sandbox-token-acme' }, 'BITBUCKET_CREDENTIALS'),
    adminCredentials: fixedCredentials({}, 'BITBUCKET_ADMIN_CREDENTIALS'),
    clock: { now: () => world.clock.now(), sleep: async () => {} },
  });
  Object.assign(world, { bitbucket });
});
afterEach(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

const sandboxCall = async (method: string, path: string, body?: object) => {
  const init = { method, ...(body ? { body: JSON.stringify(body) } : {}) };
  const reply = await fetch(`${sandbox.url}/sandbox/${path}`, init);
  if (!reply.ok) throw new Error(await reply.text());
  return reply;
};
const create = async (slug: string) => {
  const reply = await sandboxCall('POST', 'repositories', { workspace: 'acme', slug, project: 'SHOP' });
  return asRepositoryUuid(((await reply.json()) as { uuid: string }).uuid);
};
const throttle = (retryAfter?: number) =>
  sandboxCall('POST', 'faults', { match: '/repositories', effect: 'throttle', times: 100_000, retryAfter });

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const ports = () => ({ ...world.followPorts, logger: silent }) as unknown as WorkerPorts;

/** What Lambda does with a message: three attempts, then the queue. */
async function invokeWorker(message: unknown): Promise<void> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const failed = await takeMessage(ports(), message, { getRemainingTimeInMillis: () => 180_000 }).then(
      () => false,
      () => true,
    );
    if (!failed) return;
  }
  dead.push(message);
}

const delivery = (uuid: string, event = 'repo:created') =>
  ({
    source: 'bitbucket',
    workspace: 'acme',
    deliveryId: `delivery-${uuid.slice(1, -1)}`,
    event,
    repository: { uuid: asRepositoryUuid(uuid) },
  }) satisfies BitbucketDelivery;

/** One minute: a pass of the reconciler, and all that it handed to the worker. */
async function minute(): Promise<number> {
  world.clock.advance(MINUTE);
  const { due } = await reconcile(
    {
      ...world.requestPorts,
      worker: world.worker,
      reportFailure: (_, error) => {
        throw error;
      },
      reportStopped: () => {},
    },
    { correlationId: 'pass', deadline: asEpoch(world.clock.now() + 10 * MINUTE) },
  );
  const handed = world.handedOn.splice(0);
  expect(handed.length).toBeLessThanOrEqual(3);
  for (const message of handed) await invokeWorker(message);
  return due;
}

/** Whether a row is due, now or later. */
const isAnythingDue = () => [...world.grants.rows.values()].some(({ dueAt }) => dueAt !== undefined);

/** Calls with a credential in the busiest hour. */
async function busiestHour(): Promise<number> {
  const times = (await callsOf(sandbox.url))
    .filter(({ path }) => !String(path).includes('.well-known'))
    .map(({ at }) => Date.parse(String(at)));
  const starts = new Set(times);
  return Math.max(...[...starts].map((from) => times.filter((at) => at >= from && at < from + HOUR).length));
}

test('an import of 300 repositories through a spell of 429 ends with a grant for each, within the limits, and with no message left over', async () => {
  const uuids: string[] = [];
  for (let n = 0; n < 300; n += 1) uuids.push(await create(`shop-${n}`));
  await throttle(1800);
  await Promise.all(uuids.map((uuid) => invokeWorker(delivery(uuid))));
  // A limit that is said costs each delivery one call.
  expect(await busiestHour()).toBeLessThanOrEqual(300);
  for (let n = 0; n < 45; n += 1) await minute();
  await sandboxCall('DELETE', 'faults');
  for (let n = 0; isAnythingDue() && n < 300; n += 1) await minute();
  expect([isAnythingDue(), dead]).toEqual([false, []]);
  expect(await busiestHour()).toBeLessThanOrEqual(1000);
  const granted = [...world.grants.rows.values()].flatMap(({ projected }) =>
    projected ? [[projected.grant.request.intent.repository.uuid, projected.grant.state]] : [],
  );
  expect(granted.toSorted()).toEqual(uuids.toSorted().map((uuid) => [uuid, 'active']));
}, 120_000);

test('a credential that is replaced late finds the deliveries of meanwhile waiting', async () => {
  const uuid = await create('shop-late');
  await sandboxCall('POST', 'credentials', { workspace: 'acme', kind: 'accessToken', revoked: true });
  await invokeWorker(delivery(uuid));
  for (let n = 0; n < 100; n += 1) await minute();
  expect([await world.grantsOf(uuid), dead]).toEqual([[], []]);
  await sandboxCall('POST', 'credentials', { workspace: 'acme', kind: 'accessToken', revoked: false });
  for (let n = 0; n < 61; n += 1) await minute();
  expect(await world.grantsOf(uuid)).toMatchObject([{ state: 'active' }]);
});

test('a delivery that is in vain for three days is kept in the queue, and its row is not due any more', async () => {
  const uuid = await create('shop-never');
  await throttle();
  await invokeWorker(delivery(uuid));
  for (let n = 0; n < 80 * 60 && dead.length === 0; n += 1) await minute();
  expect(dead).toMatchObject([{ repository: { uuid } }]);
  for (let n = 0; n < 120; n += 1) expect(await minute()).toBe(0);
}, 60_000);

test('any other failure is tried again by Lambda, and not postponed', async () => {
  const uuid = await create('shop-broken');
  await sandboxCall('POST', 'faults', { match: '/repositories', effect: 'error', times: 100 });
  await invokeWorker(delivery(uuid));
  expect(dead).toHaveLength(1);
  expect(await minute()).toBe(0);
});

test('a row that no version can read keeps no delivery waiting', async () => {
  await world.grants.markDue('delivery#{"source":"other"}' as never, 0, new Date(0).toISOString() as never);
  const uuid = await create('shop-after');
  await throttle(60);
  await invokeWorker(delivery(uuid));
  await sandboxCall('DELETE', 'faults');
  for (let n = 0; n < 3; n += 1) await minute();
  expect(await world.grantsOf(uuid)).toMatchObject([{ state: 'active' }]);
});
