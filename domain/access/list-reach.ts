import { accountIdSchema, type RepositoryUuid, type WorkspaceUuid } from '../shared/identifiers.ts';
import type { PipelineClaims } from '../shared/principal.ts';
import { type AccessRules, type Attempt, couldBeAllowed, type Resource } from './authorisation.ts';
import { noReach, type Reach } from './reach.ts';

/** What may be listed for a caller: what the rules allow, or the target of a pipeline. */
export type ListReach = { is: 'rules'; reach: Reach } | { is: 'pipeline'; pipeline: PipelineClaims };

/** What may be listed for a caller. A pipeline sees its own target only, whatever the rules say. */
export function listReachOf({ rules, ...attempt }: Attempt & { rules: AccessRules }): ListReach {
  if (!couldBeAllowed({ rules, ...attempt }).allowed) return { is: 'rules', reach: noReach };
  const { pipeline } = attempt.caller;
  return pipeline ? { is: 'pipeline', pipeline } : { is: 'rules', reach: rules.reachOf(attempt) };
}

/** An id that no account has. */
const UNKNOWN_ACCOUNT = accountIdSchema.parse('000000000000');

/** A repository as the resource of a decision. Nothing else of the grant is known. */
export const repositoryResource = (
  workspaceUuid: WorkspaceUuid,
  repositoryUuid: RepositoryUuid,
): Resource => ({
  workspaceUuid,
  repositoryUuid,
  projectUuid: undefined,
  decidedBy: [],
  environmentUuid: undefined,
  accountId: UNKNOWN_ACCOUNT,
  template: undefined,
});

/** True if the rules allow the action on every resource, including one of which nothing is known. */
export function mayEverywhere(asked: Attempt & { rules: AccessRules }): boolean {
  const found = listReachOf(asked);
  return found.is === 'rules' && found.reach.everything && found.reach.isWhole;
}
