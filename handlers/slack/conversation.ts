import type { Logger } from '@aws-lambda-powertools/logger';
import type { SlackResponse } from '../../adapters/slack/response-url.ts';
import type { SlackUserGroups } from '../../adapters/slack/user-groups.ts';
import type { SlackContent, SlackWeb } from '../../adapters/slack/web-api.ts';
import type { Grant } from '../../domain/grants/grant.ts';
import { parseGrantRequest } from '../../domain/grants/request.ts';
import type { SlackAsk, SlackRequest } from '../../domain/messaging/worker-message.ts';
import { parseGrantId } from '../../domain/shared/identifiers.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import type { Caller } from '../../domain/shared/principal.ts';
import type { Problem } from '../../domain/shared/problem.ts';
import type { Result } from '../../domain/shared/result.ts';
import { listGrants } from '../../domain/use-cases/reading/list-grants.ts';
import { grantFor, shownGrant } from '../../domain/use-cases/reading/read-grants.ts';
import { approveGrant, rejectGrant } from '../../domain/use-cases/requests/approve-or-reject.ts';
import type { RequestAnswer } from '../../domain/use-cases/requests/outcome.ts';
import { renewGrant } from '../../domain/use-cases/requests/request-again.ts';
import {
  type RequestContext,
  type RequestPorts,
  requestGrant,
} from '../../domain/use-cases/requests/request-grant.ts';
import { revokeGrant } from '../../domain/use-cases/requests/revoke-grant.ts';
import { toProblem } from '../http/problem-details.ts';
import {
  explained,
  grantCard,
  grantList,
  message,
  notKnown,
  refused,
  requested,
  revoked,
  type Writing,
} from './messages/answers.ts';
import { messageView } from './messages/request-form.ts';
import { revokeCard, unreadableRevokeCard } from './messages/revoke-form.ts';
import { revokedUnreadable } from './messages/unreadable-answer.ts';
import { namingFor } from './people.ts';
import { callerOf } from './person.ts';

/** What the worker needs to carry out requests from Slack. */
export type ConversationPorts = RequestPorts & {
  web: SlackWeb;
  userGroups: SlackUserGroups;
  response: SlackResponse;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
};

/** Grants of one answer. Our choice: what one section of a message can hold. */
const LISTED = 20;

/** Pages that are read for one answer. Our choice: within the seconds that a person waits. */
const MOST_PAGES = 20;

/** Carries out a request from Slack with the same use cases as every other endpoint. Only the person who
 *  asked sees the answer. Their identity is resolved again, because the message names a Slack user and no
 *  principal. A lost answer is logged and is no failure. */
export async function converse(ports: ConversationPorts, ask: SlackAsk): Promise<void> {
  const { deliveryId, act } = ask;
  const content = await answer(ports, ask).catch((error: unknown) => {
    const problem = toProblem(error);
    ports.logger.error('a Slack request failed', { deliveryId, code: problem.code, error: error as Error });
    return refused(problem);
  });
  if (!content) return;
  await deliver(ports, ask, content).catch((error: unknown) => {
    const detail = error instanceof PortError ? error.message : 'unknown';
    ports.logger.error('an answer to Slack was lost', { deliveryId, verb: act.verb, detail });
  });
}

async function answer(ports: ConversationPorts, ask: SlackAsk): Promise<SlackContent | undefined> {
  const caller = await callerOf(ports, ask);
  if (!caller) {
    ports.logger.warn('denied', {
      rule: 'slack-directory',
      team: ask.team,
      user: ask.user,
      verb: ask.act.verb,
    });
    return notKnown;
  }
  const outcome = await done(ports, ask, caller);
  if (outcome.ok) return outcome.value;
  ports.logger.info('request refused', { deliveryId: ask.deliveryId, code: outcome.problem.code });
  return refused(outcome.problem);
}

type Outcome = { ok: true; value: SlackContent | undefined } | { ok: false; problem: Problem };

