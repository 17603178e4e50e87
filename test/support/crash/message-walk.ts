import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutgoingCall } from '../../../adapters/outgoing.ts';
import { slackWebApi } from '../../../adapters/slack/web-api.ts';
import type { NewEvent } from '../../../domain/grants/event.ts';
import { type OwedMessage, owedMessage } from '../../../domain/messaging/owed-message.ts';
import type { Worker } from '../../../domain/messaging/ports.ts';
import type { GrantId } from '../../../domain/shared/identifiers.ts';
import { appendEvent, loadStream, projectStream } from '../../../domain/use-cases/grant-stream.ts';
import { rowNotifier } from '../../../domain/use-cases/messages/notifier.ts';
import { reconcile } from '../../../domain/use-cases/reconcile.ts';
import { takeOwed } from '../../../handlers/slack/notifications/take-owed.ts';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { startSlackSandbox } from '../../../sandbox/slack/server.ts';
import { FakeClaimStore } from '../domain/fakes/claim-store.ts';
import { FakeCheckpointStore, FakeEventLog, FakeGrantTable } from '../domain/fakes/store.ts';
import {
  ada,
  chain,
  configurationContent,
  configurationOf,
  GRANT_ID,
  SHOP_PROJECT,
} from '../domain/samples.ts';
import { deleted, disabled, revoked } from '../domain/stories.ts';
import { eventsOf } from '../domain/streams/stored.ts';
import { asEpoch, asGrantId, asInstant } from '../identifiers.ts';
import { Injector } from './injector.ts';
import { WalkClock } from './world/clock.ts';
import { WalkProcess } from './world/process.ts';

/** Seconds between the passes after an act: within an attempt, behind it, and past the longest that a message waits. */
const PAUSES = [130, 75, 130, 320, 700, 1300, 3700];
/** The pass from which on nothing goes wrong any more. */
const LAST_FAULTY_PASS = 2;

/** An injector of which a test can make the trouble last. */
class LastingInjector extends Injector {
  isLasting = false;
}

/** One grant, the functions that tell people of it, and Slack's stand-in; every call of every process may go wrong. Log, rows and
 *  claims are the fakes of the unit tests, Slack is called over HTTP. */
