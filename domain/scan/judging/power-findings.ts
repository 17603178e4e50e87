import { type EpochMilliseconds, epochOf } from '../../shared/time.ts';
import type { Role } from '../account/account.ts';
import type { Capabilities } from '../permissions/capabilities.ts';
import type { TrustFinding } from './trust-findings.ts';

/** How long a role may be unused, in milliseconds: 90 days, as CIS AWS Foundations Benchmark has it for credentials. */
const UNUSED_AFTER_MS = 90 * 86_400_000;

/** Why the same finding is graver on one role than on another. */
const why = (isOpen: boolean): string =>
  isOpen ? 'graver here, because strangers get in' : 'less grave here, because no stranger gets in';

/** What the role's policies, and the lack of a boundary, add to an open or a narrow trust. */
export function powerFindings(
  role: Role,
  { isAdministrator, escalates, can }: Capabilities,
  isOpen: boolean,
): TrustFinding[] {
  const found: TrustFinding[] = [];
  if (isAdministrator) {
    found.push({
      code: 'ADMINISTRATOR',
      severity: isOpen ? 'critical' : 'high',
      summary: `the role may do everything in account ${role.accountId}; ${why(isOpen)}`,
    });
  } else if (escalates) {
    found.push({
      code: 'ESCALATION',
      severity: isOpen ? 'high' : 'medium',
      summary: `the role can ${can[0]}; ${why(isOpen)}`,
    });
  }
  if (role.boundary === undefined && role.hasPermissions) {
    found.push({
      code: 'NO_BOUNDARY',
      severity: isOpen ? 'medium' : 'low',
      summary: `the role has no permissions boundary, so that its policies alone limit it; ${why(isOpen)}`,
    });
  }
  return found;
}

/** A finding about a role that nothing uses; none where its document says nothing of its use. */
export function unusedFinding(role: Role, isOpen: boolean, now: EpochMilliseconds): TrustFinding[] {
  const since = role.lastUsed ?? (role.knowsUse ? role.created : undefined);
  if (since === undefined || !(now - epochOf(since) > UNUSED_AFTER_MS)) return [];
  const when =
    role.lastUsed === undefined
      ? 'no use of the role is on record'
      : `the role was last used on ${since.slice(0, 10)}`;
  return [
    {
      code: 'UNUSED',
      severity: isOpen ? 'medium' : 'low',
      summary: `${when}: delete it if nothing needs it; ${why(isOpen)}`,
    },
  ];
}
