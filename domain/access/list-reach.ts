import { accountIdSchema, type RepositoryUuid, type WorkspaceUuid } from '../shared/identifiers.ts';
import type { PipelineClaims } from '../shared/principal.ts';
import { type AccessRules, type Attempt, couldBeAllowed, type Resource } from './authorisation.ts';
import { noReach, type Reach } from './reach.ts';

/** What may be listed for a caller: see `Reach`, or all of one pipeline's target. */
export type ListReach = { is: 'rules'; reach: Reach } | { is: 'pipeline'; pipeline: PipelineClaims };

/** What lists may be read for a caller. A pipeline's are its own target's, whatever the rules say. */
export function listReachOf({ rules, ...attempt }: Attempt & { rules: AccessRules }): ListReach {
  if (!couldBeAllowed({ rules, ...attempt }).allowed) return { is: 'rules', reach: noReach };
  const { pipeline } = attempt.caller;
  return pipeline ? { is: 'pipeline', pipeline } : { is: 'rules', reach: rules.reachOf(attempt) };
}

/** No account's id. */
const UNKNOWN_ACCOUNT = accountIdSchema.parse('000000000000');

/** A repository as the resource of a decision, of which nothing more is known. */
export const repositoryResource = (
  workspaceUuid: WorkspaceUuid,
  repositoryUuid: RepositoryUuid,
): Resource => ({
  workspaceUuid,
  repositoryUuid,
  projectUuid: undefined,
  environmentUuid: undefined,
  accountId: UNKNOWN_ACCOUNT,
  template: undefined,
});

/** True for a caller whom the rules let do an action on every resource, also on one of which nothing is known. */
export function mayEverywhere(asked: Attempt & { rules: AccessRules }): boolean {
  const found = listReachOf(asked);
  return found.is === 'rules' && found.reach.everything && found.reach.isWhole;
}