export class MessageWalk {
  readonly clock = new WalkClock();
  readonly injector = new LastingInjector(this.clock);
  readonly #dir = mkdtempSync(join(tmpdir(), 'message-walk-'));
  #slack: { url: string; close(): Promise<void> } | undefined;
  #log = new FakeEventLog([]);
  #grants = new FakeGrantTable();
  #claims = new FakeClaimStore(this.clock);
  #grantId: GrantId = GRANT_ID;
  #runs = 0;
  #seen = 0;
  readonly #running = new Set<Promise<unknown>>();
  readonly #configuration = configurationOf({
    ...configurationContent(),
    people: [{ id: 'ada@acme.example', slack: 'T0ACME/U0ADA' }],
    slack: {
      team: 'T0ACME',
      approversChannel: 'C0APPROVALS',
      channels: [{ project: { workspace: 'acme', ...SHOP_PROJECT }, channel: 'C0SHOP' }],
    },
  });

  static async start(): Promise<MessageWalk> {
    const walk = new MessageWalk();
    walk.#slack = await startSlackSandbox({ port: 0, dir: walk.#dir });
    return walk;
  }

  async end(): Promise<void> {
    await this.#slack?.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** A grant of its own with these events, of which nobody was told. */
  async begin(events: readonly NewEvent[]): Promise<void> {
    this.injector.arm(undefined);
    this.#runs += 1;
    const letters = [26 ** 2, 26, 1].map((of) =>
      String.fromCharCode(97 + (Math.floor(this.#runs / of) % 26)),
    );
    this.#grantId = asGrantId(GRANT_ID.slice(0, -letters.length) + letters.join(''));
    this.#log = new FakeEventLog([]);
    this.#grants = new FakeGrantTable();
    this.#claims = new FakeClaimStore(this.clock);
    this.#seen = (await this.#messages()).length;
    for (const event of chain(events, this.#grantId)) await this.#log.append(event);
  }

  inMs = (milliseconds: number) => asInstant(new Date(this.clock.now() + milliseconds).toISOString());

  /** Appends an event as a function does; whoever was not answered looks, and asks again. */
  async untilAppended(event: NewEvent): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const before = await eventsOf(this.#log, this.#grantId);
      if (
        before.at(-1)?.type === event.type &&
        JSON.stringify(before.at(-1)?.data) === JSON.stringify(event.data)
      )
        return;
      if (attempt > 0) this.injector.calm();
      const process = new WalkProcess();
      const ports = this.#ports(process);
      await process
        .run(async () => {
          const stream = await loadStream(ports, this.#grantId);
          const cause = { principal: ada, correlationId: 'walk', entryPoint: 'http' as const };
          const appended = await appendEvent(ports, stream, { event, cause });
          if (appended) await projectStream(ports, appended);
        })
        .catch(() => undefined);
      await this.#idle();
    }
    throw new Error('the event is not appended');
  }

  /** The passes of the reconciler that follow each other; the first ones while things go wrong. */
  async passes(): Promise<void> {
    for (const [n, pause] of PAUSES.entries()) {
      if (n === LAST_FAULTY_PASS && !this.injector.isLasting && this.injector.hit) this.injector.calm();
      await this.injector.arriveLate();
      this.clock.advance(pause * 1000);
      const process = new WalkProcess();
      const ports = this.#ports(process);
      const pass = {
        correlationId: `pass-${this.clock.now()}`,
        deadline: asEpoch(this.clock.now() + 270_000),
      };
      await process.run(() => reconcile(ports as never, pass)).catch(() => undefined);
      await this.#idle();
    }
  }

  /** How often each kind of message stands in each channel. */
  async told(): Promise<Record<string, number>> {
    const told: Record<string, number> = {};
    for (const { channel, text } of (await this.#messages()).slice(this.#seen)) {
      const kind = `${text.slice(0, text.indexOf(':'))}: ${channel}`;
      told[kind] = (told[kind] ?? 0) + 1;
    }
    return told;
  }

  /** The messages that rows keep. */
  owed = (): OwedMessage[] =>
    [...this.#grants.rows.keys()].flatMap((id) => {
      const message = owedMessage(id);
      return message ? [message] : [];
    });

  state = (): string | undefined => this.#grants.rows.get(this.#grantId)?.projected?.grant.state;

  async #messages() {
    const answer = await fetch(`${this.#slack?.url}/sandbox/messages`);
    return ((await answer.json()) as { items: { channel: string; text: string }[] }).items;
  }

  async #idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  #ports(process: WalkProcess) {
    const outgoing = this.injector.outgoingOf(process);
    const through = <T extends object>(port: T, system: OutgoingCall['system']): T =>
      new Proxy(port, {
        get: (target, name) => {
          const member = Reflect.get(target, name) as unknown;
          if (typeof member !== 'function') return member;
          return (...given: unknown[]) =>
            outgoing({ system, operation: String(name) }, async () => member.apply(target, given));
        },
      });
    const log = through(this.#log, 'DynamoDB');
    const grants = through(this.#grants, 'DynamoDB');
    const worker: Worker = {
      handOn: (message) =>
        outgoing({ system: 'Lambda', operation: 'Invoke' }, async () => this.#work(message as OwedMessage)),
    };
    const quiet = { info() {}, warn() {}, error() {} };
    return {
      configuration: this.#configuration,
      clock: this.clock,
      log,
      grants,
      checkpoints: new FakeCheckpointStore(),
      claims: through(this.#claims, 'DynamoDB'),
      web: slackWebApi({
        url: this.#slack?.url ?? '',
        token: async () => slackSeed.botToken,
        timeoutMs: 10_000,
        outgoing,
      }),
      logger: quiet,
      worker,
      notifier: rowNotifier({
        grants,
        worker,
        settings: {
          slack: this.#configuration.slack as never,
          directory: this.#configuration,
          approvals: this.#configuration.approvals,
        },
        reportLate: () => {},
      }),
      provisioner: { run: () => this.#provision() },
      reportFailure: () => {},
      reportStopped: () => {},
    };
  }

  /** Lambda runs the worker, whether or not its caller lives on, and repeats it twice where it throws. */
  #work(message: OwedMessage): void {
    const run = async () => {
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const process = new WalkProcess();
        const ended = await process
          .run(() => takeOwed(this.#ports(process) as never, message))
          .catch(() => 'failed' as const);
        if (ended === undefined) return;
      }
    };
    const running = run().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** The provisioner ends the grant, step by step. */
  async #provision() {
    const process = new WalkProcess();
    const ports = this.#ports(process);
    const cause = {
      principal: { kind: 'system' as const, id: 'provisioner' },
      correlationId: 'walk',
      entryPoint: 'schedule' as const,
    };
    const ended = await process
      .run(async () => {
        let stream = await loadStream(ports, this.#grantId);
        for (const event of [disabled, deleted, revoked]) {
          if (stream.events.some(({ type }) => type === event.type)) continue;
          const next = await appendEvent(ports, stream, { event, cause });
          if (!next) return 'unfinished' as const;
          stream = next;
        }
        await projectStream(ports, stream);
        return 'settled' as const;
      })
      .catch(() => 'unfinished' as const);
    return { outcome: ended === 'settled' ? ('settled' as const) : ('unfinished' as const) };
  }
}
