import { type BitbucketDelivery, bitbucketDeliverySchema } from '../bitbucket/delivery-message.ts';
import type { SweepMessage } from '../drift/sweeps.ts';
import type { DueRow, GrantTable } from '../grants/stores.ts';
import type { OwedMessage } from '../messaging/owed-message.ts';
import type { Worker } from '../messaging/ports.ts';
import type { StreamId } from '../shared/identifiers.ts';
import { PortError } from '../shared/port-error.ts';
import type { Problem } from '../shared/problem.ts';
import { type EpochMilliseconds, plusSeconds, type Seconds, seconds, toInstant } from '../shared/time.ts';

/** Seconds until a postponed delivery is resumed: at first a minute, later twice as long each time, up to an hour, which is
 *  the span of Bitbucket's limits. A longer time that Bitbucket asks for is kept. Source of the span: Bitbucket, "API
 *  request limits": counted over a rolling hour. */
const FIRST_RESUMPTION_SECONDS = 60;
const LONGEST_RESUMPTION_SECONDS = 3600;

/** Resumptions after which a delivery is given up. Our choice: three days, so that a credential that expires on a Friday
 *  can be replaced on Monday. */
const MOST_RESUMPTIONS = 78;

const PREFIX = 'delivery#';
/** The longest key of a row in bytes. Source: DynamoDB, 2,048 for a partition key; it is in another key once more, 1,024. */
const LONGEST_KEY = 900;

const secondsAfter = (resumptions: number): Seconds =>
  seconds(Math.min(FIRST_RESUMPTION_SECONDS * 2 ** resumptions, LONGEST_RESUMPTION_SECONDS));

/** The id of the row that keeps a delivery until it is resumed: the delivery itself. Undefined for one too long to be kept. */
function postponedId({ resumption: _, ...delivery }: BitbucketDelivery): StreamId | undefined {
  const id = `${PREFIX}${JSON.stringify(delivery)}`;
  // Of no stream, and read as one nowhere: the reconciler asks for the delivery first.
  return new TextEncoder().encode(id).length > LONGEST_KEY ? undefined : (id as string as StreamId);
}

/** The delivery that a due row keeps; undefined for a row of a grant, or one that this version cannot read. */
export function postponedDelivery(id: string): BitbucketDelivery | undefined {
  if (!isPostponed(id)) return undefined;
  try {
    return bitbucketDeliverySchema.safeParse(JSON.parse(id.slice(PREFIX.length))).data;
  } catch {
    return undefined;
  }
}

/** True for the id of a row that keeps a delivery. */
export const isPostponed = (id: string): boolean => id.startsWith(PREFIX);

/** A delivery that is not followed to its end, because of a problem that passes: an account that cannot be reached, a grant that
 *  another request is changing. */
export class DeliveryUnfinished extends Error {
  readonly retryAfter: number | undefined;

  constructor({ detail, retryAfter }: Problem) {
    super(detail);
    this.name = 'DeliveryUnfinished';
    this.retryAfter = retryAfter;
  }
}

/** A delivery that failed at every resumption for three days. It is in the queue of failed messages once Lambda has repeated it. */
export class DeliveryGivenUp extends Error {
  constructor(cause: Error) {
    super(`The delivery is given up after three days: ${cause.message}`, { cause });
    this.name = 'DeliveryGivenUp';
  }
}

/** True for a failure that is no bug: it is over after some time, or once an administrator has acted. */
const canWait = (error: unknown): error is PortError | DeliveryUnfinished =>
  error instanceof PortError || error instanceof DeliveryUnfinished;

/** Whether a message was handed on so often that it is given up. */
export const isGivenUp = (resumptions: number): boolean => resumptions >= MOST_RESUMPTIONS;

type PostponePorts = { grants: GrantTable; clock: { now(): EpochMilliseconds } };

/** Does `work` for a delivery, or keeps the delivery for later where a system that was called is in the way: its limit, an outage, a
 *  credential that it does not accept, or an answer that proves nothing. The row of a resumed delivery that is done is removed.
 *  Throws what is a bug, and `DeliveryGivenUp` after three days of resumptions. */
export async function doOrPostpone(
  ports: PostponePorts,
  delivery: BitbucketDelivery,
  work: () => Promise<void>,
): Promise<'done' | 'postponed'> {
  const id = postponedId(delivery);
  const row = id && rowOf(id, delivery);
  try {
    await work();
  } catch (error) {
    if (!canWait(error) || !id) throw error;
    if (row && isGivenUp(row.attempts)) {
      // What throws is repeated by Lambda, then kept in the queue of failed messages: also where the process dies here.
      await ports.grants.removeRow(row);
      throw new DeliveryGivenUp(error);
    }
    const wait = seconds(Math.max(error.retryAfter ?? 0, secondsAfter(row?.attempts ?? 0)));
    const until = plusSeconds(toInstant(ports.clock.now()), wait);
    if (row) await ports.grants.postpone({ ...row, attempts: row.attempts - 1 }, until);
    else await ports.grants.markDue(id, 0, until);
    return 'postponed';
  }
  if (row) await ports.grants.removeRow(row);
  return 'done';
}

/** The row of a resumed delivery, as the reconciler left it. */
const rowOf = (grantId: StreamId, { resumption }: BitbucketDelivery): DueRow | undefined =>
  resumption && { grantId, dueSeq: 0, dueAt: resumption.dueAt, attempts: resumption.number };

/** Hands what a row keeps to the worker: a postponed delivery, or a message that is owed. The row is due once more later, so that
 *  nothing is lost where the worker does not come to it; the worker takes the row away. */
export async function resume(
  ports: PostponePorts & { worker: Worker },
  row: DueRow,
  message: BitbucketDelivery | OwedMessage | SweepMessage,
): Promise<void> {
  const dueAt = plusSeconds(toInstant(ports.clock.now()), secondsAfter(row.attempts));
  await ports.grants.postpone(row, dueAt);
  await ports.worker.handOn({ ...message, resumption: { dueAt, number: row.attempts + 1 } });
}
