import type { TrustPolicy } from '../../policy/document.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import type { PortError } from '../../shared/port-error.ts';
import type { Iam, ObservedRole } from './iam.ts';
import { finalProblemOf } from './lasting-failures.ts';

/** A role that is to be closed, as it was found, and what it gets: a trust policy that denies, and AWSDenyAll. `boundaryArn`
 *  is Rolewright's own boundary. */
export type ClosableRole = {
  name: string;
  found: ObservedRole;
  denying: TrustPolicy;
  denyAllArn: string;
  boundaryArn: string;
};

/** True where a role admits no token and lets no session act. */
export const isClosed = ({ found, denying, denyAllArn }: ClosableRole): boolean =>
  isDenied(found, denying) && found.boundaryArn === denyAllArn;

const isDenied = (found: ObservedRole, denying: TrustPolicy): boolean =>
  canonicalHash(found.trustPolicy ?? null) === canonicalHash(denying);

/** Steps 1 and 2 of a revoke: ends all access through a role and leaves it there. The trust policy denies new sessions, and
 *  AWSDenyAll as the boundary ends running ones. What IAM lastingly refuses is returned, because one refused step must not keep
 *  the other from ending access; everything else is thrown. */
export async function endSessions(
  iam: Pick<Iam, 'putTrustPolicy' | 'putBoundary'>,
  { name, found, denying, denyAllArn, boundaryArn }: ClosableRole,
): Promise<PortError[]> {
  const denyTrust = async () => {
    if (!isDenied(found, denying)) await iam.putTrustPolicy(name, denying);
  };
  const denySessions = async () => {
    if (found.boundaryArn !== denyAllArn) await iam.putBoundary(name, denyAllArn);
  };
  // The provisioner's own permissions end where a role has no boundary of ours: such a role gets one first.
  const isBounded = found.boundaryArn === boundaryArn || found.boundaryArn === denyAllArn;
  const failures: PortError[] = [];
  for (const step of isBounded ? [denyTrust, denySessions] : [denySessions, denyTrust]) {
    await step().catch((error: PortError) => {
      if (!finalProblemOf(error)) throw error;
      failures.push(error);
    });
  }
  return failures;
}
