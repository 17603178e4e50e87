import type { Capabilities } from '../permissions/capabilities.ts';
import type { Scope } from '../reach/reach.ts';
import type { Severity } from '../report.ts';

/** The severity of a reach beyond what a trust names; undefined if no stranger is admitted. Everyone in the world is
 *  critical whatever the role can do; a workspace's other repositories are high, and critical for a role that can
 *  become another. */
export function severityOfReach(
  scope: Scope,
  isShared: boolean,
  { escalates }: Pick<Capabilities, 'escalates'>,
): Severity | undefined {
  switch (scope) {
    case 'anyone':
    case 'lookalike':
      if (isShared) return 'critical';
      return escalates ? 'critical' : 'high';
    case 'tenant':
      return escalates ? 'critical' : 'high';
    case 'similar':
      return escalates ? 'high' : 'medium';
    case 'own':
    case 'none':
      return undefined;
  }
}
