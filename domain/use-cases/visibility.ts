import { type Instant, toEpoch } from '../time.ts';
import type { ProvisionerRun } from './provisioner-run.ts';

/** Seconds since an instant by the run's clock; 0 when there is none. */
export const secondsSince = (run: ProvisionerRun, at: Instant | undefined): number =>
  at === undefined ? 0 : (run.ports.clock.now() - toEpoch(at)) / 1000;
