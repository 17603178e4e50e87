import { type Evidence, ownRoles, stateIn } from './evidence.ts';

/** Invariant 5: after a revoke is answered, IAM holds nothing that admits a token or lets a session act. To be asked at
 *  the very answer, and again at the end. */
export function nothingAfterRevoke(evidence: Evidence): string[] {
  if (stateIn(evidence.events) !== 'revoked') return [];
  return [
    ...ownRoles(evidence).map(({ name }) => `role ${name} is still there`),
    ...evidence.admissions
      .filter(({ admitted }) => admitted)
      .map(({ token }) => `the ${token} token is admitted`),
    ...(evidence.liveSession ? ['a session from before can still act'] : []),
  ];
}
