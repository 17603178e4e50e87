import * as z from 'zod';
import { canonicalHash } from '../../domain/shared/canonical-hash.ts';
import { problem } from '../../domain/shared/problem.ts';
import { ProblemError } from './problem-details.ts';

const shape = z.strictObject({ after: z.string().min(1).max(256), of: z.string() });

const boundTo = (route: string, filters: unknown): string =>
  canonicalHash([route, JSON.parse(JSON.stringify(filters))]).slice(0, 16);

/** An opaque cursor for the page that begins after `after`; it works for the same route and filters only. */
export const toCursor = (route: string, filters: unknown, after: string): string =>
  Buffer.from(JSON.stringify({ after, of: boundTo(route, filters) })).toString('base64url');

/** The position inside a cursor. `REQUEST_INVALID` for one that is of another list. It is not signed, because it carries no
 *  authority: it says where a page begins, and every row is authorised on the way out. */
export function fromCursor(route: string, filters: unknown, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    const parsed = shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (parsed.of === boundTo(route, filters)) return parsed.after;
  } catch {
    // Falls through to the one answer for every cursor that is not ours.
  }
  throw new ProblemError(
    problem('REQUEST_INVALID', 'The cursor does not belong to this list and these filters.', {
      errors: [{ pointer: '/cursor', detail: 'is not a cursor of this list' }],
    }),
  );
}
