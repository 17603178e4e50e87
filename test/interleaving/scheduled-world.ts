import type { Scheduler } from 'fast-check';
import type { Provisioner } from '../../domain/use-cases/provisioner.ts';
import type { ProvisionerPorts } from '../../domain/use-cases/provisioning/run.ts';
import { reconcile } from '../../domain/use-cases/reconcile.ts';
import type { RequestPorts } from '../../domain/use-cases/requests/request-grant.ts';
import { World } from '../support/domain/fakes/fakes.ts';
import { asEpoch } from '../support/identifiers.ts';

const LEASE_MS = 100_000;
const MOST_PASSES = 6;

/** The fakes' world, in which each call of each port waits for its turn at a scheduler. */
export class ScheduledWorld extends World {
  /** Undefined: nobody waits. */
  scheduler: Scheduler | undefined;

  #inTurn<P extends object>(port: P): P {
    const turn = (name: string) => this.scheduler?.schedule(Promise.resolve(), name) ?? Promise.resolve();
    return new Proxy(port, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name === 'now') return () => value.apply(target);
        return async (...args: unknown[]) => {
          await turn(String(name));
          return value.apply(target, args);
        };
      },
    });
  }

  override get provisionerPorts(): ProvisionerPorts {
    const ports = super.provisionerPorts;
    return {
      ...ports,
      clock: this.#inTurn(ports.clock),
      log: this.#inTurn(ports.log),
      checkpoints: this.#inTurn(ports.checkpoints),
      grants: this.#inTurn(ports.grants),
      bitbucket: this.#inTurn(ports.bitbucket),
      iam: (deadline) => this.#inTurn(ports.iam(deadline)),
    };
  }

  override get requestPorts(): RequestPorts {
    const ports = super.requestPorts;
    return {
      ...ports,
      clock: this.#inTurn(ports.clock),
      log: this.#inTurn(ports.log),
      grants: this.#inTurn(ports.grants),
      bitbucket: this.#inTurn(ports.bitbucket),
    };
  }

  /** One pass of the reconciler. */
  async reconcile(): Promise<void> {
    const { clock, log, checkpoints, grants } = this.requestPorts;
    const provisioner: Provisioner = { run: (grantId, waitMs) => this.invoke(grantId, waitMs) };
    const deadline = this.clock.now() + 270_000;
    const ports = {
      clock,
      log,
      checkpoints,
      grants,
      provisioner,
      worker: this.worker,
      installation: this.installation,
      configuration: { accounts: [] },
      reportFailure: () => {},
      reportStopped: () => {},
    };
    await reconcile(ports, { correlationId: this.nextCorrelationId(), deadline: asEpoch(deadline) });
  }

  /** Lets the leases end and the reconciler finish, undisturbed. */
  async settle(): Promise<void> {
    this.scheduler = undefined;
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      this.clock.advance(LEASE_MS);
      await this.reconcile();
    }
  }
}
