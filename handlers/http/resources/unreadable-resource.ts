import type * as z from 'zod';
import type { UnreadableAnswer } from '../../../domain/use-cases/requests/revoke-unreadable.ts';
import type { unreadableGrantSchema } from './grant-schema.ts';

const NOTES = {
  requested: 'The role is not closed yet. The work goes on; repeat the request to see its progress.',
  closed:
    'The role admits no token and its sessions may do nothing. It is kept for an administrator to examine.',
  nothing: 'IAM has no role with the tag of this grant under any name that its log still shows.',
} as const;

/** A grant whose events cannot be read, after a revoke. */
export const unreadableResource = ({
  grantId,
  revocation,
}: UnreadableAnswer): Omit<z.infer<typeof unreadableGrantSchema>, 'notice'> => ({
  id: grantId,
  unreadable: true,
  access: revocation.state === 'requested' ? 'closing' : 'closed',
  ...(revocation.state === 'closed' ? { role: revocation.role } : {}),
  note: NOTES[revocation.state],
});
