import type { OutgoingCall } from '../../../../adapters/outgoing.ts';
import type { Configuration } from '../../../../domain/configuration/configuration.ts';
import { streamBeside } from '../../../../domain/grants/unreadable/revocation.ts';
import type { LifetimeSettings } from '../../../../domain/lifetimes/schema.ts';
import type { AccountId, GrantId, StreamId } from '../../../../domain/shared/identifiers.ts';
import type { EpochMilliseconds } from '../../../../domain/shared/time.ts';
import { runCanary } from '../../../../domain/use-cases/canary/canary.ts';
import type { CanaryFinding } from '../../../../domain/use-cases/canary/finding.ts';
import { passOverAccounts } from '../../../../domain/use-cases/drift/drift-pass.ts';
import type { DriftPorts } from '../../../../domain/use-cases/drift/running-pass.ts';
import type { Provisioner, ProvisionerAnswer } from '../../../../domain/use-cases/provisioner.ts';
import { provisionGrant } from '../../../../domain/use-cases/provisioning/invocation/provision-grant.ts';
import type { ProvisionerPorts } from '../../../../domain/use-cases/provisioning/run.ts';
import {
  type ReconcilePorts,
  type Reconciliation,
  reconcile,
} from '../../../../domain/use-cases/reconcile.ts';
import type { RequestPorts } from '../../../../domain/use-cases/requests/request-grant.ts';
import {
  type Core,
  composeCanary,
  composeCore,
  composeDriftPasses,
  composeProvisioner,
  composeRequests,
  composeStreams,
} from '../../../../handlers/composition/compose.ts';
import { composeProvisionerClient, composeWorkerClient } from '../../../../handlers/invocation/clients.ts';
import { asEpoch } from '../../identifiers.ts';
import { hurry } from '../hurry.ts';
import { Injector } from '../injector.ts';
import { type AwsHand, awsHand } from './aws.ts';
import { WalkClock } from './clock.ts';
import { type InvocationEnd, type LambdaStandIn, startLambda } from './lambda.ts';
import { WalkProcess } from './process.ts';
import { startWalkStandIns, type WalkStandIns } from './stand-ins.ts';
import { type RawStorage, rawStorage } from './storage.ts';

/** A defect, planted by wrapping what the product composes. */
export type Plant = {
  edge?(ports: RequestPorts): RequestPorts;
  provisioner?(ports: ProvisionerPorts): ProvisionerPorts;
  reconciler?(ports: ReconcilerPorts): ReconcilerPorts;
};

/** What the reconciler works with. */
export type ReconcilerPorts = ReconcilePorts & Omit<DriftPorts, 'reportOrphan' | 'reportFailure'>;

/** The provisioner's time limit in `serverless.yml`, and the margins of `handlers/worker/provisioner-function.ts`. */
const FUNCTION_MS = 30_000;
const LAST_CALL_MS = 3000;
const LEASE_MARGIN_MS = 60_000;
/** The reconciler's time limit less the time that it keeps for its last grant. */
const PASS_MS = 270_000;

const isIamWrite = ({ system, operation }: OutgoingCall): boolean =>
  system === 'IAM' && !/^(Get|List)/.test(operation);

/** The product's functions in this process, over real adapters and real stand-ins, on a clock that nobody waits for. */
export class CrashWorld {
  readonly clock: WalkClock;
  readonly injector: Injector;
  readonly standIns: WalkStandIns;
  readonly storage: RawStorage;
  readonly aws: AwsHand;
  plant: Plant = {};
  /** The grant that the present run is about. */
  watched: GrantId | undefined;
  /** For each IAM write that was sent: how many events of the watched grant lay in the log. */
  eventsBeforeWrites: number[] = [];
  /** The installation's `lifetime`, for processes that start from now on. */
  lifetime: LifetimeSettings | undefined;
  /** The account over whose grants the reconciler passes as well, to find drift; none unless given. */
  driftAccount: AccountId | undefined;
  /** Milliseconds that a pass of the reconciler has. */
  passMs = PASS_MS;
  /** What was due in the newest pass. */
  due: StreamId[] = [];
  /** Whether Lambda runs the provisioner when it is asked to. */
  isLambdaUp = true;
  #lambda: LambdaStandIn | undefined;
  #settings: Core | undefined;
  #reconciler: { process: WalkProcess; ports: ReconcilerPorts } | undefined;
  #ids = 0;

  private constructor(clock: WalkClock, standIns: WalkStandIns) {
    this.clock = clock;
    this.standIns = standIns;
    this.injector = new Injector(clock);
    this.injector.beforeSend = async (call) => {
      const { watched } = this;
      if (!watched || !isIamWrite(call)) return;
      const [own, beside] = await Promise.all([
        this.storage.events(watched),
        this.storage.events(streamBeside(watched)),
      ]);
      this.eventsBeforeWrites.push(own.length + beside.length);
    };
    this.aws = awsHand(standIns, () => clock.now());
    const { EVENTS_TABLE = '', GRANTS_TABLE = '' } = standIns.variables(0);
    this.storage = rawStorage(standIns.dynamodbUrl, EVENTS_TABLE, GRANTS_TABLE);
  }

