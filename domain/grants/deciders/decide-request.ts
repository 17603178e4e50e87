import { type Problem, problem } from '../../shared/problem.ts';
import { assertNever, fail, ok, type Result } from '../../shared/result.ts';
import { type Instant, plusSeconds, type Seconds, seconds } from '../../shared/time.ts';
import type { Approval } from '../../templates/schema.ts';
import { type EventData, type NewEvent, optional } from '../event.ts';
import { type ActiveGrant, changeOf, type Grant, type RequestInForce } from '../grant.ts';
import { type GrantIntent, intentHash } from '../intent.ts';
import { frozenGrant } from './decide-freeze.ts';

/** A request for a grant, after everything about it was checked. `expiresInSeconds` and `expiresAt` are set when the caller
 *  gave `expiresIn`; `proposal` exactly when approval is required. */
export type RequestCommand = {
  intent: GrantIntent;
  planHash: string;
  approval: Approval;
  proposal?: EventData<'GrantRequested'>['proposal'];
  expiresInSeconds?: Seconds | undefined;
  expiresAt?: Instant | undefined;
  reason?: string | undefined;
  pipeline?: EventData<'GrantRequested'>['pipeline'];
};

/** What a decision means for the waiting caller, and the outcome that the caller gets.
 *  - `started`: a role will be made: `created` once active
 *  - `changed`: an active grant will be, or is, different: `changed` once done
 *  - `joined`: an equal request is under way: `changed` once active
 *  - `unchanged`: nothing has to change
 *  - `waiting`: an approval is needed: `accepted`
 *  - `revoking`: an equal grant is being revoked: `accepted` */
export type RequestOutcome = 'started' | 'changed' | 'joined' | 'unchanged' | 'waiting' | 'revoking';

/** Seconds that a caller should wait before asking again about a grant on which other work is under way. Our choice:
 *  most work ends within two. */
const CONFLICT_RETRY_AFTER = 5;

/** Decides a request on a grant by its state: the event to append, if any, and the outcome that the caller may
 *  expect. Pure. The loser of a race decides again on the newer state. */
export function decideRequest(
  grant: Grant | undefined,
  command: RequestCommand,
): Result<{ events: NewEvent[]; outcome: RequestOutcome }> {
  const requested: NewEvent = { type: 'GrantRequested', data: requestData(command) };
  const begin = () =>
    ok({
      events: [requested],
      outcome: command.approval === 'required' ? ('waiting' as const) : ('started' as const),
    });
  if (!grant) return begin();
  const isSame = isSameIntent(command, grant.request);
  switch (grant.state) {
    case 'revoked':
    case 'rejected':
    case 'failed':
      return begin();
    case 'pending':
      return waitsAlready(command, grant.request) ? ok({ events: [], outcome: 'waiting' }) : begin();
    case 'provisioning':
      return isSame ? ok({ events: [], outcome: 'joined' }) : underWay(grant);
    case 'revoking':
      return isSame ? ok({ events: [], outcome: 'revoking' }) : underWay(grant);
    case 'frozen':
      return fail(frozenGrant(grant));
    case 'active':
      return decideOnActive(grant, command, isSame);
    default:
      return assertNever(grant);
  }
}

const isSameIntent = (command: RequestCommand, request: RequestInForce): boolean =>
  intentHash(command.intent) === request.intentHash;

/** True when this plan already waits. The hash covers what is granted, for how long, and what it replaces. */
const waitsAlready = (command: RequestCommand, waiting: RequestInForce): boolean =>
  command.approval === 'required' && command.planHash === waiting.planHash;

function decideOnActive(
  grant: ActiveGrant,
  command: RequestCommand,
  isLive: boolean,
): ReturnType<typeof decideRequest> {
  const { change } = grant;
  if (change?.phase === 'updating') {
    return isSameIntent(command, change) ? ok({ events: [], outcome: 'joined' }) : underWay(grant);
  }
  if (grant.repair && !isLive) return underWay(grant);
  if (isLive && command.expiresAt === undefined) return ok({ events: [], outcome: 'unchanged' });
  if (change && waitsAlready(command, change)) return ok({ events: [], outcome: 'waiting' });
  if (isLive && command.approval === 'none' && isEarlyRenewal(grant, command)) {
    return ok({ events: [], outcome: 'unchanged' });
  }
  if (isLive && command.expiresAt !== undefined && command.approval === 'none') {
    const { repository, account } = command.intent;
    const data = {
      repository,
      account,
      ...optional('expiresInSeconds', command.expiresInSeconds),
      expiresAt: command.expiresAt,
      ...optional('reason', command.reason),
    };
    return ok({ events: [{ type: 'GrantExpiryChanged', data }], outcome: 'unchanged' });
  }
  return ok({
    events: [{ type: 'GrantChangeRequested', data: requestData(command) }],
    outcome: command.approval === 'required' ? 'waiting' : 'changed',
  });
}

/** True for the same `expiresIn` as last applied while more than half of it is left: a pipeline that renews in each run
 *  then adds few events. */
export function isEarlyRenewal(
  grant: ActiveGrant,
  { expiresInSeconds, expiresAt }: Pick<RequestCommand, 'expiresInSeconds' | 'expiresAt'>,
): boolean {
  if (expiresInSeconds === undefined || expiresAt === undefined || grant.expiresAt === undefined)
    return false;
  return (
    grant.lifetimeSeconds === expiresInSeconds &&
    grant.expiresAt > plusSeconds(expiresAt, seconds(-expiresInSeconds / 2))
  );
}

function underWay(grant: Grant): { ok: false; problem: Problem } {
  const activity = changeOf(grant)?.phase === 'updating' ? 'being changed' : 'being repaired';
  const doing = grant.state === 'active' ? activity : grant.state;
  const detail = `Grant ${grant.id} is ${doing} for another request. Repeat the request when that has ended.`;
  return fail(problem('CONFLICT', detail, { retryAfter: CONFLICT_RETRY_AFTER }));
}

function requestData(command: RequestCommand): EventData<'GrantRequested'> {
  return {
    ...command.intent,
    planHash: command.planHash,
    approval: command.approval,
    ...optional('proposal', command.proposal),
    ...optional('expiresInSeconds', command.expiresInSeconds),
    ...optional('expiresAt', command.expiresAt),
    ...optional('reason', command.reason),
    ...optional('pipeline', command.pipeline),
  };
}
