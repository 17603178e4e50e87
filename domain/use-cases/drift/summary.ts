import type { EventData, GrantEvent, NewEvent } from '../../grants/event.ts';
import { INSTALLATION } from '../../shared/identifiers.ts';
import { appendEvent, type Cause, loadWholeStream, type StreamPorts } from '../grant-stream.ts';
import { reconcilerCause } from '../revoke-due.ts';
import type { RunningPass } from './running-pass.ts';

/** Records in the installation's stream what a pass over an account has done, unless it has done nothing. Idempotent: a pass is
 *  known by its account and its beginning. */
export async function recordPass(
  ports: StreamPorts,
  { account, position }: Pick<RunningPass, 'account' | 'position'>,
  correlationId: string,
): Promise<void> {
  const { startedAt, found } = position;
  const { reported, repaired, frozen, failed, orphans, grants } = found;
  if (reported + repaired + frozen === 0) return;
  const counts = { grants, reported, repaired, frozen, failed, orphans };
  const data: EventData<'InstallationCompared'> = { account: account.id, startedAt, found: counts };
  await recordOnce(ports, { type: 'InstallationCompared', data }, reconcilerCause({ correlationId }));
}

type Summary = NewEvent & { type: 'InstallationCompared' | 'InstallationSwept' };

/** Appends a summary to the installation's stream, unless one of the same pass is there. A pass is known by what it was over and when it
 *  began. */
export async function recordOnce(ports: StreamPorts, event: Summary, cause: Cause): Promise<void> {
  const key = keyOf(event);
  const isSame = (one: GrantEvent): boolean =>
    (one.type === 'InstallationCompared' || one.type === 'InstallationSwept') && keyOf(one) === key;
  for (;;) {
    const stream = await loadWholeStream(ports, INSTALLATION);
    if (stream.events.some(isSame)) return;
    if (await appendEvent(ports, stream, { event, cause })) return;
  }
}

const keyOf = ({ type, data }: Summary): string =>
  `${type} ${type === 'InstallationCompared' ? data.account : data.workspace.uuid} ${data.startedAt}`;
