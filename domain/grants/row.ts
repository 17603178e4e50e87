import type { GrantId } from '../shared/identifiers.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import type { Instant } from '../shared/time.ts';
import { type Grant, grantSchema } from './grant.ts';

/** One row of the read model. `dueAt` is when the reconciler must look at the grant again. */
export type GrantRow = { grantId: GrantId; seq: number; grant: Grant; dueAt?: Instant | undefined };

/** The number of the shape that a row's grant has. A change of `grantSchema` takes the next one. */
export const ROW_VERSION = 4;

/** A row that cannot be used; its grant is read from the log instead. `version`: the row has another shape's number.
 *  `content`: the number is right and the shape is not. `attributes`: the attributes that it was found by do not
 *  match its grant. */
export type StaleRow = { grantId: GrantId; reason: 'version' | 'content' | 'attributes' };

/** The grant of a stored row, or why the row is stale. */
export function parseRow(
  grantId: GrantId,
  stored: { version: number | undefined; grant: string },
): Result<Grant, StaleRow> {
  if (stored.version !== ROW_VERSION) return fail({ grantId, reason: 'version' });
  const grant = parseGrant(stored.grant);
  return grant?.id === grantId ? ok(grant) : fail({ grantId, reason: 'content' });
}

function parseGrant(text: string): Grant | undefined {
  try {
    return grantSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
