import type { Logger } from '@aws-lambda-powertools/logger';
import type { ModalView } from '@slack/types';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { isResponseUrl } from '../../adapters/slack/response-url.ts';
import { type SlackContent, type SlackWeb, toSlack } from '../../adapters/slack/web-api.ts';
import type { SlackUser } from '../../domain/access/slack-identity.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { isReason } from '../../domain/grants/request.ts';
import type { Worker } from '../../domain/messaging/ports.ts';
import type { SlackAsk } from '../../domain/messaging/worker-message.ts';
import { parseGrantId } from '../../domain/shared/identifiers.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { problem } from '../../domain/shared/problem.ts';
import type { Template } from '../../domain/templates/template.ts';
import { toResult } from '../http/http-answer.ts';
import type { HttpHandler } from '../http/http-function.ts';
import { requestIdOf } from '../http/http-request.ts';
import { ProblemError } from '../http/problem-details.ts';
import { parseCommand, REASON_RULE } from './command.ts';
import {
  asked,
  commandHelp,
  help,
  message,
  notKnown,
  templateDetail,
  templateList,
} from './messages/answers.ts';
import {
  CHOOSE,
  chooseView,
  DETAIL,
  messageView,
  REJECT,
  rejectionOf,
  rejectView,
  type SubmissionAnswer,
  submitChoice,
  submitDetail,
} from './messages/request-form.ts';
import { REVOKE, revocationOf, revokeView } from './messages/revoke-form.ts';
import { type Interaction, notOurs, readCommand, readInteraction, valuesOf } from './payload.ts';
import { personOf } from './person.ts';
import { readSlackForm, type SignedRequestPorts } from './signed-request.ts';

/** Milliseconds of Slack's three seconds that opening a modal may take. */
export const MODAL_WAIT_MS = 1800;

/** Milliseconds after which Slack is answered whatever is slow: three seconds less the way, and part of a cold start. */
export const ACKNOWLEDGEMENT_WAIT_MS = 2400;

/** What the endpoint needs. It holds no grants and no Bitbucket: it verifies, remembers, answers and hands on. */
export type SlackPorts = SignedRequestPorts & {
  configuration: Configuration;
  templates: ReadonlyMap<string, Template>;
  /** Origin of response URLs. */
  responseOrigin: string;
  worker: Worker;
  web: SlackWeb;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Milliseconds that one answer may take. */
  acknowledgementWaitMs: number;
};

/** `end` aborts once Slack has been answered. Nothing is begun after that, because the answer asked for a
 *  retry. */
type SlackCall = { ports: SlackPorts; deliveryId: string; end: AbortSignal };

/** Answers Slack's commands and interactions within Slack's three seconds; the worker does what takes longer.
 *  The answer is 401, the same for every reason, unless the raw body is signed within the window and is no
 *  replay. A command or form that could not be taken gets 200 and a text that says so. A button shows no
 *  text, so its answer has the failure's status. */
export function slackEndpoint(ports: SlackPorts): HttpHandler {
  return async (event, context) => {
    const { slack } = ports.configuration;
    if (!slack) throw new ProblemError(problem('ROUTE_NOT_FOUND', 'Slack is not configured.'));
    const end = AbortSignal.timeout(ports.acknowledgementWaitMs);
    const form = await before(end, readSlackForm(ports, event));
    if (form.get('ssl_check') === '1') return { statusCode: 200 };
    const call = { ports, deliveryId: requestIdOf(context), end };
    const isCommand = event.requestContext.http.path.endsWith('/commands');
    if (!isCommand) return onInteraction(call, form);
    return before(end, onCommand(call, form)).catch((error: unknown) => {
      reportLost(call, error);
      return ephemeral(message('Rolewright did not get that. Please repeat the command.'));
    });
  };
}

/** What `work` comes to, unless Slack must be answered before. */
async function before<T>(end: AbortSignal, work: Promise<T>): Promise<T> {
  const over = new Promise<never>((_, reject) => {
    const late = () =>
      reject(new PortError('Slack', 'UNAVAILABLE', 'Slack is answered before the request was taken.'));
    if (end.aborted) late();
    end.addEventListener('abort', late);
  });
  return Promise.race([work, over]);
}

