import type { KnownBlock, ModalView } from '@slack/types';
import * as z from 'zod';
import type { SlackContent } from '../../../adapters/slack/web-api.ts';
import { type Grant, roleOf } from '../../../domain/grants/grant.ts';
import type { GrantId } from '../../../domain/shared/identifiers.ts';
import { code, input, LIMITS, plain, section, smallPrint } from './blocks.ts';
import { admission, placeOf, templateOf } from './grant-facts.ts';

/** Action id of the button that opens the form, and callback id of the form. */
export const REVOKE = 'revoke';

const LAST_LINE =
  'Its role is removed and every live session ends. Machines cannot request it again until a person releases the repository.';

/** Asks a person whether they mean this grant. Nothing is revoked until they submit the form behind the button. */
export function revokeCard(grant: Grant, reason: string | undefined): SlackContent {
  const { intent } = grant.request;
  const role = roleOf(grant);
  return {
    text: `Revoke ${intent.template.name} for ${placeOf(intent)}?`,
    blocks: [
      section(
        `*Revoke* ${templateOf(intent)} for ${code(placeOf(intent))}?\n${admission(intent)} can assume ${role ? code(role.arn) : 'its role'}. ${LAST_LINE}`,
      ),
      revokeButton(grant.id, reason),
      smallPrint(`Grant ${code(grant.id)}`),
    ],
  };
}

/** The same question for a grant whose events cannot be read. */
export function unreadableRevokeCard(grantId: GrantId, reason: string | undefined): SlackContent {
  return {
    text: `Revoke ${grantId}?`,
    blocks: [
      section(
        `*Revoke* grant ${code(grantId)}?\nIts events cannot be read, so Rolewright cannot show what it is for. Its role is closed and kept: it admits no token, and live sessions may do nothing.`,
      ),
      revokeButton(grantId, reason),
    ],
  };
}

/** Slack's limit for what a button carries, in characters. Source: Slack's reference for the button element. */
const LONGEST_BUTTON_VALUE = 2000;

/** A reason that a button cannot carry is asked for again. */
function revokeButton(grantId: string, reason: string | undefined): KnownBlock {
  const whole = JSON.stringify({ grantId, reason } satisfies Revocation);
  const value = whole.length <= LONGEST_BUTTON_VALUE ? whole : JSON.stringify({ grantId });
  const button = {
    type: 'button',
    action_id: REVOKE,
    style: 'danger',
    text: plain('Revoke…', LIMITS.buttonText),
    value,
  } as const;
  return { type: 'actions', block_id: 'revoke', elements: [button] };
}

const revocationShape = z.strictObject({
  grantId: z.string().max(64),
  reason: z.string().max(500).optional(),
});

/** What the button and the form carry. It is readable to all, and decides nothing. */
type Revocation = z.infer<typeof revocationShape>;

/** What a button or a form of a revoke is about; undefined for text that is not ours. */
export function revocationOf(text: string): Revocation | undefined {
  try {
    return revocationShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Asks for the reason. To submit it is the confirmation. */
export const revokeView = ({ grantId, reason }: Revocation): ModalView => ({
  type: 'modal',
  callback_id: REVOKE,
  private_metadata: JSON.stringify({ grantId } satisfies Revocation),
  title: plain('Revoke a grant', LIMITS.viewTitle),
  submit: plain('Revoke', LIMITS.viewTitle),
  close: plain('Cancel', LIMITS.viewTitle),
  blocks: [
    section(`Grant ${code(grantId)}. ${LAST_LINE}`),
    input('reason', 'Why?', {
      multiline: true,
      optional: true,
      initial: reason,
      hint: 'Kept in the log. At most 500 characters.',
    }),
  ],
});
