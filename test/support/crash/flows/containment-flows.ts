import { type Evidence, eventsOf } from '../../../invariants/evidence.ts';
import type { Flow } from '../walk.ts';
import {
  askAsPipeline,
  endAllAccess,
  freeze,
  freezeEverything,
  release,
  repair,
  thaw,
} from '../world/containment.ts';
import type { Stage } from '../world/stage.ts';
import { closeByHand, deleteByHand, openByHand } from '../world/tampering.ts';
import { activeWithSession, driftedAfterAnHour, ofLive, pass, revokes } from './flow-parts.ts';

const HOUR_MS = 3_600_000;

async function frozen(stage: Stage): Promise<void> {
  await activeWithSession(stage);
  await freeze(stage);
}

const thaws: Pick<Flow, 'act' | 'target' | 'otherwise' | 'again'> = {
  act: thaw,
  target: 'active',
  otherwise: ['frozen'],
  again: ofLive('active'),
};

/** Freezes of one grant, and what ends them. */
export const freezeFlows: Flow[] = [
  {
    name: 'a freeze',
    prepare: activeWithSession,
    act: freeze,
    target: 'frozen',
    otherwise: ['active'],
    again: ofLive('frozen'),
  },
  {
    name: 'a freeze of a grant that nobody has begun to make',
    isVariation: true,
    prepare: (stage) => stage.withoutProvisioner(() => stage.request()),
    act: freeze,
    target: 'frozen',
    otherwise: ['active', 'failed'],
    again: ofLive('frozen'),
  },
  {
    name: 'a freeze of a grant whose role was never confirmed',
    isVariation: true,
    prepare: (stage) =>
      stage.withDeath({ mode: 'die-after', at: 1, operation: 'CreateRole' }, () => stage.request()),
    act: freeze,
    target: 'frozen',
    otherwise: ['active', 'failed'],
    again: ofLive('frozen'),
  },
  { name: 'a thaw', prepare: frozen, ...thaws },
  {
    name: 'a thaw of a grant whose role was deleted',
    isVariation: true,
    async prepare(stage) {
      await frozen(stage);
      await deleteByHand(stage);
      stage.world.clock.advance(120_000);
    },
    ...thaws,
    isTampered: true,
  },
  {
    name: 'a thaw that IAM refuses half-way',
    isVariation: true,
    async prepare(stage) {
      await frozen(stage);
      await stage.world.aws.arm({ match: 'UpdateAssumeRolePolicy', effect: 'forbid', times: 1 });
    },
    act: thaw,
    target: 'frozen',
    otherwise: ['active'],
    isDone: (evidence) => eventsOf(evidence, 'ThawFailed').length > 0,
    again: ofLive('active'),
  },
  {
    name: 'a repair of a role that somebody opened',
    isVariation: true,
    async prepare(stage) {
      await activeWithSession(stage);
      await openByHand(stage);
    },
    act: repair,
    target: 'active',
    otherwise: [],
    isTampered: true,
    isDone: (evidence) => eventsOf(evidence, 'DriftRepaired').length > 0,
    again: ofLive('active'),
  },
  {
    name: 'a repair of a role that somebody closed',
    isVariation: true,
    watchesDrift: true,
    async prepare(stage) {
      await driftedAfterAnHour(stage, closeByHand);
      await pass(stage);
    },
    act: repair,
    target: 'active',
    otherwise: ['frozen'],
    again: ofLive('active'),
  },
  {
    name: 'a revoke of a frozen grant',
    isVariation: true,
    prepare: frozen,
    ...revokes,
    otherwise: ['frozen'],
  },
  {
    name: 'an expiry of a frozen grant',
    isVariation: true,
    async prepare(stage) {
      await stage.request({ expiresIn: 'PT1H' });
      await stage.openSession();
      await freeze(stage);
      stage.world.clock.advance(HOUR_MS);
    },
    act: pass,
    target: 'revoked',
    otherwise: [],
    again: (end) => end,
  },
];

const isHeld = ({ events }: Evidence): boolean =>
  events.findLastIndex(({ type, data }) => type === 'GrantHeld' || 'hold' in data) >
  events.findLastIndex(({ type }) => type === 'HoldReleased');

