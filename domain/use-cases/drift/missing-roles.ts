import type { DriftKind } from '../../grants/drift-kinds.ts';
import type { Grant } from '../../grants/grant.ts';
import { isAtRest } from '../../grants/work.ts';
import { isApplied } from './applied-role.ts';
import { count, look } from './look.ts';
import { seenPart } from './present-roles.ts';
import { type DriftPorts, mayGoOn, type RunningPass } from './running-pass.ts';

/** Grants of an account in one part. */
const GRANTS_PER_PART = 100;

/** Has the provisioner look at the grants of an account that have a role and that IAM's list did not show. True at the end. */
export async function lookThroughGrants(ports: DriftPorts, pass: RunningPass): Promise<boolean> {
  for (;;) {
    if (!mayGoOn(ports, pass)) return false;
    const { after } = pass.position;
    const partition = { by: 'account', value: pass.account.id } as const;
    const part = await ports.grants.entries(partition, { limit: GRANTS_PER_PART, after });
    const open = part.entries.filter(({ state }) => state === 'active' || state === 'frozen');
    const missing = open.filter(({ grantId }) => !pass.seen.has(seenPart(grantId)));
    const { grants, stale } = await ports.grants.read(missing.map(({ grantId }) => grantId));
    const known = grants.filter((grant) => isMissed(grant));
    for (const { id } of [...known, ...stale.map(({ grantId }) => ({ id: grantId }))]) {
      if (!mayGoOn(ports, pass)) return false;
      pass.seen.add(seenPart(id));
      await look(ports, pass, id);
    }
    count(pass, 'grants', open.length);
    if (part.isComplete) return true;
    pass.position = { ...pass.position, ...(part.position ? { after: part.position } : {}) };
  }
}

/** True for a grant whose role should be there: not for one that is frozen because its role is gone. */
const isMissed = (grant: Grant): boolean =>
  isAtRest(grant) &&
  isApplied(grant) &&
  !(grant.state === 'frozen' && grant.frozen.kinds?.some((kind) => GONE.includes(kind)));

const GONE: readonly DriftKind[] = ['ROLE_DELETED', 'ROLE_REPLACED'];
