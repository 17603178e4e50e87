import type { KnownBlock } from '@slack/types';
import type { SlackContent } from '../../../adapters/slack/web-api.ts';
import { freezeOf, type Grant, waitingRequest } from '../../../domain/grants/grant.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import type { Reminder } from '../../../domain/messaging/reminders.ts';
import { durationText, plusSeconds, seconds } from '../../../domain/shared/time.ts';
import { code, plain, section, smallPrint } from '../messages/blocks.ts';
import { placeOf, templateOf } from '../messages/grant-facts.ts';
import { slackTime } from '../messages/times.ts';
import type { Naming } from '../people.ts';

/** The reminder of a grant's end, to its requester and the project's team, with a button that renews it. The button carries the
 *  grant's id and decides nothing: the person who presses it is authorised anew, and the renewal is a request like any other. A grant
 *  that cannot be renewed as it is has none, and the message says why. `isHeld`: the grant is held, or its repository. */
export function endCard(
  grant: Grant,
  { at, expiresAt, days }: Reminder & { about: 'end' },
  { isHeld, grantLink }: { isHeld: boolean; grantLink: string | undefined },
): SlackContent {
  const { intent } = grant.request;
  const title = days === 1 ? 'Ends within a day' : `Ends within ${days} days`;
  const obstacle = whyNotRenewed(grant, isHeld);
  const detail = obstacle ?? howToKeep(grant, { at, expiresAt });
  return {
    text: `${title}: ${intent.template.name} for ${placeOf(intent)}`,
    blocks: [
      section(
        `*${title}*: ${templateOf(intent)} for ${code(placeOf(intent))}\nIt expires ${slackTime(expiresAt)}. ${detail}`,
      ),
      ...actions([...(obstacle === undefined ? [renewButton(grant)] : []), ...openButton(grant, grantLink)]),
      smallPrint(`Grant ${code(grant.id)}`),
    ],
  };
}

/** The reminder of a request that waits, to its approvers. It has no buttons that decide: these are on the message that shows the
 *  plan. */
export function waitCard(
  grant: Grant,
  { lapsesAt }: Reminder & { about: 'wait' },
  { naming, grantLink }: { naming: Naming; grantLink: string | undefined },
): SlackContent {
  const { intent, requestedBy, at } = waitingRequest(grant) ?? grant.request;
  const where = `${templateOf(intent)} for ${code(placeOf(intent))}`;
  return {
    text: `Still waiting for approval: ${intent.template.name} for ${placeOf(intent)}`,
    blocks: [
      section(
        `*Still waiting for approval*: ${where}\n${naming(requestedBy)} requested it ${slackTime(at)}. It lapses ${slackTime(lapsesAt)} if it is not decided; the message of the request has the buttons.`,
      ),
      ...actions(openButton(grant, grantLink)),
      smallPrint(`Grant ${code(grant.id)}`),
    ],
  };
}

/** How a grant is kept: from when half of its time is over, where that is after the reminder. */
function howToKeep(
  { lifetimeSeconds }: Grant,
  { at, expiresAt }: Pick<Reminder & { about: 'end' }, 'at' | 'expiresAt'>,
): string {
  const like = 'A renewal is a request like the first one, and may need approval.';
  const half = lifetimeSeconds && plusSeconds(expiresAt, seconds(-lifetimeSeconds / 2));
  return half && half > at
    ? `To keep it, renew it ${slackTime(half)} or later: while more than half of its time is left, a renewal changes nothing. ${like}`
    : `To keep it, renew it. ${like}`;
}

/** Why a grant is not renewed as it is; undefined where it can be. */
function whyNotRenewed(grant: Grant, isHeld: boolean): string | undefined {
  if (freezeOf(grant)) return 'It is frozen, so it cannot be renewed: a person must thaw it first.';
  if (isHeld) return 'It or its repository is held, so it is not renewed: an approver must release it first.';
  return undefined;
}

type Button = (KnownBlock & { type: 'actions' })['elements'][number];

const actions = (elements: Button[]): KnownBlock[] =>
  elements.length === 0 ? [] : [{ type: 'actions', block_id: 'reminder', elements }];

function renewButton({ id, request, lifetimeSeconds }: Grant): Button {
  const lifetime = lifetimeSeconds === undefined ? '' : ` for ${durationText(lifetimeSeconds)} from now`;
  return {
    type: 'button',
    action_id: 'renew',
    style: 'primary',
    text: plain('Renew', 75),
    value: id,
    confirm: {
      title: plain('Renew?', 100),
      text: plain(`Request the role again${lifetime}, for ${shortPlace(request.intent)}.`, 300),
      confirm: plain('Renew', 30),
      deny: plain('Not yet', 30),
    },
  };
}

const shortPlace = (intent: GrantIntent): string => placeOf(intent).slice(0, 150);

function openButton({ id }: Grant, grantLink: string | undefined): Button[] {
  if (grantLink === undefined) return [];
  const url = grantLink.replaceAll('{id}', id);
  return [{ type: 'button', action_id: 'open', text: plain('Open', 75), url }];
}
