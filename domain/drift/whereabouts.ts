import type { Repository } from '../bitbucket/repository.ts';
import type { Difference } from '../grants/drift.ts';
import type { DriftKind } from '../grants/drift-kinds.ts';
import type { GrantIntent } from '../grants/intent.ts';

/** What Bitbucket says of a grant's repository and environment. Absence only where Bitbucket itself said "not found". */
export type Whereabouts =
  | { repository: 'gone' }
  | { repository: Pick<Repository, 'workspace' | 'project'>; environment: 'there' | 'gone' };

/** Compares what a grant was made for with what Bitbucket has now. A repository's own name is not compared: it changes, and
 *  no document holds it. */
export function judgeWhereabouts(
  { workspace, project }: Pick<GrantIntent, 'workspace' | 'project'>,
  found: Whereabouts,
): Difference[] {
  if (found.repository === 'gone') return [neutral('REPOSITORY_GONE')];
  const { repository, environment } = found as Extract<Whereabouts, { environment: unknown }>;
  return [
    ...(repository.project?.uuid === project?.uuid ? [] : [neutral('REPOSITORY_MOVED')]),
    ...(environment === 'gone' ? [neutral('ENVIRONMENT_GONE')] : []),
    ...(repository.workspace.slug === workspace.slug ? [] : [neutral('WORKSPACE_RENAMED')]),
  ];
}

/** Compares the identity provider that a grant's trust policy names with what the trust needs. Undefined `found`: IAM has no
 *  such provider. Without the audience no token is admitted, which is containment as well. */
export function judgeProvider(
  audience: string,
  found: { clientIds: readonly string[] } | undefined,
): Difference[] {
  return found?.clientIds.includes(audience)
    ? []
    : [
        { kind: 'PROVIDER_CHANGED', direction: 'closed' },
        { kind: 'CLOSED_BY_HAND', direction: 'closed' },
      ];
}

const neutral = (kind: DriftKind): Difference => ({ kind, direction: 'neutral' });
