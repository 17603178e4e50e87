import { isSweep, sweepMessage } from '../drift/sweeps.ts';
import type { InstallationSwitch } from '../grants/containment/installation.ts';
import { decideRevocation } from '../grants/deciders/decide-revocation.ts';
import type { NewEvent } from '../grants/event.ts';
import { canExpire, type Grant } from '../grants/grant.ts';
import { decideLapse } from '../grants/lapse.ts';
import type { DueRow, GrantTable } from '../grants/stores.ts';
import { grantBeside } from '../grants/unreadable/revocation.ts';
import { UnreadableStream } from '../grants/unreadable/stored-event.ts';
import { isAtRest } from '../grants/work.ts';
import { isOwed, owedMessage } from '../messaging/owed-message.ts';
import type { Worker } from '../messaging/ports.ts';
import {
  type AccountId,
  type GrantId,
  INSTALLATION,
  isRepositoryStream,
  parseGrantId,
  type StreamId,
} from '../shared/identifiers.ts';
import { assertNever } from '../shared/result.ts';
import {
  type EpochMilliseconds,
  type Instant,
  plusSeconds,
  type Seconds,
  seconds,
  toInstant,
} from '../shared/time.ts';
import type { ClosingPorts } from './close-unreadable-role.ts';
import {
  appendEvent,
  type GrantStream,
  isReadOnly,
  loadStream,
  owesCheckpoint,
  projectStream,
} from './grant-stream.ts';
import { isPostponed, postponedDelivery, resume } from './postponed-delivery.ts';
import {
  ABANDONED_SECONDS,
  closeExpired,
  finishClosing,
  finishIncident,
  followInstallation,
  type RowOutcome,
  reconcilerCause,
} from './revoke-due.ts';
import { sideBySide } from './side-by-side.ts';
import { PROVISIONER_WAIT_MS } from './wait-for-provisioner.ts';

const ROWS_PER_READ = 50;

/** Rows that are worked on at the same time; each may run the provisioner. Our choice: Lambda quotas begin at ten concurrent
 *  executions in a new account, and callers need some of them. */
const SIDE_BY_SIDE = 5;

/** Rows that were tried before, of one pass. They come after all others: work that is never done keeps none waiting. */
const MOST_RETRIES = 20;

/** Postponed deliveries of one workspace that one pass, which is once a minute, has resumed. Our choice: a new repository costs
 *  Bitbucket some four calls, of the thousand that it allows a credential in an hour; a third of these is left to people and
 *  pipelines. The broken credential of one workspace delays no
 *  delivery of another. */
const MOST_RESUMED = 3;

/** Messages that one pass hands on. Our choice: Slack takes about one a second for a channel; after an outage they are sent over some
 *  minutes. Source: Slack, rate limits, `chat.postMessage`. */
const MOST_MESSAGES = 20;

/** Seconds until a row is tried again: for the first attempts as after any work, then twice as long each time, up to an
 *  hour. Our choice. */
const RETRY_SECONDS = 60;
const QUICK_ATTEMPTS = 3;
const LONGEST_RETRY_SECONDS = seconds(3600);

/** What the reconciler needs. It has no IAM: it finds, decides, and asks the provisioner. */
export type ReconcilePorts = ClosingPorts & {
  installation: InstallationSwitch;
  /** Takes the deliveries that were postponed, and the messages that are owed. */
  worker: Worker;
  /** Reports a grant that could not be reconciled; the pass continues. */
  reportFailure(grantId: StreamId, error: unknown): void;
  /** Raises the alarm that no more unreadable grants are revoked in this pass. Never throws. */
  reportStopped(grantId: GrantId): void;
  /** Is shown each row that is due, for those who watch. Never throws. */
  reportDue?(row: DueRow): void;
};

/** What one pass found: how many rows were due, how many of their grants came to rest, how many did not, and how many of
 *  the latter cannot be read. */
export type Reconciliation = { due: number; settled: number; unfinished: number; unreadable: number };

/** One pass, and what it has found so far. `closings` are revokes of unreadable grants that it began. `unreachable` are the
 *  accounts that could not be reached: their grants that are not under way yet wait for a later pass. */
export type Pass = {
  correlationId: string;
  deadline: EpochMilliseconds;
  found: Reconciliation;
  closings: number;
  resumed: Map<string, number>;
  messages: number;
  unreachable: Set<AccountId>;
};

/** One pass over the grants that are due: first those that were not tried before, the longest overdue first, then some of
 *  the others. Deliveries that were postponed are handed to the worker again, a few of each workspace, and so are messages that
 *  are owed: those that were not sent, and reminders whose time has come. The pass has the provisioner
 *  finish or compensate what was begun, revokes expired grants, lapses requests that were not decided in time, and updates rows
 *  that a dead process left behind; several grants at the same time. It begins no grant after `deadline`.
 *  Two passes may run at once: the lease and the log decide which one acts. One grant's failure does not stop the
 *  others, nor does an account that cannot be reached stop those of another. */
