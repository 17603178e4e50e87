import { type Account, hubOf, isSpoke } from '../../domain/shared/account.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import type { Iam, IamScope } from '../../domain/use-cases/provisioning/iam.ts';
import type { Outgoing } from '../outgoing.ts';
import { awsIam, iamClient } from './iam.ts';
import { spokeSession, stsClient } from './spoke-session.ts';

/** The IAM of each account: that of the hub by the function's own role, that of a spoke by a session for one grant and one run.
 *  A spoke's client is made for each run, so that no session outlives its run or serves another. Throws where there is no
 *  hub. */
export function accountIam(
  accounts: readonly Account[],
  clock: Clock,
  outgoing: Outgoing,
): (scope: IamScope) => Iam {
  const hub = hubOf(accounts);
  if (!hub) throw new Error('a configuration has a hub');
  const own = iamClient(hub.region, outgoing);
  const sts = stsClient(hub.region, outgoing);
  return (scope) => {
    const { account } = scope;
    if (!isSpoke(account)) return awsIam(own, clock, scope.deadline);
    const session = spokeSession({ sts, clock }, { ...scope, account });
    return awsIam(iamClient(account.region, outgoing, session), clock, scope.deadline);
  };
}
