import { type Evidence, endOf } from './evidence.ts';

/** Invariant 3: a trust policy admits the grant's repository (and environment) and no other token; and only while the
 *  grant is active. */
export function admission(evidence: Evidence): string[] {
  const isActive = endOf(evidence) === 'active';
  return evidence.admissions.flatMap(({ token, admitted }) => {
    if (token === 'own') {
      return admitted === isActive ? [] : [`the own token is ${admitted ? '' : 'not '}admitted`];
    }
    return admitted ? [`a token of another ${token} is admitted`] : [];
  });
}