export async function reconcile(
  ports: ReconcilePorts,
  { correlationId, deadline }: { correlationId: string; deadline: EpochMilliseconds },
): Promise<Reconciliation> {
  const { clock, grants } = ports;
  const until = toInstant(clock.now());
  const found: Reconciliation = { due: 0, settled: 0, unfinished: 0, unreadable: 0 };
  const pass: Pass = {
    correlationId,
    deadline,
    found,
    closings: 0,
    resumed: new Map(),
    messages: 0,
    unreachable: new Set(),
  };
  const retries: DueRow[] = [];
  const budget = { width: SIDE_BY_SIDE, mayBegin: () => clock.now() < deadline };
  await sideBySide(dueRows(grants, until), budget, async (row) => {
    ports.reportDue?.(row);
    if (isPostponed(row.grantId)) await resumeRow(ports, row, pass);
    else if (isOwed(row.grantId)) await sendOwed(ports, row, pass);
    else if (isSweep(row.grantId)) await goOnSweeping(ports, row, pass);
    else if (row.attempts === 0) await reconcileRow(ports, row, pass);
    else if (retries.length < MOST_RETRIES) retries.push(row);
    else found.due += 1;
  });
  await sideBySide(retries, budget, (row) => reconcileRow(ports, row, pass));
  return found;
}

/** Every row that is due, page by page, the longest overdue first. */
async function* dueRows(grants: Pick<GrantTable, 'listDue'>, until: Instant): AsyncGenerator<DueRow> {
  let last: DueRow | undefined;
  do {
    const rows = await grants.listDue(until, ROWS_PER_READ, last);
    yield* rows;
    last = rows.length === ROWS_PER_READ ? rows.at(-1) : undefined;
  } while (last);
}

/** Hands a postponed delivery to the worker, unless the pass has resumed enough of its workspace. Never throws. */
async function resumeRow(ports: ReconcilePorts, row: DueRow, pass: Pass): Promise<void> {
  pass.found.due += 1;
  pass.found.unfinished += 1;
  try {
    const delivery = postponedDelivery(row.grantId);
    if (!delivery) {
      ports.reportFailure(row.grantId, new Error('this version cannot read the delivery that was postponed'));
      const until = plusSeconds(toInstant(ports.clock.now()), LONGEST_RETRY_SECONDS);
      return await ports.grants.postpone(row, until);
    }
    const resumed = pass.resumed.get(delivery.workspace) ?? 0;
    if (resumed >= MOST_RESUMED) return;
    pass.resumed.set(delivery.workspace, resumed + 1);
    await resume(ports, row, delivery);
  } catch (error) {
    ports.reportFailure(row.grantId, error);
  }
}

/** Hands a message to the worker that is owed, unless the pass has handed on enough of them. Never throws. */
async function sendOwed(ports: ReconcilePorts, row: DueRow, pass: Pass): Promise<void> {
  pass.found.due += 1;
  pass.found.unfinished += 1;
  try {
    const message = owedMessage(row.grantId);
    if (!message) {
      ports.reportFailure(row.grantId, new Error('this version cannot read the message that is owed'));
      const until = plusSeconds(toInstant(ports.clock.now()), LONGEST_RETRY_SECONDS);
      return await ports.grants.postpone(row, until);
    }
    if (pass.messages >= MOST_MESSAGES) return;
    pass.messages += 1;
    await resume(ports, row, message);
  } catch (error) {
    ports.reportFailure(row.grantId, error);
  }
}

/** Hands a sweep to the worker that is not over. Never throws. */
async function goOnSweeping(ports: ReconcilePorts, row: DueRow, { found }: Pass): Promise<void> {
  found.due += 1;
  found.unfinished += 1;
  try {
    const message = sweepMessage(row.grantId);
    await (message ? resume(ports, row, message) : ports.grants.dropDue(row));
  } catch (error) {
    ports.reportFailure(row.grantId, error);
  }
}

/** Works on one row, and says when it is due again where it is not done. Never throws. */
async function reconcileRow(ports: ReconcilePorts, row: DueRow, pass: Pass): Promise<void> {
  const { found } = pass;
  found.due += 1;
  try {
    const outcome = await outcomeOf(ports, row, pass);
    found[outcome === 'settled' || outcome === 'watch' ? 'settled' : 'unfinished'] += 1;
    const wait = secondsUntilNext(outcome, row);
    if (wait === undefined) return;
    await ports.grants.postpone(row, plusSeconds(toInstant(ports.clock.now()), wait));
  } catch (error) {
    ports.reportFailure(row.grantId, error);
  }
}

