import type * as z from 'zod';
import type { StoredEvent } from '../../../domain/grants/unreadable/stored-event.ts';
import type { eventItemSchema, eventSchema } from './grant-schema.ts';

/** An event as the API shows it: with its ten fields as they lie in the log, whatever version wrote it, or the marker of one
 *  that cannot be read. */
export const eventResource = (stored: StoredEvent): z.infer<typeof eventItemSchema> =>
  stored.kind === 'unreadable' ? stored.item : (stored.event as z.infer<typeof eventSchema>);
