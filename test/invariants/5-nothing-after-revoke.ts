import { type Evidence, endOf, ownRoles } from './evidence.ts';

/** Invariant 5: after a revoke or a freeze is answered, IAM holds nothing that admits a token or lets a session act. The closed
 *  roles of a frozen or an unreadable grant are left. To be asked at the very answer, and again at the end. */
export function nothingAfterRevoke(evidence: Evidence): string[] {
  const end = endOf(evidence);
  if (end !== 'revoked' && end !== 'closed' && end !== 'frozen') return [];
  const left = end === 'revoked' ? ownRoles(evidence) : [];
  return [
    ...left.map(({ name }) => `role ${name} is still there`),
    ...evidence.admissions
      .filter(({ admitted }) => admitted)
      .map(({ token }) => `the ${token} token is admitted`),
    ...(evidence.liveSession ? ['a session from before can still act'] : []),
  ];
}