/** Logs what could not be taken; throws what is no failure of another system. */
function reportLost({ ports, deliveryId }: SlackCall, error: unknown): void {
  if (!(error instanceof PortError)) throw error;
  const { system, code } = error;
  ports.logger.error('a Slack request could not be taken', { deliveryId, system, code, error });
}

async function onCommand(call: SlackCall, form: URLSearchParams): Promise<APIGatewayProxyStructuredResultV2> {
  const sent = readCommand(form);
  const { team_id: team, user_id: user, text, response_url: responseUrl, trigger_id: trigger } = sent;
  const { templates, responseOrigin } = call.ports;
  const slackUser = { team, user };
  const command = parseCommand(text, templates);
  if ('verb' in command && command.verb === 'help') return ephemeral(help(templates));
  if (!(await isKnown(call, slackUser))) return ephemeral(notKnown);
  if (!('verb' in command)) return ephemeral(commandHelp(command));
  if (command.verb === 'templates') {
    const named = command.name === undefined ? undefined : templates.get(command.name);
    return ephemeral(named ? templateDetail(named, templates) : templateList(templates));
  }
  if (command.verb === 'form') {
    await openView(call, trigger, chooseView(templates));
    return { statusCode: 200 };
  }
  if (!isResponseUrl(responseUrl, responseOrigin)) throw notOurs('has no response URL of Slack');
  await handOn(call, slackUser, { answerTo: { responseUrl }, act: command });
  if (command.verb === 'request') return ephemeral(asked(command.request));
  // What only looks is answered before anybody misses an acknowledgement.
  return { statusCode: 200 };
}

async function isKnown({ ports, deliveryId }: SlackCall, slackUser: SlackUser): Promise<boolean> {
  const caller = await personOf(ports, slackUser);
  if (!caller) ports.logger.warn('denied', { deliveryId, rule: 'slack-directory', ...slackUser });
  return caller !== undefined;
}

async function openView({ ports, end }: SlackCall, trigger: string, view: ModalView): Promise<void> {
  if (!end.aborted) await ports.web.openView(trigger, view);
}

async function handOn(
  { ports, deliveryId, end }: SlackCall,
  { team, user }: SlackUser,
  { answerTo, act }: Pick<SlackAsk, 'answerTo' | 'act'>,
): Promise<void> {
  if (end.aborted) return;
  await ports.worker.handOn({ source: 'slack', deliveryId, team, user, answerTo, act });
  ports.logger.info('Slack request handed on', { deliveryId, team, user, verb: act.verb });
}

async function onInteraction(
  call: SlackCall,
  form: URLSearchParams,
): Promise<APIGatewayProxyStructuredResultV2> {
  const interaction = readInteraction(form.get('payload') ?? '');
  // A kind of interaction that this app has not subscribed to, such as view_closed, wants nothing of it.
  if (!interaction) return { statusCode: 200 };
  const { team, user } = interaction;
  // In a shared channel the team of the message and the team of the user may differ: then the user is another team's.
  const isOwn = user.team_id === undefined || user.team_id === team.id;
  const slackUser = { team: isOwn ? team.id : FOREIGN_TEAM, user: user.id };
  if (interaction.type === 'block_actions') return before(call.end, onButton(call, slackUser, interaction));
  return before(call.end, onSubmission(call, slackUser, interaction)).catch((error: unknown) => {
    reportLost(call, error);
    // An empty answer would close the modal, as if all were well, with what was written in it.
    const field = interaction.view.callback_id === CHOOSE ? 'repository' : 'reason';
    return viewAnswer({ errors: { [field]: 'Rolewright did not get that. Please send it again.' } });
  });
}

/** The team of a user whose interaction names two: no configuration can hold it. */
const FOREIGN_TEAM = 'foreign';

