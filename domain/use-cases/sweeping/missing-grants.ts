import type { ListedRepository } from '../../bitbucket/repository.ts';
import type { Grant } from '../../grants/grant.ts';
import { asksFor, type RuleRequest, requestsOf } from '../../repository-rules/requests.ts';
import {
  announcedSince,
  inForceSince,
  isNewEnough,
  isRecent,
  MOST_REQUESTS,
} from '../../repository-rules/sweep.ts';
import { findAccount } from '../../shared/account.ts';
import { type GrantId, INSTALLATION } from '../../shared/identifiers.ts';
import { isSamePrincipal, REPOSITORY_RULES } from '../../shared/principal.ts';
import { type Instant, toInstant } from '../../shared/time.ts';
import { approveByRule, causeOf, RULES } from '../following/follow-repository.ts';
import { appendEvent, loadWholeStream } from '../grant-stream.ts';
import { requestGrant } from '../requests/request-grant.ts';
import { count, occasionOf, type RunningSweep, type SweepPorts } from './running-sweep.ts';

/** A listed repository, and the grants that were ever requested for it: those whose rows say what they are, and those of `stale` rows. */
type Candidate = { repository: ListedRepository; grants: readonly Grant[]; stale: readonly GrantId[] };

/** Repositories without what a rule gives that one sweep reports by name; more are counted. */
const MOST_REPORTED = 20;

/** Requests for a repository what rules with `sweep: true` give it and it lacks: where it was created after the rule was deployed and not long
 *  ago, where there is no trace of the grant, and a few in one sweep. Everything else is reported. */
export async function giveWhatIsMissing(
  ports: SweepPorts,
  sweep: RunningSweep,
  candidate: Candidate,
): Promise<void> {
  const rules = ports.configuration.onRepositoryCreated;
  for (const made of requestsOf(rules, candidate.repository)) {
    if (!made.ok || !rules[made.value.rule]?.sweep) continue;
    const why = await giveOne(ports, sweep, { ...candidate, made: made.value });
    if (why !== undefined) reportWithout(ports, sweep, { ...candidate, made: made.value, why });
  }
}

/** Gives one thing; answers why it is only reported, or undefined. */
async function giveOne(
  ports: SweepPorts,
  sweep: RunningSweep,
  { repository, grants, stale, made }: Candidate & { made: RuleRequest },
): Promise<string | undefined> {
  const { request, rule } = made;
  const grant = grants.find((one) => isGrantOf(ports, one, made));
  if (grant) {
    // A sweep that died between the request and its approval by the rule left this one waiting.
    const isLeft = grant.state === 'pending' && isSamePrincipal(grant.request.requestedBy, REPOSITORY_RULES);
    if (isLeft && made.approved) await approveByRule(ports, grant.id, occasionOf(sweep));
    return undefined;
  }
  if (stale.length > 0) return undefined;
  const now = toInstant(ports.clock.now());
  // Most repositories are old: the installation's stream, which grows, is read for the others only.
  if (!isRecent(repository.createdAt, now) || !(await isNewFor(ports, repository, { rule, now })))
    return 'It was not created within the last 7 days and after the rule was deployed.';
  const context = { ...occasionOf(sweep), caller: RULES };
  const planned = await requestGrant(ports, request, { ...context, dryRun: true });
  if (!planned.ok) return planned.problem.detail;
  if (!('planned' in planned.value) || planned.value.planned.grant !== undefined) return undefined;
  if (!(await recordIntent(ports, sweep, { repository, rule })))
    return `This sweep has requested ${MOST_REQUESTS} already.`;
  const answer = await requestGrant(ports, request, { ...context, dryRun: false, createOnly: 'first' });
  if (!answer.ok) return answer.problem.detail;
  count(sweep, 'requested');
  if (made.approved && 'grant' in answer.value) {
    await approveByRule(ports, answer.value.grant.id, occasionOf(sweep));
  }
  return undefined;
}

/** `isNewEnough`, by the installation's stream. */
async function isNewFor(
  ports: SweepPorts,
  { createdAt }: ListedRepository,
  { rule, now }: { rule: number; now: Instant },
): Promise<boolean> {
  const { events } = await loadWholeStream(ports, INSTALLATION);
  const settings = ports.configuration.onRepositoryCreated[rule];
  return isNewEnough(createdAt, { since: settings && inForceSince(events, settings), now });
}

/** True for the grant that a rule's request is for, as far as the names in its row say. */
function isGrantOf(
  { configuration: { accounts, projects } }: SweepPorts,
  { request: { intent } }: Grant,
  { request }: RuleRequest,
): boolean {
  const settings = projects.find((one) => one.uuid === intent.project?.uuid);
  const account = findAccount(accounts, request.account ?? settings?.defaults?.account);
  return asksFor(request, intent) && intent.account === account?.id;
}

/** Announces a request in the installation's stream; false where the sweep has announced as many as it may. An announcement of this sweep that no
 *  request followed, because the process died, is not repeated. */
async function recordIntent(
  ports: SweepPorts,
  sweep: RunningSweep,
  { repository: { uuid, fullName }, rule }: { repository: ListedRepository; rule: number },
): Promise<boolean> {
  const { workspace, position } = sweep;
  const { startedAt } = position;
  for (;;) {
    const stream = await loadWholeStream(ports, INSTALLATION);
    const isAnnounced = stream.events.some(
      ({ type, data, at }) =>
        type === 'InstallationRepositoryFound' &&
        at >= startedAt &&
        data.repository.uuid === uuid &&
        data.rules.includes(rule),
    );
    if (isAnnounced) return true;
    const so = { workspace: workspace.uuid, since: startedAt };
    if (announcedSince(stream.events, so) >= MOST_REQUESTS) return false;
    const event = {
      type: 'InstallationRepositoryFound' as const,
      data: {
        repository: { uuid, fullName },
        workspace: { slug: workspace.slug, uuid: workspace.uuid },
        rules: [rule],
      },
    };
    if (await appendEvent(ports, stream, { event, cause: causeOf(occasionOf(sweep)) })) return true;
  }
}

function reportWithout(
  ports: SweepPorts,
  sweep: RunningSweep,
  { repository, made, why }: Candidate & { made: RuleRequest; why: string },
): void {
  count(sweep, 'without');
  if (sweep.position.found.without > MOST_REPORTED) return;
  ports.reportSweep({
    workspace: sweep.workspace.slug,
    repository: repository.fullName,
    why: 'without-grant',
    detail: `Rule ${made.rule} of onRepositoryCreated gives it ${made.request.template}. ${why}`,
  });
}
