import { authorise, eventResource, unknownContext } from '../../access/authorisation.ts';
import { replayPart, type StreamPart } from '../../grants/evolve/checkpoint.ts';
import type { Grant } from '../../grants/grant.ts';
import type { CheckpointStore, EventLog, GrantTable } from '../../grants/stores.ts';
import { type StoredEvent, UnreadableStream } from '../../grants/unreadable/stored-event.ts';
import { type GrantId, parseGrantId } from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { ok, type Result } from '../../shared/result.ts';
import {
  type AccessPorts,
  authoriseUnreadable,
  type GrantAttempt,
  grantNotFound,
  type Loaded,
  loadForCaller,
} from '../access.ts';
import { readPart } from '../grant-stream.ts';
import { withRepositoryHolds } from '../holds/shown-holds.ts';

/** What readers of one grant's stream need. */
export type StreamReadPorts = AccessPorts & { log: EventLog; checkpoints: Pick<CheckpointStore, 'find'> };

/** What readers need. */
export type ReadPorts = StreamReadPorts & { grants: GrantTable };

/** A grant with what was read of its stream, oldest event first, read consistently. A stream that was altered is read
 *  as it is. `GRANT_NOT_FOUND` where the caller may read no such grant. */
export const readableStream = (
  ports: StreamReadPorts,
  grantId: string,
  caller: Caller,
): Promise<Loaded<StreamPart>> => grantFor(ports, { grantId, caller, action: 'read' });

/** A grant for a caller who may read it and do `action` with it, for showing only: see `readableStream` and `loadForCaller`. */
export async function grantFor(
  ports: StreamReadPorts,
  { grantId, caller, action }: GrantAttempt,
): Promise<Loaded<StreamPart>> {
  const load = async (id: GrantId) => {
    const part = await readPart(ports, id);
    const grant = replayPart(part);
    if (!grant && part.all.length > 0) {
      throw new UnreadableStream(id, 'it does not begin with a request', part.all);
    }
    return { ...part, grant };
  };
  return loadForCaller(ports, load, { grantId, caller, action, admins: ports.admins() });
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

/** One grant as it is shown: where it has no hold of its own, with that of its repository. */
export async function shownGrant(
  ports: StreamReadPorts & { grants: Pick<GrantTable, 'repositoryHolds'> },
  grantId: string,
  caller: Caller,
): Promise<Result<Grant>> {
  const found = await readableGrant(ports, grantId, caller);
  if (!found.ok) return found;
  const [shown = found.value] = await withRepositoryHolds(ports, [found.value]);
  return ok(shown);
}

/** A page of one grant's events, oldest first; `after` is the last `seq` seen. A stream that was altered is
 *  returned as it is: its reader can verify the chain. Events name people and their reasons, and are returned whole or not
 *  at all: `DENIED` for pipelines, and for services that may not audit. An event that cannot be read is a marker in its
 *  place. */
export async function grantEvents(
  ports: ReadPorts,
  { grantId, caller }: { grantId: string; caller: Caller },
  page: { limit: number; after: number },
): Promise<Result<{ events: StoredEvent[]; next?: number | undefined }>> {
  const id = parseGrantId(grantId);
  if (!id) return grantNotFound(grantId);
  const found = await readableStream(ports, id, caller);
  const isShown = found.ok || (found.unreadable && found.problem.code !== 'GRANT_NOT_FOUND');
  if (!isShown) return found;
  const allowed = await mayReadEvents(ports, caller, found.ok ? found.value.grant : undefined);
  if (!allowed.ok) return allowed;
  const rest = await ports.log.loadFrom(id, page.after + 1, page.limit + 1);
  const events = rest.slice(0, page.limit);
  return ok({ events, next: rest.length > page.limit ? page.after + events.length : undefined });
}

/** Machines read grants; the events behind them only those that may audit. */
async function mayReadEvents(
  { access: rules, reportDenied: report, admins }: StreamReadPorts,
  caller: Caller,
  grant: Grant | undefined,
): Promise<Result<undefined>> {
  const { kind } = caller.principal;
  if (kind === 'person' || kind === 'system') return ok(undefined);
  if (!grant) {
    const ports = { access: rules, reportDenied: report };
    return authoriseUnreadable(ports, { caller, action: 'audit', target: undefined, admins: admins() });
  }
  const { repository, project, account } = grant.request.intent;
  const resource = eventResource({
    repositoryUuid: repository.uuid,
    projectUuid: project?.uuid,
    accountId: account,
  });
  return authorise({ rules, caller, action: 'audit', resource, context: unknownContext, report });
}
