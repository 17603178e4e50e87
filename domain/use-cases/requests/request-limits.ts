import { type DeniedAccess, deniedAccess } from '../../access/authorisation.ts';
import type { Configuration } from '../../configuration/configuration.ts';
import type { RequestCommand, RequestOutcome } from '../../grants/deciders/decide-request.ts';
import { type Grant, isLive, MOST_REQUESTERS, waitingRequest, withRequester } from '../../grants/grant.ts';
import type { GrantTable } from '../../grants/stores.ts';
import type { Plan } from '../../planning/plan.ts';
import type { Caller } from '../../shared/principal.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { resourceOf } from '../access.ts';
import { type GrantStream, isFull } from '../grant-stream.ts';
import { keptFromPipeline } from './pipeline-keeps.ts';

/** Seconds until a caller should try again: the provisioner keeps a checkpoint within them, unless it is down. Our choice. */
const CHECKPOINT_RETRY_AFTER = 60;

/** Limits that hold whatever the rules say: a stream stays short enough to read, and a pipeline changes no decision
 *  or waiting request of people. */
export function checkLimits(
  { reportDenied }: { reportDenied(denial: DeniedAccess): void },
  { grant, events, grantId }: GrantStream,
  { command, caller, hasNewEvent }: { command: RequestCommand; caller: Caller; hasNewEvent: boolean },
): Result<undefined> {
  if (hasNewEvent && isFull(events)) {
    const detail = `Grant ${grantId} was changed ${events.length} times since its last checkpoint. Repeat the request in a minute.`;
    return fail(problem('THROTTLED', detail, { retryAfter: CHECKPOINT_RETRY_AFTER }));
  }
  if (hasNewEvent && grant && withRequester(grant.requesters, caller.principal).length > MOST_REQUESTERS) {
    const remedy = waitingRequest(grant)
      ? 'Have what waits approved, or request a grant under another name.'
      : 'Request a grant under another name.';
    const detail = `${grant.requesters.length} principals have requested grant ${grantId} since its last approval, and no more are kept. ${remedy}`;
    return fail(problem('QUOTA_EXCEEDED', detail));
  }
  const broken = caller.pipeline && hasNewEvent ? keptFromPipeline(grant, command) : undefined;
  if (!broken) return ok(undefined);
  const resource = grant && resourceOf(grant);
  reportDenied(deniedAccess({ caller, action: 'request', resource, rule: broken.rule }));
  return fail(problem('DENIED', `Rule ${broken.rule}: ${broken.detail}`));
}

/** Denies a pipeline's plan that needs approval. Anyone who can push a branch can act as the pipeline. */
export function checkPipelinePlan(
  { reportDenied }: { reportDenied(denial: DeniedAccess): void },
  plan: Plan,
  { caller, intent }: { caller: Caller; intent: RequestCommand['intent'] },
): Result<undefined> {
  if (!caller.pipeline || !plan.requiresApproval) return ok(undefined);
  const resource = {
    workspaceUuid: intent.workspace.uuid,
    projectUuid: intent.project?.uuid,
    repositoryUuid: intent.repository.uuid,
    environmentUuid: intent.environment?.uuid,
    accountId: intent.account,
    decidedBy: [],
    template: { name: intent.template.name },
  };
  const rule = 'pipeline-without-approval';
  reportDenied(deniedAccess({ caller, action: 'request', resource, rule }));
  const detail = `Rule ${rule}: this request needs approval (${plan.approvalReasons.join('; ')}), and a pipeline cannot ask for what does. Have a person request it.`;
  return fail(problem('DENIED', detail));
}

/** Grants that a repository ever had. Our choice: their ids fill half of the one item that holds them. */
const MOST_ENROLLED = 5000;

/** `QUOTA_EXCEEDED` where one more live grant would be more than the repository may have in the account. */
export async function checkQuota(
  ports: {
    configuration: Pick<Configuration, 'limits'>;
    grants: Pick<GrantTable, 'listLive' | 'listEnrolled'>;
  },
  intent: RequestCommand['intent'],
  { grant, outcome }: { grant: Grant | undefined; outcome: RequestOutcome },
): Promise<Result<undefined>> {
  const becomesLive = (outcome === 'started' || outcome === 'waiting') && !(grant && isLive(grant.state));
  if (!becomesLive) return ok(undefined);
  const enrolled = await ports.grants.listEnrolled(intent.repository.uuid);
  if (!grant && enrolled.length >= MOST_ENROLLED) {
    const detail = `${intent.repository.fullName} has had ${enrolled.length} grants, and one repository can have no more. Request one of them again.`;
    return fail(problem('QUOTA_EXCEEDED', detail));
  }
  const limit = ports.configuration.limits.liveGrantsPerRepository;
  const { length: live } = await ports.grants.listLive(intent.repository.uuid, intent.account);
  if (live < limit) return ok(undefined);
  return fail(
    problem(
      'QUOTA_EXCEEDED',
      `${intent.repository.fullName} has ${live} live grants in account ${intent.account}; the limit is ${limit}. Revoke one that is not needed.`,
    ),
  );
}
