import type { RequestCommand, RequestOutcome } from '../../grants/deciders/decide-request.ts';
import { changeOf, type Grant } from '../../grants/grant.ts';
import type { Plan } from '../../planning/plan.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import type { Caller } from '../../shared/principal.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { GrantStream } from '../grant-stream.ts';

/** A grant as it would be, for a dry run. `grant` is its current state; `isUnchanged` means that at most its expiry
 *  would change. */
export type PlannedGrant = {
  rendered: RenderedRole;
  plan: Plan;
  command: RequestCommand;
  caller: Caller;
  grant: Grant | undefined;
  isUnchanged: boolean;
};

/** The outcome of a call.
 *  - `unchanged`: nothing had to change
 *  - `changed`: the grant is as it was asked for
 *  - `created`: this call made the grant active
 *  - `accepted`: it waits for approval, or work goes on */
export type Outcome = 'unchanged' | 'changed' | 'created' | 'accepted';

/** A grant and what the call has come to. `plan` is the plan that the call applied, requested or decided; absent if
 *  there was none. */
export type GrantAnswer = { outcome: Outcome; grant: Grant; plan?: Plan };

/** What a request for a grant is answered with. */
export type RequestAnswer = GrantAnswer | { outcome: 'planned'; planned: PlannedGrant };

/** The answer to a request, from what the log says happened after it: not from the newest state alone, in which a later
 *  revoke may already be in the log. `asked` is the stream right after the request's own event. */
export function answerToRequest(
  outcome: RequestOutcome,
  asked: GrantStream,
  settled: GrantStream,
): Result<GrantAnswer> {
  const grant = settled.grant;
  if (!grant) throw new Error(`grant ${settled.grantId} has lost its events`);
  if (outcome === 'unchanged') return ok({ outcome: 'unchanged', grant });
  if (outcome === 'waiting' || outcome === 'revoking') return ok({ outcome: 'accepted', grant });
  const since = asked.grant ? (changeOf(asked.grant) ?? asked.grant.request).seq : 0;
  for (const event of settled.events) {
    if (event.seq <= since) continue;
    switch (event.type) {
      case 'GrantActivated':
        return ok({ outcome: outcome === 'started' ? 'created' : 'changed', grant });
      case 'GrantUpdated':
        return ok({ outcome: 'changed', grant });
      case 'ProvisioningFailed':
      case 'UpdateFailed':
        return fail(problem(event.data.error.code, event.data.error.detail));
      case 'RevocationRequested':
        return fail(
          problem('CONFLICT', `Grant ${grant.id} was revoked while it was being created.`, { retryAfter: 5 }),
        );
      default:
    }
  }
  return ok({ outcome: 'accepted', grant });
}
