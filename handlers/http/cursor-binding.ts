import type { Cursors } from '../../adapters/tokens/sealed-cursor.ts';
import type { Caller } from '../../domain/shared/principal.ts';
import { problem } from '../../domain/shared/problem.ts';
import { ProblemError } from './problem-details.ts';

/** What lists seal their cursors with. `stage` is what tells one installation's lists from another's. */
export type CursorPorts = { cursors: Cursors; stage: string };

/** One list of one caller. */
export type List = { route: string; filters: object; sort?: string; caller: Caller };

const bindingOf = ({ stage }: CursorPorts, { route, filters, sort = 'newest', caller }: List) => {
  const { kind, id } = caller.principal;
  return { stage, route, filters, sort, principal: `${kind}:${id}` };
};

/** An opaque cursor for the page that begins after `after`; undefined for none. */
export const toCursor = async (
  ports: CursorPorts,
  list: List,
  after: string | undefined,
): Promise<string | undefined> =>
  after === undefined ? undefined : ports.cursors.seal(bindingOf(ports, list), after);

/** The position inside a cursor. `REQUEST_INVALID` for one that is of another list, of another caller, or too old. It
 *  carries no authority: every row is authorised on the way out. */
export async function fromCursor(
  ports: CursorPorts,
  list: List,
  cursor: string | undefined,
): Promise<string | undefined> {
  if (cursor === undefined) return undefined;
  const after = await ports.cursors.open(bindingOf(ports, list), cursor);
  if (after !== undefined) return after;
  const detail =
    'The cursor does not belong to this list, these filters and this caller, or is older than an hour.';
  throw new ProblemError(
    problem('REQUEST_INVALID', `${detail} Begin at the first page.`, {
      errors: [{ pointer: '/cursor', detail: 'is not a cursor of this list' }],
    }),
  );
}
