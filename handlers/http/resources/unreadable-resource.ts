import type * as z from 'zod';
import type { UnreadableAnswer } from '../../../domain/use-cases/requests/revoke-unreadable.ts';
import type { unreadableGrantSchema } from './grant-schema.ts';

const NOTES = {
  requested: 'The role is not closed yet. The work goes on; repeat the request to see its progress.',
  closed:
    'The role admits no token and its sessions may do nothing. It is kept for an administrator to examine.',
  nothing:
    'IAM has no role with the tag of this grant under any name that its log still shows. Have an administrator look for roles with the tag rolewright:grant.',
} as const;

/** What each end of a revoke says of access. A role that was not found may exist under another name: that is not closed. */
const ACCESS = { requested: 'closing', closed: 'closed', nothing: 'unknown' } as const;

/** A grant whose events cannot be read, after a revoke. */
export const unreadableResource = ({
  grantId,
  revocation,
}: UnreadableAnswer): Omit<z.infer<typeof unreadableGrantSchema>, 'notice'> => ({
  id: grantId,
  unreadable: true,
  access: ACCESS[revocation.state],
  ...(revocation.state === 'closed' ? { role: revocation.role } : {}),
  note: NOTES[revocation.state],
});