  static async start(): Promise<CrashWorld> {
    hurry();
    const clock = new WalkClock();
    const world = new CrashWorld(clock, await startWalkStandIns(clock));
    world.#lambda = await startLambda((payload) => world.#invoke(payload as { grantId: GrantId }));
    const variables = world.standIns.variables(world.#lambda.port);
    Object.assign(process.env, variables, { POWERTOOLS_LOG_LEVEL: 'SILENT' });
    const settings = composeCore({ variables, source: world.standIns.source, clock });
    // What Slack is told is nothing that a grant waits for; the walk is of what must come to agree.
    world.#settings = { ...settings, configuration: { ...settings.configuration, slack: undefined } };
    return world;
  }

  async stop(): Promise<void> {
    this.storage.close();
    await this.#lambda?.close();
    await this.standIns.close();
  }

  newId(): string {
    this.#ids += 1;
    return `id-${this.#ids}`;
  }

  /** What a process starts from. The settings are read once: files are no calls. */
  #core(process: WalkProcess): Core {
    if (!this.#settings) throw new Error('the world has not started');
    const { lifetime } = this;
    const configuration = { ...this.#settings.configuration, lifetime };
    return { ...this.#settings, configuration, outgoing: this.injector.outgoingOf(process) };
  }

  /** Does what one request does, in a process of its own; `died` when that died. */
  async request<T>(work: (ports: RequestPorts) => Promise<T>): Promise<T | 'died'> {
    const process = new WalkProcess();
    const ports = composeRequests(this.#core(process));
    return process.run(() => work(this.plant.edge?.(ports) ?? ports));
  }

  /** One pass of the reconciler, in a process that lives until it dies or is retired. A pass that fails as a whole throws. */
  async reconcile(): Promise<Reconciliation | 'died'> {
    if (!this.#reconciler || this.#reconciler.process.isDead) this.#reconciler = this.#startReconciler();
    const { process, ports } = this.#reconciler;
    const deadline = asEpoch(this.clock.now() + this.passMs);
    const owner = this.newId();
    this.due = [];
    return process.run(async () => {
      const own = this.plant.reconciler?.(ports) ?? ports;
      const [found] = await Promise.allSettled([reconcile(own, { correlationId: owner, deadline })]);
      await this.#lookForDrift(own, { owner, deadline });
      if (found.status === 'rejected') throw found.reason;
      return found.value;
    });
  }

  /** The reconciler's pass over drift, where one is due. */
  async #lookForDrift(
    ports: ReconcilerPorts,
    run: { owner: string; deadline: EpochMilliseconds },
  ): Promise<void> {
    const accounts = ports.accounts.filter(({ id }) => id === this.driftAccount);
    if (accounts.length === 0) return;
    await passOverAccounts(
      { ...ports, accounts, reportOrphan: () => {}, reportFailure: () => {} },
      { ...run, isForced: false },
    );
  }

  #startReconciler(): { process: WalkProcess; ports: ReconcilerPorts } {
    const process = new WalkProcess();
    const core = this.#core(process);
    const provisioner: Provisioner = composeProvisionerClient(core);
    return {
      process,
      ports: {
        ...composeStreams(core),
        configuration: core.configuration,
        ...composeDriftPasses(core),
        provisioner,
        worker: composeWorkerClient(core),
        reportFailure: () => {},
        reportStopped: () => {},
        reportDue: ({ grantId }) => this.due.push(grantId),
      },
    };
  }

  /** One run of the canary, in a process of its own. */
  async canary(over: Partial<Configuration> = {}): Promise<CanaryFinding[] | 'died'> {
    const process = new WalkProcess();
    const core = this.#core(process);
    const configuration = { ...core.configuration, ...over };
    return process.run(() => runCanary(composeCanary({ ...core, configuration })));
  }

  /** Ends every process that waits for work, as a deployment does. */
  retire(): void {
    this.#reconciler = undefined;
  }

  /** Resolves when no provisioner runs any more. */
  idle = (): Promise<void> => this.#lambda?.idle() ?? Promise.resolve();

  async #invoke({ grantId }: { grantId: GrantId }): Promise<InvocationEnd> {
    if (!this.isLambdaUp) return 'died';
    const process = new WalkProcess();
    const ports = composeProvisioner(this.#core(process));
    const ends = this.clock.now() + FUNCTION_MS;
    const ended = await process.run<ProvisionerAnswer>(() =>
      provisionGrant(this.plant.provisioner?.(ports) ?? ports, {
        grantId,
        owner: this.newId(),
        deadline: asEpoch(ends - LAST_CALL_MS),
        leaseUntil: asEpoch(ends + LEASE_MARGIN_MS),
      }).catch(() => ({ outcome: 'unfinished' as const })),
    );
    return ended === 'died' ? ended : { answer: ended };
  }
}