/** Holds of a grant and of a repository. */
export const holdFlows: Flow[] = [
  {
    name: 'a revoke that holds the grant against machines',
    isVariation: true,
    prepare: activeWithSession,
    ...revokes,
    // What a machine asks for afterwards has no effect: the grant stays revoked.
    async act(stage) {
      const answer = await stage.revoke();
      await askAsPipeline(stage);
      return answer;
    },
    isDone: (evidence) => eventsOf(evidence, 'RevocationRequested').some(({ data }) => 'hold' in data),
  },
  {
    name: 'an end of all access of a repository',
    hasSurroundings: true,
    prepare: activeWithSession,
    ...revokes,
    act: endAllAccess,
    isDone: ({ surroundings }) => (surroundings?.repository.length ?? 0) > 0,
  },
  {
    name: 'an end of all access of a repository, with a grant that is frozen',
    isVariation: true,
    hasSurroundings: true,
    prepare: frozen,
    ...revokes,
    act: endAllAccess,
    otherwise: ['frozen'],
  },
  {
    name: 'a release',
    isVariation: true,
    hasSurroundings: true,
    async prepare(stage) {
      await activeWithSession(stage);
      await endAllAccess(stage);
    },
    act: release,
    target: 'revoked',
    otherwise: [],
    isDone: (evidence) =>
      eventsOf(evidence, 'HoldReleased').length > 0 &&
      evidence.surroundings?.repository.at(-1)?.type === 'RepositoryReleased',
  },
  {
    name: 'a request of a pipeline after a release',
    isVariation: true,
    hasSurroundings: true,
    async prepare(stage) {
      await activeWithSession(stage);
      await endAllAccess(stage);
      await release(stage);
    },
    act: askAsPipeline,
    target: 'active',
    otherwise: ['revoked', 'failed'],
    // Whoever revoked it meanwhile holds it again.
    again: (end, evidence) => (end === 'revoked' && isHeld(evidence) ? 'revoked' : 'active'),
  },
];

const isInstallation =
  (state: 'InstallationFrozen' | 'InstallationThawed'): NonNullable<Flow['isDone']> =>
  ({ surroundings }) =>
    surroundings?.installation.at(-1)?.type === state;

/** Freezes of the whole installation. */
export const installationFlows: Flow[] = [
  {
    name: 'a freeze of the installation',
    hasSurroundings: true,
    prepare: activeWithSession,
    act: freezeEverything,
    target: 'active',
    otherwise: [],
    isDone: isInstallation('InstallationFrozen'),
    again: ofLive('active'),
  },
  {
    name: 'a request while the installation is frozen',
    hasSurroundings: true,
    isVariation: true,
    prepare: freezeEverything,
    act: (stage) => stage.request(),
    target: 'none',
    otherwise: [],
    again: (end) => end,
    isRefused: true,
  },
  {
    name: 'a freeze of the installation while a grant is about to be made',
    hasSurroundings: true,
    isVariation: true,
    async prepare(stage) {
      await stage.withoutProvisioner(() => stage.request());
      stage.world.clock.advance(61_000);
      await freezeEverything(stage);
    },
    act: pass,
    target: 'failed',
    otherwise: [],
    again: (end) => end,
  },
  {
    name: 'a freeze of the installation while a grant is about to be thawed',
    hasSurroundings: true,
    isVariation: true,
    async prepare(stage) {
      await frozen(stage);
      await stage.withoutProvisioner(() => thaw(stage));
      stage.world.clock.advance(61_000);
      await freezeEverything(stage);
    },
    act: pass,
    target: 'frozen',
    otherwise: [],
    isDone: (evidence) => eventsOf(evidence, 'ThawFailed').length === 1,
    again: ofLive('frozen'),
  },
  {
    name: 'a revoke while the installation is frozen',
    hasSurroundings: true,
    isVariation: true,
    async prepare(stage) {
      await activeWithSession(stage);
      await freezeEverything(stage);
    },
    ...revokes,
  },
  {
    name: 'an end of the freeze of the installation',
    hasSurroundings: true,
    prepare: async (stage) => {
      await activeWithSession(stage);
      await freezeEverything(stage);
      await stage.world.aws.thawInstallation();
      stage.world.clock.advance(61_000);
    },
    act: pass,
    target: 'active',
    otherwise: [],
    isDone: isInstallation('InstallationThawed'),
    again: ofLive('active'),
  },
];
