import type { Flow } from '../walk.ts';
import { makeForeignRole, repeatLate } from '../world/account.ts';
import { asks, OTHER_BUCKET, pass, together } from './flow-parts.ts';

/** Failures for good, and people who get in each other's way. */
export const troubleFlows: Flow[] = [
  {
    name: 'a new grant to which IAM refuses permissions',
    act: (stage) => stage.request(),
    prepare: (stage) => stage.world.aws.arm({ match: 'PutRolePolicy', effect: 'forbid', times: 99 }),
    target: 'failed',
    otherwise: ['none', 'active'],
    again: () => 'active',
  },
  {
    name: 'a new grant whose role name is taken',
    isVariation: true,
    act: (stage) => stage.request(),
    prepare: (stage) => makeForeignRole(stage.world.aws, stage.roleName, '/'),
    target: 'failed',
    otherwise: ['none'],
  },
  {
    name: 'a new grant whose provider lacks the audience',
    isVariation: true,
    provider: 'unusable',
    act: (stage) => stage.request(),
    target: 'failed',
    otherwise: ['none'],
  },
  {
    name: 'a revoke of a failed grant that left a role behind',
    async prepare(stage) {
      const { aws } = stage.world;
      await aws.arm({ match: 'CreateRole', effect: 'forbid', times: 9 });
      await stage.request();
      await aws.calmDown();
      await repeatLate(aws, 'CreateRole');
    },
    act: (stage) => stage.revoke(),
    target: 'revoked',
    otherwise: ['failed'],
    isTampered: true,
  },
  {
    name: 'two equal requests at once',
    isVariation: true,
    ...asks,
    act: (stage) => together(stage.request(), stage.request()),
  },
  {
    name: 'two different requests at once',
    isVariation: true,
    ...asks,
    act: (stage) => together(stage.request(), stage.request(OTHER_BUCKET)),
    isDone: () => true,
  },
  {
    name: 'a revoke and a request at once',
    isVariation: true,
    prepare: (stage) => stage.request(),
    act: (stage) => together(stage.revoke(), stage.request(OTHER_BUCKET)),
    target: 'revoked',
    otherwise: ['active', 'failed'],
    isDone: () => true,
  },
  {
    name: 'two passes of the reconciler at once',
    isVariation: true,
    async prepare(stage) {
      await stage.withoutProvisioner(() => stage.request());
      stage.world.clock.advance(61_000);
    },
    act: (stage) => together(pass(stage), pass(stage)),
    target: 'active',
    otherwise: ['failed'],
    again: (end) => end,
    isDone: () => true,
  },
];
