import type { GrantRow } from '../../../domain/grants/row.ts';
import type { EventLog, GrantTable } from '../../../domain/grants/stores.ts';
import { intentsInForce, type Reservations, reservationsOf } from '../../../domain/planning/reservation.ts';
import type { Clock } from '../../../domain/shared/clock.ts';
import { type GrantId, parseGrantId, type StreamId } from '../../../domain/shared/identifiers.ts';
import { toInstant } from '../../../domain/shared/time.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { isReadOnly, rowOf } from '../../../domain/use-cases/grant-stream.ts';
import { namesIn, type ReadStream, readStream } from './read-stream.ts';
import type { RestoredRows, RowState } from './restored-row.ts';

/** What a rebuild needs: the log to read, and the read model to write. */
export type RebuildPorts = {
  log: Pick<EventLog, 'loadFrom'>;
  rows: RestoredRows;
  items: Pick<GrantTable, 'enrol'>;
  reservations: Pick<Reservations, 'reserve'>;
  templates: ReadonlyMap<string, Template>;
  clock: Clock;
};

/** What was found of one stream. `other` is of a stream that has no grant: it is looked at once more by the reconciler. `lost` is a
 *  grant of which no event can be read. */
export type Finding = { stream: StreamId; state: RowState | 'other' | 'lost'; damage?: string };

/** How the row of a stream compares with the log. Writes nothing. */
export async function compareStream(ports: RebuildPorts, stream: StreamId): Promise<Finding> {
  const read = await readStream(ports, stream);
  const row = rowIn(ports, read);
  return { ...found(stream, read), ...(row ? { state: await stateOf(ports, row, read) } : {}) };
}

/** Makes everything that the read model holds of a stream: what the grant uses exclusively, its names and its place among its repository's
 *  grants, then its row, which is the last: a death before leaves the row as it was, and the next run does all of it again. Idempotent. */
export async function rebuildStream(ports: RebuildPorts, stream: StreamId): Promise<Finding> {
  const read = await readStream(ports, stream);
  const row = rowIn(ports, read);
  const { last, events } = read.stream;
  if (!row) {
    await ports.rows.dueOnce(stream, last?.seq ?? 1, toInstant(ports.clock.now()));
    return found(stream, read);
  }
  const state = await stateOf(ports, row, read);
  if (state === 'ahead') return { ...found(stream, read), state };
  const { repository } = row.grant.request.intent;
  await reserve(ports, row);
  await ports.items.enrol(repository.uuid, row.grantId, namesIn(events));
  const isWritten = await ports.rows.restore(row);
  return { ...found(stream, read), state: isWritten ? state : 'ahead' };
}

/** The row of a stream that a newer version has written is made where it is missing, so that its end comes, and left alone
 *  otherwise. */
async function stateOf({ rows }: RebuildPorts, row: GrantRow, { stream }: ReadStream): Promise<RowState> {
  const state = await rows.stateOf(row);
  return isReadOnly(stream) && state !== 'missing' ? 'ahead' : state;
}

const rowIn = ({ clock }: RebuildPorts, { stream }: ReadStream): GrantRow | undefined =>
  rowOf(stream, toInstant(clock.now()));

const found = (stream: StreamId, { damage }: ReadStream): Finding => ({
  stream,
  state: parseGrantId(stream) ? 'lost' : 'other',
  ...(damage === undefined ? {} : { damage }),
});

/** Records what a grant in force uses exclusively. A template that this version does not have says nothing of that. */
async function reserve({ reservations, templates }: RebuildPorts, { grant }: GrantRow): Promise<void> {
  for (const intent of intentsInForce(grant)) {
    const template = templates.get(intent.template.name);
    if (!template) continue;
    for (const { resource, reservation } of reservationsOf(template, { grantId: grant.id, intent })) {
      await reservations.reserve(resource, reservation);
    }
  }
}

/** What was found, for people: how many streams are in each state, and each that needs a look. `without` are the rows whose grants
 *  are not in the log. */
export function summary(findings: readonly Finding[], without: readonly GrantId[]): string[] {
  const counts = new Map<string, number>();
  for (const { state } of findings) counts.set(state, (counts.get(state) ?? 0) + 1);
  const lines = Object.entries(MEANINGS).flatMap(([state, meaning]) =>
    counts.has(state) ? [`${String(counts.get(state)).padStart(6)} ${meaning}`] : [],
  );
  return [
    ...lines,
    ...findings.flatMap(({ stream, damage }) =>
      damage === undefined ? [] : [`${stream}: its log is broken: ${damage}`],
    ),
    ...findings.flatMap(({ stream, state }) =>
      state === 'ahead'
        ? [`${stream}: its row knows of events that the log does not have, or is of a newer version`]
        : [],
    ),
    ...without.map((grantId) => `${grantId}: it has a row and no event in the log`),
  ];
}

const MEANINGS: Record<Finding['state'], string> = {
  right: 'rows are right',
  missing: 'rows are missing',
  stale: 'rows differ from the log, or are due too late',
  ahead: 'rows are ahead of the log or of a newer version, and are left alone',
  other: 'streams of repositories and of the installation, which the reconciler looks at',
  lost: 'grants of which no event can be read',
};
