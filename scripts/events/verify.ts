import { createInterface } from 'node:readline';
import { visible } from '../../domain/shared/text/visible-text.ts';
import { verifiedExport } from './verified-export.ts';

/** `npm run -s log:verify < export.ndjson`: verifies exported events. Prints how many there are and exits with 0, or prints the
 *  first one that is wrong and exits with 1. */
const found = await verifiedExport(createInterface({ input: process.stdin }));
if (found.ok) {
  const { events, streams, partial } = found;
  const rest = partial === 0 ? '' : `; ${partial} partial, verified from the first event that is there`;
  console.log(`${events} events in ${streams} streams are whole${rest}`);
} else {
  console.error(visible(found.wrong));
  process.exitCode = 1;
}