async function done(ports: ConversationPorts, ask: SlackAsk, caller: Caller): Promise<Outcome> {
  const { act, deliveryId } = ask;
  const { configuration } = ports;
  const writing: Writing = {
    configuration,
    templates: ports.templates,
    naming: namingFor(configuration, ask.team),
  };
  const context = { caller, correlationId: deliveryId, entryPoint: 'slack' as const, isRedelivery: true };
  const answered = (value: SlackContent | undefined): Outcome => ({ ok: true, value });
  switch (act.verb) {
    case 'request':
      return asked(ports, act.request, { writing, context });
    case 'list': {
      const { grants, isCut } = await listForMessage(ports, caller, act.repository);
      return answered(grantList(grants, isCut, writing));
    }
    case 'show':
    case 'explain': {
      const found = await shownGrant(ports, act.grantId, caller);
      if (!found.ok) return found;
      return answered((act.verb === 'show' ? grantCard : explained)(found.value, writing));
    }
    case 'confirm-revoke':
      return confirmationOf(ports, act, { writing, caller });
    case 'revoke': {
      const ended = await revokeGrant(ports, act.grantId, { ...context, reason: act.reason });
      if (!ended.ok) return ended;
      if ('unreadable' in ended.value) return answered(revokedUnreadable(ended.value));
      return answered(revoked(ended.value.grant, writing));
    }
    case 'renew':
      return answerOf(await renewGrant(ports, act, { ...context, dryRun: false }), writing);
    case 'approve': {
      const approved = await approveGrant(ports, { grantId: act.grantId, planHash: act.planHash }, context);
      // The event updates the message in the channel and notifies the requester; the approver sees it there.
      return approved.ok ? answered(undefined) : approved;
    }
    case 'reject': {
      const { grantId, planHash, reason } = act;
      const rejected = await rejectGrant(ports, { grantId, planHash, reason }, context);
      return rejected.ok ? answered(message('Rejected. The requester is notified of the reason.')) : rejected;
    }
  }
}

/** Asks a person who may revoke a grant whether they mean it. What has ended is only said to have. */
async function confirmationOf(
  ports: ConversationPorts,
  { grantId, reason }: SlackAsk['act'] & { verb: 'confirm-revoke' },
  { writing, caller }: { writing: Writing; caller: Caller },
): Promise<Outcome> {
  const found = await grantFor(ports, { grantId, caller, action: 'revoke' });
  const id = parseGrantId(grantId);
  if (found.unreadable && id && !found.ok && found.problem.code !== 'GRANT_NOT_FOUND') {
    return { ok: true, value: unreadableRevokeCard(id, reason) };
  }
  if (!found.ok) return found;
  const { grant } = found.value;
  const hasEnded = grant.state === 'revoked' || grant.state === 'rejected';
  return { ok: true, value: hasEnded ? revoked(grant, writing) : revokeCard(grant, reason) };
}

/** The first grants of a list. A page may be short, or empty, and still have a next one: a list that ends early is cut. */
async function listForMessage(ports: ConversationPorts, caller: Caller, repository: string | undefined) {
  const grants: Grant[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const search = { filter: { repository }, limit: LISTED - grants.length, after };
    const page = await listGrants(ports, caller, search);
    grants.push(...page.grants);
    after = page.next;
    if (after === undefined || grants.length === LISTED) break;
  }
  return { grants, isCut: after !== undefined };
}

async function asked(
  ports: ConversationPorts,
  given: SlackRequest,
  { writing, context }: { writing: Writing; context: Omit<RequestContext, 'dryRun'> },
): Promise<Outcome> {
  const request = parseGrantRequest(given);
  if (!request.ok) return request;
  return answerOf(await requestGrant(ports, request.value, { ...context, dryRun: false }), writing);
}

/** What a requester reads of the outcome. */
function answerOf(made: Result<RequestAnswer>, writing: Writing): Outcome {
  if (!made.ok) return made;
  return { ok: true, value: 'grant' in made.value ? requested(made.value, writing) : undefined };
}

async function deliver(ports: ConversationPorts, { answerTo, user }: SlackAsk, content: SlackContent) {
  if ('responseUrl' in answerTo) return ports.response.respond(answerTo.responseUrl, content);
  if ('viewId' in answerTo) {
    try {
      return await ports.web.updateView(answerTo.viewId, messageView(content.blocks));
    } catch (error) {
      // The person has closed the modal, so the answer goes to them as a message.
      if (!(error instanceof PortError) || error.code !== 'NOT_FOUND') throw error;
    }
  }
  await ports.web.post(user, content);
}
