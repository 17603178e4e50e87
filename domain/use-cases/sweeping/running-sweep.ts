import type { Workspace } from '../../bitbucket/oidc.ts';
import type { Sights, SweepFound, SweepPosition, SweepStore } from '../../drift/sweeps.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import type { FollowPorts, Occasion } from '../following/follow-repository.ts';

/** What a sweep needs. */
export type SweepPorts = FollowPorts & {
  sweeps: SweepStore;
  sights: Sights;
  /** Reports what a sweep found and leaves to people. Never throws. */
  reportSweep(finding: SweepFinding): void;
  /** Reports what a sweep could not look at, or that it stopped; it goes on later. Never throws. */
  reportSweepFailure(about: string, error: unknown): void;
};

/** What a sweep leaves to people: a repository without what a rule gives; one that is shown no more, without a proof that it is
 *  gone; grants of one that is gone, which the brake keeps. */
export type SweepFinding = {
  workspace: string;
  repository: string;
  why: 'without-grant' | 'unproven' | 'brake';
  detail: string;
};

/** One run of a sweep. `isForced`: a sweep begins, whenever the last one was. `owner` is unique to the run; it begins nothing
 *  after `deadline`. */
export type SweepRun = {
  workspace: Workspace;
  owner: string;
  deadline: EpochMilliseconds;
  isForced: boolean;
};

/** A sweep while it runs. */
export type RunningSweep = Pick<SweepRun, 'workspace' | 'owner' | 'deadline'> & { position: SweepPosition };

/** True while a sweep may begin something. */
export const mayGoOn = ({ clock }: Pick<SweepPorts, 'clock'>, { deadline }: RunningSweep): boolean =>
  clock.now() < deadline;

/** Counts some more of something. */
export function count(sweep: RunningSweep, what: keyof SweepFound, by = 1): void {
  const { found } = sweep.position;
  sweep.position = { ...sweep.position, found: { ...found, [what]: found[what] + by } };
}

/** What causes all that a sweep does. */
export const occasionOf = ({ owner }: Pick<RunningSweep, 'owner'>): Occasion => ({
  correlationId: owner,
  entryPoint: 'schedule',
});
