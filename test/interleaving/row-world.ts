import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../domain/grants/event.ts';
import { replay } from '../../domain/grants/evolve/evolve.ts';
import type { EventLog, GrantTable } from '../../domain/grants/stores.ts';
import { type Work, workOf } from '../../domain/grants/work.ts';
import type { GrantId } from '../../domain/shared/identifiers.ts';
import {
  appendEvent,
  loadStream,
  projectStream,
  type StreamPorts,
} from '../../domain/use-cases/grant-stream.ts';
import { FakeClock } from '../support/domain/fakes/store.ts';
import { ada } from '../support/domain/samples.ts';
import { failed, requested, revocation, revoked } from '../support/domain/stories.ts';
import { eventsOf } from '../support/domain/streams/stored.ts';
import { asInstant } from '../support/identifiers.ts';

/** What a writer appends when it finds this work to do; nothing, when there is nothing for it to say. */
export type Decide = (work: Work) => NewEvent | undefined;

/** Decides like an edge: asks for a grant where nothing is under way. */
export const asks: Decide = (work) => (work.kind === 'rest' ? requested() : undefined);

/** Decides like an edge: revokes what is being made. */
export const revokes: Decide = (work) => (work.kind === 'provision' ? revocation : undefined);

/** Decides like a provisioner that ends in one step: the grant failed, or it is revoked. */
export const finishes: Decide = (work) =>
  work.kind === 'provision' ? failed : work.kind === 'revoke' ? revoked : undefined;

/** One writer by the row protocol: reads, decides, marks, appends, projects; whoever loses a race begins anew. */
export async function writer(ports: StreamPorts, grantId: GrantId, decide: Decide): Promise<void> {
  // No two writers write the same event: one that finds its own event in the log has won.
  const cause = { principal: ada, correlationId: randomUUID(), entryPoint: 'http' as const };
  for (;;) {
    const stream = await loadStream(ports, grantId);
    const event = decide(workOf(stream.grant));
    if (!event) return projectStream(ports, stream);
    const appended = await appendEvent(ports, stream, { event, cause });
    if (appended) return projectStream(ports, appended);
  }
}

/** Why the read model forgets work, undefined when it does not: whenever the log says that something is to be done, the
 *  row must be due, whatever else happens or does not happen next. */
export async function forgottenWork(
  log: EventLog,
  grants: GrantTable,
  grantId: GrantId,
): Promise<string | undefined> {
  const events = await eventsOf(log, grantId);
  const work = workOf(replay(events));
  if (work.kind === 'rest') return undefined;
  const [row] = await grants.listDue(asInstant('9999-01-01T00:00:00.000Z'), 1);
  if (row) return undefined;
  return `event ${events.length} left work (${work.kind}), and the row is not due`;
}

/** A clock that does not move: time plays no part in the row protocol. */
export const stillClock = (): FakeClock => new FakeClock();
