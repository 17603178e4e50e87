import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bitbucketApi } from '../../../adapters/bitbucket/api.ts';
import { fixedCredentials } from '../../../adapters/settings/secrets.ts';
import type { BitbucketDelivery } from '../../../domain/bitbucket/delivery-message.ts';
import type { Measures } from '../../../domain/messaging/metrics.ts';
import { reconcile } from '../../../domain/use-cases/reconcile.ts';
import { takeMessage, type WorkerPorts } from '../../../handlers/worker/worker-function.ts';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { FollowWorld, siteRule } from '../domain/follow.ts';
import { configurationContent, configurationOf, GLOBEX, SHOP_PROJECT } from '../domain/samples.ts';
import { asEpoch, asRepositoryUuid } from '../identifiers.ts';

/** Milliseconds. */
export const MINUTE = 60_000;
/** Milliseconds. */
export const HOUR = 60 * MINUTE;
/** Project SHOP and workspace globex of the stand-in's seed. */
const SEED_PROJECT = '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}';
const SEED_GLOBEX = '{979f3574-6128-47d7-81ae-79d593e68689}';

/** Bitbucket's stand-in and its deliveries, a worker with what Lambda does around it, and a reconciler that passes each minute. The
 *  clock moves by `minute` alone. */
export class DeliveryWorld extends FollowWorld {
  /** Messages that failed at every attempt, as Lambda's queue would keep them. */
  readonly dead: unknown[] = [];
  /** What the functions logged as errors. */
  readonly errors: string[] = [];
  /** What the worker measured. */
  readonly measured: Measures[] = [];
  /** Rows that the reconciler reported. */
  readonly reported: string[] = [];
  readonly sandbox: BitbucketSandbox;
  readonly #dir: string;

  private constructor(sandbox: BitbucketSandbox, dir: string, now: { read: () => number }) {
    super();
    now.read = () => this.clock.now();
    this.sandbox = sandbox;
    this.#dir = dir;
    const content = JSON.stringify({ ...configurationContent(), onRepositoryCreated: [siteRule()] });
    this.configuration = configurationOf(
      JSON.parse(content.replaceAll(SHOP_PROJECT.uuid, SEED_PROJECT).replaceAll(GLOBEX.uuid, SEED_GLOBEX)),
    );
    const stored = { acme: 'sandbox-token-acme', globex: CONSUMER };
    const bitbucket = bitbucketApi({
      url: `${sandbox.url}/2.0`,
      tokenUrl: `${sandbox.url}/site/oauth2/access_token`,
      workspaces: this.configuration.workspaces,
      credentials: fixedCredentials(stored, 'BITBUCKET_CREDENTIALS'),
      adminCredentials: fixedCredentials({}, 'BITBUCKET_ADMIN_CREDENTIALS'),
      clock: { now: () => this.clock.now(), sleep: async () => {} },
    });
    Object.assign(this, { bitbucket });
  }

  static async open(): Promise<DeliveryWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'deliveries-'));
    const now = { read: () => 0 };
    const sandbox = await startBitbucketSandbox({ port: 0, dir, now: () => now.read() });
    return new DeliveryWorld(sandbox, dir, now);
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.#dir, { recursive: true });
  }

  async call(method: string, path: string, body?: object): Promise<Response> {
    const init = { method, ...(body ? { body: JSON.stringify(body) } : {}) };
    const reply = await fetch(`${this.sandbox.url}/sandbox/${path}`, init);
    if (!reply.ok) throw new Error(await reply.text());
    return reply;
  }

  /** A new repository of project SHOP. */
  async create(slug: string) {
    const reply = await this.call('POST', 'repositories', { workspace: 'acme', slug, project: 'SHOP' });
    return asRepositoryUuid(((await reply.json()) as { uuid: string }).uuid);
  }

  fault(fault: object): Promise<Response> {
    return this.call('POST', 'faults', { match: '/repositories', times: 100_000, ...fault });
  }

  endFaults(): Promise<Response> {
    return this.call('DELETE', 'faults');
  }

  /** What Lambda does with a message: three attempts, then the queue. */
  async invokeWorker(message: unknown): Promise<void> {
    const quiet = { info: () => {}, warn: () => {}, error: (line: string) => this.errors.push(line) };
    const metrics = { put: (measures: Measures) => void this.measured.push(measures) };
    const ports = { ...this.followPorts, logger: quiet, metrics } as unknown as WorkerPorts;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const failed = await takeMessage(ports, message, {
        awsRequestId: 'run',
        getRemainingTimeInMillis: () => 180_000,
      }).then(
        () => false,
        () => true,
      );
      if (!failed) return;
    }
    this.dead.push(message);
  }

  /** One minute: a pass of the reconciler, and all that it handed to the worker. Answers how many rows were due, and what was
   *  handed on. */
  async minute(): Promise<{ due: number; handed: BitbucketDelivery[] }> {
    this.clock.advance(MINUTE);
    const { due } = await reconcile(
      {
        ...this.requestPorts,
        worker: this.worker,
        reportFailure: (id) => this.reported.push(id),
        reportStopped: () => {},
      },
      { correlationId: 'pass', deadline: asEpoch(this.clock.now() + 10 * MINUTE) },
    );
    const handed = this.handedOn.splice(0) as BitbucketDelivery[];
    for (const message of handed) await this.invokeWorker(message);
    return { due, handed };
  }

  async minutes(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.minute();
  }

  /** The rows of postponed deliveries, due now or later. */
  postponed(): string[] {
    return [...this.grants.rows.keys()].filter((id) => id.startsWith('delivery#'));
  }

  /** Whether a row is due, now or later. */
  isAnythingDue(): boolean {
    return [...this.grants.rows.values()].some(({ dueAt }) => dueAt !== undefined);
  }
}

const CONSUMER = { kind: 'oauthConsumer', key: 'sandbox-key', secret: 'sandbox-secret' };

/** A delivery about a repository, as the endpoint hands it on. */
export const deliveryAbout = (uuid: string, event = 'repo:created', workspace = 'acme') =>
  ({
    source: 'bitbucket',
    workspace,
    deliveryId: `delivery-${uuid.slice(1, -1)}`,
    event,
    repository: { uuid: asRepositoryUuid(uuid) },
  }) satisfies BitbucketDelivery;
