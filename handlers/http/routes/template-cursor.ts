import { NAME } from '../../../domain/shared/identifiers.ts';
import { problem } from '../../../domain/shared/problem.ts';
import { ProblemError } from '../problem-details.ts';

/** A cursor of the list of templates: the name after which the next page begins. It is not sealed, because every caller may
 *  read every template: it hides nothing, and the catalogue's function needs no key. */
export const toTemplateCursor = (after: string): string =>
  Buffer.from(JSON.stringify({ template: after })).toString('base64url');

/** The name inside a cursor. `REQUEST_INVALID` for one that is of another list. */
export function fromTemplateCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const name = nameIn(cursor);
  if (name !== undefined) return name;
  throw new ProblemError(
    problem('REQUEST_INVALID', 'The cursor does not belong to the list of templates.', {
      errors: [{ pointer: '/cursor', detail: 'is not a cursor of this list' }],
    }),
  );
}

function nameIn(cursor: string): string | undefined {
  try {
    const { template } = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return typeof template === 'string' && NAME.test(template) ? template : undefined;
  } catch {
    return undefined;
  }
}
