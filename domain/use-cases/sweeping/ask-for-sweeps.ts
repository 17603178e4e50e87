import type { Workspace } from '../../bitbucket/oidc.ts';
import { sweepId } from '../../drift/sweeps.ts';
import type { GrantTable } from '../../grants/stores.ts';
import type { Worker } from '../../messaging/ports.ts';
import type { Clock } from '../../shared/clock.ts';
import { plusSeconds, seconds, toInstant } from '../../shared/time.ts';

/** Seconds after which the reconciler hands a sweep on once more that the worker has not come to. */
const AGAIN_SECONDS = seconds(60);

/** What asking for sweeps needs. */
export type AskPorts = {
  workspaces: readonly Workspace[];
  grants: Pick<GrantTable, 'markDue'>;
  worker: Worker;
  clock: Clock;
  /** Reports a workspace whose sweep could not be handed on at once; its row is due later. Never throws. */
  reportSweepFailure(about: string, error: unknown): void;
};

/** Has the worker sweep every workspace; it decides whether a sweep is due. A row keeps each sweep until it is over, so none is lost. */
export async function askForSweeps(ports: AskPorts, isForced: boolean): Promise<void> {
  for (const { slug } of ports.workspaces) {
    const dueAt = plusSeconds(toInstant(ports.clock.now()), AGAIN_SECONDS);
    try {
      await ports.grants.markDue(sweepId(slug), 0, dueAt);
      const message = { source: 'sweep' as const, workspace: slug, isForced };
      await ports.worker.handOn({ ...message, resumption: { dueAt, number: 0 } });
    } catch (error) {
      ports.reportSweepFailure(slug, error);
    }
  }
}
