import type { SlackContent } from '../../../adapters/slack/web-api.ts';
import type { UnreadableAnswer } from '../../../domain/use-cases/requests/revoke-unreadable.ts';
import { COMMAND } from '../command.ts';
import { code, section } from './blocks.ts';

/** What became of the revoke of a grant whose events cannot be read. */
export function revokedUnreadable({ grantId, revocation }: UnreadableAnswer): SlackContent {
  const outcomes = {
    requested: `The events of grant ${code(grantId)} cannot be read. Its role is being closed; repeat ${code(`${COMMAND} revoke ${grantId}`)} to see the progress.`,
    closed: `✓ The events of grant ${code(grantId)} cannot be read. Its role is closed: it admits no token, and live sessions may do nothing. An administrator must examine the role and delete it.`,
    nothing: `The events of grant ${code(grantId)} cannot be read, and IAM has no role that is provably the grant's. Ask an administrator to look for roles with the tag ${code(`rolewright:grant=${grantId}`)}.`,
  };
  return { text: `Revoke of ${grantId}`, blocks: [section(outcomes[revocation.state])] };
}
