import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { apiClient } from '../api-client.ts';
import { exportedEvents } from './exported-events.ts';

/** `npm run -s events:export -- [--from TIME] [--to TIME] [--repository R] [--principal KIND:ID] [--type T] [--stream GRANT]`: writes
 *  the audit log to stdout as NDJSON, newest first. */
const names = ['from', 'to', 'repository', 'principal', 'type', 'stream'] as const;
try {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const filters = Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  await pipeline(exportedEvents(await apiClient(), filters, wait), process.stdout);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
