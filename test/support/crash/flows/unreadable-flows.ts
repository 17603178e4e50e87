import type { Flow } from '../walk.ts';
import { pass, spoiledWithSession } from './flow-parts.ts';

const HOUR_MS = 3_600_000;

const closes: Pick<Flow, 'act' | 'target' | 'otherwise' | 'again'> = {
  act: (stage) => stage.revoke(),
  target: 'closed',
  otherwise: ['active'],
};

/** Ends of grants whose streams cannot be read. */
export const unreadableFlows: Flow[] = [
  { name: 'a revoke of a grant that cannot be read', ...closes, prepare: spoiledWithSession },
  {
    name: 'a revoke of an unreadable grant whose role has lost its boundary',
    isVariation: true,
    ...closes,
    async prepare(stage) {
      await spoiledWithSession(stage);
      await stage.world.aws.act('DeleteRolePermissionsBoundary', { RoleName: stage.roleName });
    },
    isTampered: true,
  },
  {
    name: 'a webhook of a repository that is gone, about a grant that cannot be read',
    isVariation: true,
    ...closes,
    async prepare(stage) {
      await spoiledWithSession(stage);
      await stage.transferAway();
    },
    act: (stage) => stage.follow('repo:transfer'),
  },
  {
    name: 'an expiry of a grant that cannot be read',
    isVariation: true,
    ...closes,
    async prepare(stage) {
      await stage.request({ expiresIn: 'PT1H' });
      await stage.openSession();
      await stage.spoil();
      stage.world.clock.advance(HOUR_MS);
    },
    act: pass,
    otherwise: [],
    again: (end) => end,
  },
];
