import { eventsOf } from '../../../invariants/evidence.ts';
import type { Flow } from '../walk.ts';
import { activeWithSession, asks, OTHER_BUCKET, pass, revokes } from './flow-parts.ts';

const account = 'staging';
const globex = { repository: 'globex/other', account: 'production' } as const;

/** Stories of a grant in a spoke: each IAM call is behind a session that may not come about. */
export const spokeFlows: Flow[] = [
  { name: 'a new grant in a spoke whose provider is missing', account, provider: 'missing', ...asks },
  {
    name: 'a new grant in a spoke for an environment',
    isVariation: true,
    account,
    environment: 'Staging',
    ...asks,
  },
  {
    name: 'a change of a grant in a spoke',
    account,
    prepare: (stage) => stage.request(),
    act: (stage) => stage.request(OTHER_BUCKET),
    target: 'active',
    otherwise: [],
    isDone: (evidence) => eventsOf(evidence, 'GrantUpdated').length > 0,
  },
  { name: 'a revoke in a spoke', account, prepare: activeWithSession, ...revokes },
  {
    name: 'a new grant of a workspace with an OAuth consumer in a spoke whose provider is missing',
    ...globex,
    provider: 'missing',
    ...asks,
  },
  {
    name: 'a revoke of a workspace with an OAuth consumer in a spoke that was down when it was asked for',
    isVariation: true,
    ...globex,
    async prepare(stage) {
      await activeWithSession(stage);
      await stage.world.aws.arm({ match: 'AssumeRole', effect: 'forbid', times: 1 });
      await stage.revoke();
      stage.world.clock.advance(61_000);
    },
    act: (stage) => pass(stage),
    target: 'revoked',
    otherwise: [],
  },
  {
    name: 'an expiry in a spoke that was down when it was due',
    isVariation: true,
    account,
    async prepare(stage) {
      await stage.request({ expiresIn: 'PT1H' });
      await stage.openSession();
      stage.world.clock.advance(3_601_000);
      await stage.world.aws.arm({ match: 'AssumeRole', effect: 'forbid', times: 1 });
      await pass(stage);
      stage.world.clock.advance(61_000);
    },
    act: (stage) => pass(stage),
    target: 'revoked',
    otherwise: [],
  },
];