async function onButton(
  call: SlackCall,
  slackUser: SlackUser,
  { actions, response_url: responseUrl, trigger_id: trigger }: Interaction & { type: 'block_actions' },
): Promise<APIGatewayProxyStructuredResultV2> {
  const [{ action_id: action, value = '' } = { action_id: '' }] = actions;
  if (action === REVOKE) {
    const revocation = revocationOf(value);
    if (!revocation) throw notOurs('the button carries no grant');
    await openView(call, trigger, revokeView(revocation));
    return { statusCode: 200 };
  }
  if (action !== 'approve' && action !== 'reject' && action !== 'renew') return { statusCode: 200 };
  const answerTo =
    responseUrl !== undefined && isResponseUrl(responseUrl, call.ports.responseOrigin)
      ? { responseUrl }
      : { user: slackUser.user };
  if (action === 'renew') {
    const grantId = parseGrantId(value);
    if (!grantId) throw notOurs('the button carries no grant');
    await handOn(call, slackUser, { answerTo, act: { verb: 'renew', grantId } });
    return { statusCode: 200 };
  }
  const button = rejectionOf(value);
  if (!button) throw notOurs('the button carries no plan');
  // Slack shows no reply to a button. A refusal is shown by the worker, or when the reason is submitted.
  if (action === 'reject') await openView(call, trigger, rejectView(button));
  else await handOn(call, slackUser, { answerTo, act: { verb: 'approve', ...button } });
  return { statusCode: 200 };
}

async function onSubmission(
  call: SlackCall,
  slackUser: SlackUser,
  { view }: Interaction & { type: 'view_submission' },
): Promise<APIGatewayProxyStructuredResultV2> {
  const values = valuesOf(view.state.values);
  if (!(await isKnown(call, slackUser))) return viewAnswer({ view: messageView(notKnown.blocks) });
  switch (view.callback_id) {
    case CHOOSE:
      return viewAnswer(submitChoice(values, call.ports.templates));
    case DETAIL: {
      const submission = submitDetail(view.private_metadata, values, call.ports.templates);
      if (!('request' in submission)) return viewAnswer(submission);
      const { request } = submission;
      await handOn(call, slackUser, { answerTo: { viewId: view.id }, act: { verb: 'request', request } });
      return viewAnswer({ view: messageView(asked(request).blocks) });
    }
    case REJECT:
      return onRejection(call, slackUser, view);
    case REVOKE:
      return onRevocation(call, slackUser, view);
    default:
      return { statusCode: 200 };
  }
}

type SubmittedView = (Interaction & { type: 'view_submission' })['view'];

async function onRejection(
  call: SlackCall,
  slackUser: SlackUser,
  view: SubmittedView,
): Promise<APIGatewayProxyStructuredResultV2> {
  const button = rejectionOf(view.private_metadata);
  if (!button) throw notOurs('the modal carries no plan');
  const reason = valuesOf(view.state.values).reason?.trim() ?? '';
  if (!isReason(reason)) return viewAnswer({ errors: { reason: REASON_RULE } });
  const answerTo = { user: slackUser.user };
  await handOn(call, slackUser, { answerTo, act: { verb: 'reject', ...button, reason } });
  return { statusCode: 200 };
}

/** The submitted form is the confirmation. Its reason may be left out. */
async function onRevocation(
  call: SlackCall,
  slackUser: SlackUser,
  view: SubmittedView,
): Promise<APIGatewayProxyStructuredResultV2> {
  const grantId = parseGrantId(revocationOf(view.private_metadata)?.grantId ?? '');
  if (!grantId) throw notOurs('the modal carries no grant');
  const reason = valuesOf(view.state.values).reason?.trim();
  if (reason !== undefined && !isReason(reason)) return viewAnswer({ errors: { reason: REASON_RULE } });
  const act = { verb: 'revoke' as const, grantId, ...(reason === undefined ? {} : { reason }) };
  await handOn(call, slackUser, { answerTo: { viewId: view.id }, act });
  return viewAnswer({ view: messageView(message('Revoking …').blocks) });
}

function viewAnswer(submission: SubmissionAnswer): APIGatewayProxyStructuredResultV2 {
  const body =
    'view' in submission
      ? { response_action: 'update', view: submission.view }
      : { response_action: 'errors', errors: submission.errors };
  return toResult({ status: 200, body });
}

const ephemeral = (content: SlackContent): APIGatewayProxyStructuredResultV2 =>
  toResult({ status: 200, body: { response_type: 'ephemeral', ...toSlack(content) } });
