import type { GrantEvent } from '../../grants/event.ts';
import { replay } from '../../grants/evolve/evolve.ts';
import type { Grant } from '../../grants/grant.ts';
import type { EventLog, GrantTable } from '../../grants/stores.ts';
import type { Caller } from '../../shared/principal.ts';
import { ok, type Result } from '../../shared/result.ts';
import { type AccessPorts, loadForCaller } from '../access.ts';

/** What readers of one grant's stream need. */
export type StreamReadPorts = AccessPorts & { log: EventLog };

/** What readers need. */
export type ReadPorts = StreamReadPorts & { grants: GrantTable };

/** A grant with its stream, oldest event first, read consistently. A stream that was altered is read as it
 *  is. `GRANT_NOT_FOUND` where the caller may read no such grant. */
export async function readableStream(
  ports: StreamReadPorts,
  grantId: string,
  caller: Caller,
): Promise<Result<{ grant: Grant; events: GrantEvent[] }>> {
  const load = async (id: string) => {
    const events = await ports.log.load(id);
    return { grant: replay(events), events };
  };
  return loadForCaller(ports, load, { grantId, caller, action: 'read', admins: ports.admins() });
}

/** One grant, read consistently from its stream. */
export async function readableGrant(
  ports: StreamReadPorts,
  grantId: string,
  caller: Caller,
): Promise<Result<Grant>> {
  const found = await readableStream(ports, grantId, caller);
  return found.ok ? ok(found.value.grant) : found;
}

/** A page of one grant's events, oldest first; `after` is the last `seq` seen. A stream that was altered is
 *  returned as it is: its reader can verify the chain. */
export async function grantEvents(
  ports: ReadPorts,
  { grantId, caller }: { grantId: string; caller: Caller },
  page: { limit: number; after: number },
): Promise<Result<{ events: GrantEvent[]; next?: number | undefined }>> {
  const found = await readableStream(ports, grantId, caller);
  if (!found.ok) return found;
  const rest = found.value.events.filter(({ seq }) => seq > page.after);
  const events = rest.slice(0, page.limit);
  return ok({ events, next: rest.length > page.limit ? events.at(-1)?.seq : undefined });
}
