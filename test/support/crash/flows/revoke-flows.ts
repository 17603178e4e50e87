import type { Flow } from '../walk.ts';
import { ADMINISTRATOR, ALL_OF_S3, deleteRole, makeForeignRole } from '../world/account.ts';
import { activeWithSession, pass, revokes } from './flow-parts.ts';

const HOUR_MS = 3_600_000;

/** Ends of a grant. */
export const revokeFlows: Flow[] = [
  { name: 'a revoke', ...revokes, prepare: activeWithSession },
  {
    name: 'a revoke of a grant that nobody has begun to make',
    isVariation: true,
    ...revokes,
    prepare: (stage) => stage.withoutProvisioner(() => stage.request()),
    otherwise: ['active', 'failed'],
  },
  {
    name: 'a revoke of a grant whose role was never confirmed',
    isVariation: true,
    ...revokes,
    prepare: (stage) =>
      stage.withDeath({ mode: 'die-after', at: 1, operation: 'CreateRole' }, () => stage.request()),
    otherwise: ['active', 'failed'],
  },
  {
    name: 'a revoke while IAM does not show the new role',
    isVariation: true,
    ...revokes,
    async prepare(stage) {
      await stage.world.aws.arm({ match: 'CreateRole', effect: 'propagation', delayMs: 45_000 });
      await stage.request();
    },
  },
  {
    name: 'a revoke of a role that somebody tampered with',
    isVariation: true,
    ...revokes,
    async prepare(stage) {
      await activeWithSession(stage);
      const { aws } = stage.world;
      const role = { RoleName: stage.roleName };
      await aws.act('DeleteRolePermissionsBoundary', role);
      await aws.act('PutRolePolicy', { ...role, PolicyName: 'backdoor', PolicyDocument: ALL_OF_S3 });
      await aws.act('AttachRolePolicy', { ...role, PolicyArn: ADMINISTRATOR });
    },
    isTampered: true,
  },
  {
    name: 'a revoke of a grant whose role somebody replaced by their own',
    isVariation: true,
    ...revokes,
    async prepare(stage) {
      await stage.request();
      await deleteRole(stage.world.aws, stage.roleName);
      await makeForeignRole(stage.world.aws, stage.roleName, '/rolewright/');
      stage.world.clock.advance(120_000);
    },
    isTampered: true,
  },
  {
    name: 'a webhook of a repository that is gone',
    isVariation: true,
    ...revokes,
    async prepare(stage) {
      await activeWithSession(stage);
      await stage.transferAway();
    },
    act: (stage) => stage.follow('repo:transfer'),
  },
  {
    name: 'an expiry',
    async prepare(stage) {
      await stage.request({ expiresIn: 'PT1H' });
      stage.world.clock.advance(HOUR_MS);
    },
    act: pass,
    target: 'revoked',
    otherwise: [],
    again: (end) => end,
  },
];
