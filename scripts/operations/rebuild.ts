import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbEventLog } from '../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../adapters/dynamodb/grant-table.ts';
import { dynamodbReservations } from '../../adapters/dynamodb/reservations.ts';
import { readTemplates } from '../../adapters/settings/files.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { parseGrantId, type StreamId } from '../../domain/shared/identifiers.ts';
import { visible } from '../../domain/shared/text/visible-text.ts';
import { confirmationOf, isConfirmed } from './confirmation.ts';
import { hubOfStage } from './hub.ts';
import { compareStream, type Finding, type RebuildPorts, rebuildStream, summary } from './rebuild/rebuild.ts';
import { restoredRows } from './rebuild/restored-row.ts';
import { rowsIn, streamsIn } from './rebuild/table-keys.ts';

const USAGE = `Usage: npm run rebuild -- --stage STAGE [--service NAME] [--events-table NAME] [--grants-table NAME] [--confirm '<stage> <account of the hub>']
  Compares the read model with the log, and makes it anew from the log once stage and account are typed. Leases are kept, and nothing
  becomes due later. Events are never written.`;

/** The tables that a rebuild reads and writes. */
export type Tables = { events: string; grants: string };

/** What a rebuild works with, over the tables of a client. */
export const rebuildPorts = (
  client: DynamoDBClient,
  { events, grants }: Tables,
  more: Pick<RebuildPorts, 'templates' | 'clock'>,
): RebuildPorts => ({
  ...more,
  log: dynamodbEventLog(client, events),
  rows: restoredRows(client, grants),
  items: dynamodbGrantTable(client, grants),
  reservations: dynamodbReservations(client, grants),
});

async function each(
  streams: readonly StreamId[],
  work: (stream: StreamId) => Promise<Finding>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const stream of streams) findings.push(await work(stream));
  return findings;
}

/** `npm run rebuild`. Exit code 0 once the read model is what the log says, 1 where something needs a look or nothing was done, 2 for
 *  wrong use. */
async function main(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { stage: text, service: text, confirm: text, 'events-table': text, 'grants-table': text },
  });
  const { stage, service = 'rolewright', confirm } = values;
  if (!stage) {
    console.error(USAGE);
    return 2;
  }
  const root = process.cwd();
  const hub = await hubOfStage(stage, process.env);
  const client = new DynamoDBClient({ region: hub.region });
  const tables = {
    events: values['events-table'] ?? `${service}-${stage}-events`,
    grants: values['grants-table'] ?? `${service}-${stage}-grants`,
  };
  const ports = rebuildPorts(client, tables, { templates: readTemplates(root), clock: systemClock });
  const { streams, strange } = await streamsIn(client, tables.events);
  for (const id of strange) console.error(visible(`${id}: no stream has this id`));
  const known = new Set<string>(streams);
  const without = [...(await rowsIn(client, tables.grants))].filter((grantId) => !known.has(grantId));
  const before = await each(streams, (stream) => compareStream(ports, stream));
  console.log(`${tables.events}: ${streams.filter(parseGrantId).length} grants. ${tables.grants}:`);
  for (const line of summary(before, without)) console.log(visible(line));
  const installation = { stage, account: hub.id };
  if (!(await isConfirmed(installation, confirm))) {
    console.error(`Nothing was changed. Confirm with --confirm '${confirmationOf(installation)}'.`);
    return 1;
  }
  const after = await each(streams, (stream) => rebuildStream(ports, stream));
  const open = after.filter(({ state, damage }) => state === 'ahead' || state === 'lost' || damage);
  console.log(
    `Done: ${after.length} streams, of which ${open.length} need a look; ${without.length} rows without a log.`,
  );
  return open.length + without.length + strange.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
