import type { RequestInForce } from '../../grants/grant.ts';
import type { GrantId } from '../../shared/identifiers.ts';
import { findProviderOf } from './ensure-provider.ts';
import type { ProvisionerRun } from './run.ts';

/** What a new role needs to know beside its plan. Each read has begun, and its answer or failure comes when it is asked for:
 *  so they wait for no other, and what is decided does not depend on which of them ends first. */
export type ReadsAhead = {
  live(): Promise<GrantId[]>;
  roleQuota(): ReturnType<ProvisionerRun['iam']['roleQuota']>;
  provider(): ReturnType<typeof findProviderOf>;
  /** Resolves when every read has ended, well or badly. */
  ended(): Promise<void>;
};

/** Begins the reads that depend on nothing but the intent. */
export function readAhead(run: ProvisionerRun, { intent }: Pick<RequestInForce, 'intent'>): ReadsAhead {
  const live = run.ports.grants.listLive(intent.repository.uuid, intent.account);
  // An account that is not configured fails this read, and no other.
  const roleQuota = (async () => run.iam.roleQuota())();
  const provider = findProviderOf(run, intent);
  const all = Promise.allSettled([live, roleQuota, provider]);
  return {
    live: () => live,
    roleQuota: () => roleQuota,
    provider: () => provider,
    ended: async () => {
      await all;
    },
  };
}
