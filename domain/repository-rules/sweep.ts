import type { GrantEvent } from '../grants/event.ts';
import { canonicalHash } from '../shared/canonical-hash.ts';
import type { WorkspaceUuid } from '../shared/identifiers.ts';
import { type Instant, plusSeconds, seconds } from '../shared/time.ts';
import type { RepositoryRule } from './schema.ts';

/** Requests that one sweep of a workspace makes; the rest is reported. */
export const MOST_REQUESTS = 10;

/** Seconds after its creation during which a repository may get by a sweep what a rule gives. */
const NEW_SECONDS = seconds(7 * 86_400);

/** The hash of all that a rule says: a rule that is changed is another rule. */
const hashOf = (rule: RepositoryRule): string => canonicalHash(rule);

/** The rules that sweeps act by, each by its hash, in order and each once. */
export const sweepHashes = (rules: readonly RepositoryRule[]): string[] =>
  [...new Set(rules.filter(({ sweep }) => sweep).map(hashOf))].sort();

/** True where the installation's stream does not say that exactly these rules are in force. */
export function areRulesUnrecorded(events: readonly GrantEvent[], rules: readonly RepositoryRule[]): boolean {
  const recorded = events.findLast(isChange)?.data.rules ?? [];
  return canonicalHash(recorded) !== canonicalHash(sweepHashes(rules));
}

/** Since when a rule is in force, by the installation's stream: since the first of the last records in a row that hold it. That is
 *  never earlier than its deployment. Undefined where that is not recorded: then sweeps give nothing by it. */
export function inForceSince(events: readonly GrantEvent[], rule: RepositoryRule): Instant | undefined {
  const hash = hashOf(rule);
  let since: Instant | undefined;
  for (const { at, data } of events.filter(isChange).reverse()) {
    if (!data.rules.includes(hash)) break;
    since = at;
  }
  return since;
}

/** True where a repository was created within the days in which a sweep may still give it what a rule gives. */
export const isRecent = (createdAt: Instant | undefined, now: Instant): boolean =>
  createdAt !== undefined && createdAt <= now && plusSeconds(createdAt, NEW_SECONDS) > now;

/** True where a sweep may give a repository what a rule gives: the repository was created after the rule was deployed, and not
 *  long ago. */
export const isNewEnough = (
  createdAt: Instant | undefined,
  { since, now }: { since: Instant | undefined; now: Instant },
): boolean => createdAt !== undefined && since !== undefined && createdAt > since && isRecent(createdAt, now);

/** How many requests sweeps of a workspace have announced since a time. */
export const announcedSince = (
  events: readonly GrantEvent[],
  { workspace, since }: { workspace: WorkspaceUuid; since: Instant },
): number =>
  events.reduce(
    (count, event) =>
      event.type === 'InstallationRepositoryFound' &&
      event.data.workspace.uuid === workspace &&
      event.at >= since
        ? count + event.data.rules.length
        : count,
    0,
  );

type Change = GrantEvent & { type: 'InstallationRulesChanged' };
const isChange = (event: GrantEvent): event is Change => event.type === 'InstallationRulesChanged';