async function outcomeOf(ports: ReconcilePorts, row: DueRow, pass: Pass): Promise<RowOutcome> {
  try {
    const besideOf = grantBeside(row.grantId);
    if (row.grantId === INSTALLATION) return await followInstallation(ports, row, reconcilerCause(pass));
    if (isRepositoryStream(row.grantId)) return await finishIncident(ports, row, reconcilerCause(pass));
    return await (besideOf ? finishClosing(ports, row, pass) : reconcileOne(ports, row, pass));
  } catch (error) {
    ports.reportFailure(row.grantId, error);
    return 'retry';
  }
}

function secondsUntilNext(outcome: RowOutcome, { attempts }: DueRow): Seconds | undefined {
  switch (outcome) {
    case 'settled':
    case 'wait':
      return undefined;
    case 'watch':
      return LONGEST_RETRY_SECONDS;
    case 'retry':
      return seconds(
        Math.min(RETRY_SECONDS * 2 ** Math.max(0, attempts - QUICK_ATTEMPTS), LONGEST_RETRY_SECONDS),
      );
    default:
      return assertNever(outcome);
  }
}

async function reconcileOne(ports: ReconcilePorts, row: DueRow, pass: Pass): Promise<RowOutcome> {
  const read = await loadOrReport(ports, row, pass);
  if (read instanceof UnreadableStream)
    return closeRow(ports, { row, texts: read.texts, known: undefined }, pass);
  if (isReadOnly(read)) return closeRow(ports, { row, texts: [], known: read.grant }, pass);
  const overdue = overdueEvent(read.grant, toInstant(ports.clock.now()));
  const stream = overdue
    ? await appendEvent(ports, read, { event: overdue, cause: reconcilerCause(pass) })
    : read;
  // Another writer has just moved the stream: that one looks after it, or the next pass does.
  if (!stream) return 'wait';
  if (!isAtRest(stream.grant) || owesCheckpoint(stream)) {
    return provision(ports, stream, pass);
  }
  await projectStream(ports, stream);
  return awaited(ports, row, stream);
}

/** Has the provisioner work on a grant, unless the pass has met its account unreachable. */
async function provision(
  ports: ReconcilePorts,
  { grant, grantId }: GrantStream,
  { unreachable }: Pass,
): Promise<RowOutcome> {
  const account = grant?.request.intent.account;
  if (account !== undefined && unreachable.has(account)) return 'retry';
  const { outcome } = await ports.provisioner.run(grantId, PROVISIONER_WAIT_MS);
  if (outcome === 'unreachable' && account !== undefined) unreachable.add(account);
  return outcome === 'settled' ? 'settled' : 'retry';
}

/** Closes the role of a grant that this version may not decide about, where it has expired. */
async function closeRow(
  ports: ReconcilePorts,
  { row, texts, known }: { row: DueRow; texts: readonly string[]; known: Grant | undefined },
  pass: Pass,
): Promise<RowOutcome> {
  const grantId = parseGrantId(row.grantId);
  return grantId ? closeExpired(ports, { grantId, texts, known }, pass) : 'retry';
}

/** What becomes of a row whose grant is at rest: it may await an event that is about to be appended, or never comes. One without
 *  a stream awaits its first, whatever it says. */
async function awaited(ports: ReconcilePorts, row: DueRow, { last }: GrantStream): Promise<RowOutcome> {
  if (last && row.dueSeq <= last.seq) return 'settled';
  const isAbandoned = plusSeconds(row.dueAt, ABANDONED_SECONDS) <= toInstant(ports.clock.now());
  if (!isAbandoned) return 'wait';
  await (last ? ports.grants.forgetDue(row) : ports.grants.dropDue(row));
  return 'settled';
}

/** The stream of a row, or that it cannot be read, which is reported and counted. */
async function loadOrReport(
  ports: ReconcilePorts,
  { grantId }: DueRow,
  { found }: Pass,
): Promise<GrantStream | UnreadableStream> {
  try {
    return await loadStream(ports, grantId);
  } catch (error) {
    if (!(error instanceof UnreadableStream)) throw error;
    found.unreadable += 1;
    ports.reportFailure(grantId, error);
    return error;
  }
}

/** The event that is due by time alone: the grant has expired, or its request was not decided in time. */
function overdueEvent(grant: Grant | undefined, now: Instant): NewEvent | undefined {
  if (!grant) return undefined;
  const hasExpired = canExpire(grant.state) && grant.expiresAt !== undefined && grant.expiresAt <= now;
  return hasExpired
    ? decideRevocation(grant, 'expired', { holds: false }).events[0]
    : decideLapse(grant, now);
}
