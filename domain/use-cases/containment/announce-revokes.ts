import { repositoryHoldOf } from '../../grants/containment/repository-hold.ts';
import { decideRevocation } from '../../grants/deciders/decide-revocation.ts';
import { UnreadableStream } from '../../grants/unreadable/stored-event.ts';
import { type GrantId, type RepositoryUuid, repositoryStreamOf } from '../../shared/identifiers.ts';
import { onlyUnreadable } from '../access.ts';
import {
  appendEvent,
  type Cause,
  isReadOnly,
  loadStream,
  loadWholeStream,
  projectStream,
  type StreamPorts,
} from '../grant-stream.ts';
import { sideBySide } from '../side-by-side.ts';

/** Revokes that are announced at the same time. Our choice. */
const SIDE_BY_SIDE = 10;

/** Announces every revoke that an incident of a repository has listed, and records that it is done. A grant that was
 *  requested again since is left alone. Idempotent, and safe to be done by several at once. */
export async function announceRevokes(
  ports: StreamPorts,
  repositoryUuid: RepositoryUuid,
  terms: { cause: Cause; holds: boolean },
): Promise<void> {
  for (;;) {
    const stream = await loadWholeStream(ports, repositoryStreamOf(repositoryUuid));
    const { open } = repositoryHoldOf(stream.events);
    if (!open) return;
    const { repository, reason, revoke } = open;
    await sideBySide(revoke, { width: SIDE_BY_SIDE }, (listed) =>
      announceOne(ports, listed, { ...terms, reason }),
    );
    const event = { type: 'RepositoryRevoked' as const, data: { repository } };
    if (await appendEvent(ports, stream, { event, cause: terms.cause })) return;
  }
}

async function announceOne(
  ports: StreamPorts,
  { grantId, seq }: { grantId: GrantId; seq: number },
  { cause, holds, reason }: { cause: Cause; holds: boolean; reason: string },
): Promise<void> {
  for (;;) {
    const stream = await loadStream(ports, grantId).catch(onlyUnreadable);
    // What cannot be read is closed by its own revoke, not here.
    if (stream instanceof UnreadableStream || isReadOnly(stream)) return;
    if (!stream.grant || stream.grant.request.seq > seq) return;
    const [event] = decideRevocation(stream.grant, 'requested', { reason, holds }).events;
    if (!event) return;
    const appended = await appendEvent(ports, stream, { event, cause });
    if (appended) return projectStream(ports, appended);
  }
}
