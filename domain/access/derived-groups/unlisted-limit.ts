import type { Caller } from '../../shared/principal.ts';

/** What no unlisted person does, whatever the rules say: Slack and a mail domain vouch for who they are, and who approves,
 *  revokes or audits is in `people` or comes with a token of the company. */
export function unlistedLimit({ caller, action }: { caller: Caller; action: string }): string | undefined {
  if (caller.pipeline || !caller.unlisted) return undefined;
  return action === 'request' || action === 'read' ? undefined : 'unlisted-requests-and-reads-only';
}
