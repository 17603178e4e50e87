import { instead } from '../../../drift/action.ts';
import { type Drift, kindsOf } from '../../../grants/drift.ts';
import type { ActiveGrant } from '../../../grants/grant.ts';
import { repairRole, restoreRole } from '../restore-role.ts';
import type { ProvisionerRun } from '../run.ts';
import { findingNow, recordFinding } from './examine.ts';

/** Announces the freeze of a grant whose finding asks for one; the next step of the run closes the role. */
export function contain(run: ProvisionerRun, { differences, kinds }: Drift): Promise<void> {
  const shown = kindsOf(differences).join(', ');
  const reason = `The role was changed from outside Rolewright: ${shown}.`;
  return run.recordIntent({ type: 'GrantFrozen', data: { cause: 'drift', reason, kinds } });
}

/** Restores the role of an active grant to what was last applied. A repair that a person asked for ends in the log, well or badly.
 *  One that a finding asked for begins with another look, because someone may have closed the role meanwhile. Where the
 *  role may not be restored it ends in another finding: what was opened freezes, the rest is reported. */
export async function repair(run: ProvisionerRun, grant: ActiveGrant): Promise<void> {
  if (!grant.drift || grant.repair?.by.kind !== 'system') return repairRole(run, grant);
  const { name, arn, id } = grant.role;
  const now = await findingNow(run, grant);
  if (now && now.decision.action !== 'repair') return recordFinding(run, grant, now);
  const failure = now && (await restoreRole(run, grant));
  if (!failure) return run.recordIntent({ type: 'DriftRepaired', data: { role: { name, arn, id } } });
  const { differences } = now;
  await recordFinding(run, grant, {
    differences,
    decision: { action: instead(differences), isRepeated: false },
    reason: `The role cannot be repaired: ${failure.detail}`,
  });
}
