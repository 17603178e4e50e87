import { deniedAccess, personRequired } from '../../access/authorisation.ts';
import {
  decideFreeze,
  decideRepair,
  decideThaw,
  OWN_REOPENING_RULE,
  type ReopeningDecision,
} from '../../grants/deciders/decide-freeze.ts';
import type { Grant } from '../../grants/grant.ts';
import { isAtRest } from '../../grants/work.ts';
import type { Caller, Principal } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { loadForCaller, readOnlyGrant, resourceOf } from '../access.ts';
import { appendEvent, type GrantStream, isReadOnly, loadStream, projectStream } from '../grant-stream.ts';
import { forbiddenByFreeze } from '../holds/installation.ts';
import { forgetRequester } from '../requests/forget-requester.ts';
import type { GrantAnswer } from '../requests/outcome.ts';
import type { RequestContext, RequestPorts } from '../requests/request-grant.ts';
import { waitForProvisioner } from '../wait-for-provisioner.ts';

/** Which grant is frozen or opened again, and why. */
export type ContainmentInput = { grantId: string; reason: string };

type ContainmentContext = Pick<RequestContext, 'caller' | 'correlationId' | 'entryPoint'>;

type Decider = (grant: Grant, asked: { principal: Principal; reason: string }) => Result<ReopeningDecision>;

/** Freezes a grant: its role admits no token and lets no session act, and is kept. What waits on it is dropped. `changed`
 *  once the role is closed, `accepted` while that goes on. Idempotent. `PERSON_REQUIRED` for machines, `GRANT_NOT_FOUND`
 *  where the caller may not read the grant, `DENIED` where they may not freeze it, `CONFLICT` without a role to close. */
export const freezeGrant = (
  ports: RequestPorts,
  input: ContainmentInput,
  context: ContainmentContext,
): Promise<Result<GrantAnswer>> =>
  contain(ports, { input, context, action: 'freeze', decider: freezeByPerson });

const freezeByPerson: Decider = (grant, { reason }) => decideFreeze(grant, { cause: 'person', reason });

/** Thaws a frozen grant: it is provisioned again. `changed` once it is active. Refusals as for a freeze; `DENIED` for a
 *  requester; what lastingly prevents it, and the grant stays frozen. */
export const thawGrant = (
  ports: RequestPorts,
  input: ContainmentInput,
  context: ContainmentContext,
): Promise<Result<GrantAnswer>> => contain(ports, { input, context, action: 'thaw', decider: decideThaw });

/** Restores the role of an active or a frozen grant to exactly what was last applied. Answers and refusals as for a thaw. */
export const repairGrant = (
  ports: RequestPorts,
  input: ContainmentInput,
  context: ContainmentContext,
): Promise<Result<GrantAnswer>> =>
  contain(ports, { input, context, action: 'repair', decider: decideRepair });

type Attempt = {
  input: ContainmentInput;
  context: ContainmentContext;
  action: 'freeze' | 'thaw' | 'repair';
  decider: Decider;
};

async function contain(ports: RequestPorts, attempt: Attempt): Promise<Result<GrantAnswer>> {
  const { input, context, action } = attempt;
  const { caller } = context;
  const machine = personRequired({ report: ports.reportDenied }, caller, action);
  if (machine) return fail(machine);
  const asked = { grantId: input.grantId, caller, action, admins: ports.admins() };
  for (;;) {
    const found = await loadForCaller(ports, (id) => loadStream(ports, id), asked);
    if (!found.ok) return found;
    if (isReadOnly(found.value)) return fail(readOnlyGrant(input.grantId));
    const answer = await containOnce(ports, found.value, attempt);
    if (answer !== 'again') return answer;
  }
}

/** Decides on a stream as it was read, and has it done; `again` where another writer was faster. */
async function containOnce(
  ports: RequestPorts,
  stream: GrantStream & { grant: Grant },
  { input, context, action, decider }: Attempt,
): Promise<Result<GrantAnswer> | 'again'> {
  const { grant } = stream;
  const { caller, correlationId, entryPoint } = context;
  const decided = decider(grant, { principal: caller.principal, reason: input.reason });
  if (!decided.ok) return refused(ports, { grant, caller, action }, decided);
  const [event] = decided.value.events;
  const frozen = event && action !== 'freeze' ? await forbiddenByFreeze(ports.installation) : undefined;
  if (frozen) return fail(frozen);
  if (decided.value.outcome === 'unchanged' && isAtRest(grant)) return ok({ outcome: 'unchanged', grant });
  const cause = { principal: caller.principal, correlationId, entryPoint };
  const asked = event ? await appendEvent(ports, stream, { event, cause }) : stream;
  if (!asked) return 'again';
  if (event) await forgetRequester(ports, grant);
  const settled = await waitForProvisioner(ports, grant.id);
  if (event && !isAtRest(settled.grant)) await projectStream(ports, settled);
  return answerTo(action, asked, settled);
}

/** A refusal by the decider, which is reported where it denies. */
function refused<F extends { ok: false; problem: Problem }>(
  { reportDenied }: RequestPorts,
  { grant, caller, action }: { grant: Grant; caller: Caller; action: Attempt['action'] },
  refusal: F,
): F {
  if (refusal.problem.code === 'DENIED') {
    reportDenied(deniedAccess({ caller, action, resource: resourceOf(grant), rule: OWN_REOPENING_RULE }));
  }
  return refusal;
}

/** The answer, from what the log says happened after the request: not from the newest state alone. */
function answerTo(action: Attempt['action'], asked: GrantStream, settled: GrantStream): Result<GrantAnswer> {
  const { grant } = settled;
  if (!grant) throw new Error(`grant ${settled.grantId} has lost its events`);
  for (const event of settled.events) {
    if (event.seq <= (asked.last?.seq ?? 0)) continue;
    switch (event.type) {
      case 'ThawFailed':
      case 'RepairFailed':
        return fail(problem(event.data.error.code, event.data.error.detail));
      case 'GrantActivated':
      case 'DriftRepaired':
        if (action !== 'freeze') return ok({ outcome: 'changed', grant });
        break;
      case 'RevocationRequested':
        if (action !== 'freeze') return fail(revoked(grant));
        break;
      default:
    }
  }
  return ok({ outcome: isAtRest(grant) ? 'changed' : 'accepted', grant });
}

const revoked = ({ id }: Grant) =>
  problem('CONFLICT', `Grant ${id} was revoked while it was being opened again.`);
