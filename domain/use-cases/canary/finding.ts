import type { GrantId } from '../../shared/identifiers.ts';

/** What the canary looks at.
 *  - `log`: the event log can be read, and its chains are whole
 *  - `readModel`: the rows can be found
 *  - `overdue`: nothing waits for much longer than a pass of the reconciler
 *  - `switch`: the parameter that freezes the installation can be read
 *  - `bitbucket`: a credential of each workspace is accepted
 *  - `role`: what IAM returns of a live grant's role admits the grant's own tokens, and no others
 *  - `provider`: the identity provider of that grant takes its workspace's audience
 *  - `request`: the fixed request of the configuration can be rendered and passes every check */
export type CanaryCheck =
  | 'log'
  | 'readModel'
  | 'overdue'
  | 'switch'
  | 'bitbucket'
  | 'role'
  | 'provider'
  | 'request';

/** What a check found. `skipped`: there was nothing to look at. `failed` is as it should not be; `broken` could not be looked
 *  at. `detail` holds no secret and no token. */
export type CanaryFinding = {
  check: CanaryCheck;
  outcome: 'ok' | 'skipped' | 'failed' | 'broken';
  detail?: string;
  grantId?: GrantId;
};

/** What one look found, without the name of its check. */
export type Look = Omit<CanaryFinding, 'check'>;

/** As it should be. */
export const OK: Look = { outcome: 'ok' };

/** There was nothing to look at. */
export const skipped = (detail: string): Look => ({ outcome: 'skipped', detail });

/** Not as it should be. */
export const failed = (detail: string): Look => ({ outcome: 'failed', detail });
