import type { Repository } from '../../../../domain/bitbucket/repository.ts';
import type { SweepPosition, SweepStore } from '../../../../domain/drift/sweeps.ts';
import { INSTALLATION, type WorkspaceUuid } from '../../../../domain/shared/identifiers.ts';
import { toInstant } from '../../../../domain/shared/time.ts';
import { reconcilerCause } from '../../../../domain/use-cases/revoke-due.ts';
import { recordRules } from '../../../../domain/use-cases/sweeping/rules-in-force.ts';
import type { SweepFinding, SweepPorts } from '../../../../domain/use-cases/sweeping/running-sweep.ts';
import { sweepWorkspace } from '../../../../domain/use-cases/sweeping/sweep.ts';
import { asEpoch } from '../../identifiers.ts';
import { FollowWorld } from '../follow.ts';
import { ACME, present } from '../samples.ts';
import { eventsOf } from '../streams/stored.ts';
import { FakePasses, FakeSights } from './inventory.ts';

/** Milliseconds. */
export const HOUR_MS = 3_600_000;

/** Sweeps of workspace acme over fakes of everything outside. */
export class SweepWorld extends FollowWorld {
  readonly sweeps: SweepStore & FakePasses<WorkspaceUuid, SweepPosition> = new FakePasses();
  readonly sights = new FakeSights(this.grants);
  readonly findings: SweepFinding[] = [];
  readonly failures: string[] = [];
  #sweeps = 0;

  get sweepPorts(): SweepPorts {
    return {
      ...this.followPorts,
      sweeps: this.sweeps,
      sights: this.sights,
      reportSweep: (finding) => this.findings.push(finding),
      reportSweepFailure: (about, error) => this.failures.push(`${about}: ${(error as Error).message}`),
    };
  }

  /** One run of the sweep. */
  run(over: { isForced?: boolean; seconds?: number } = {}) {
    const { isForced = true, seconds = 120 } = over;
    this.#sweeps += 1;
    return sweepWorkspace(this.sweepPorts, {
      workspace: ACME,
      owner: `sweep-${this.#sweeps}`,
      deadline: asEpoch(this.clock.now() + seconds * 1000),
      isForced,
    });
  }

  /** Runs until the sweep is over, each a minute after the one before; answers what it found. */
  async sweep() {
    for (let runs = 0; runs < 100; runs += 1) {
      const outcome = await this.run({ isForced: runs === 0 });
      this.clock.advance(60_000);
      if (outcome.is === 'over') return present('found' in outcome ? outcome.found : undefined);
    }
    throw new Error('the sweep has no end');
  }

  /** A deployment of the rules of the configuration. */
  deployRules(): Promise<void> {
    const ports = { ...this.requestPorts, configuration: this.configuration };
    return recordRules(ports, reconcilerCause({ correlationId: 'pass' }));
  }

  /** A repository that Bitbucket has from now on, and of which no webhook came. */
  createUnheard(repository: Repository): void {
    this.bitbucket.repositories.push(repository);
    this.bitbucket.createdAt.set(repository.uuid, toInstant(this.clock.now()));
  }

  /** The types of the installation's events. */
  async installationStory(): Promise<string[]> {
    return (await eventsOf(this.log, INSTALLATION)).map(({ type }) => type);
  }
}
