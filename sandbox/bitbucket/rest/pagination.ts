import { type Answer, apiError, ok } from '../../http/answers.ts';

const DEFAULT_PAGELEN = 10;
const MAX_PAGELEN = 100;

/** Reads a positive whole number from the query; undefined for any other text. */
function positive(text: string | null, otherwise: number): number | undefined {
  if (text === null) return otherwise;
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined;
}

/** One page of a list in Bitbucket's shape: `pagelen` 1–100 (default 10), `page` from 1; `next` is an absolute URL, and
 *  absent on the last page. `url` is the list's own address without a query. `q`, `sort` and `fields` are refused
 *  instead of ignored, because a client that sends them expects another list. Parameters in `understood` are kept in
 *  the links. */
export function paginate(
  values: readonly unknown[],
  { query, url, understood = [] }: { query: URLSearchParams; url: string; understood?: readonly string[] },
): Answer {
  const unknown = ['q', 'sort', 'fields'].filter((name) => query.has(name) && !understood.includes(name));
  if (unknown.length > 0) return apiError(400, `The sandbox does not support: ${unknown.join(', ')}`);
  const page = positive(query.get('page'), 1);
  const pagelen = positive(query.get('pagelen'), DEFAULT_PAGELEN);
  if (page === undefined) return apiError(400, 'Invalid page');
  if (pagelen === undefined || pagelen > MAX_PAGELEN) return apiError(400, 'Invalid pagelen');

  const kept = [...query].filter(([name]) => understood.includes(name));
  const at = (number: number) =>
    `${url}?${new URLSearchParams([...kept, ['pagelen', String(pagelen)], ['page', String(number)]])}`;
  const start = (page - 1) * pagelen;
  return ok({
    values: values.slice(start, start + pagelen),
    pagelen,
    size: values.length,
    page,
    ...(start + pagelen < values.length ? { next: at(page + 1) } : {}),
    ...(page > 1 ? { previous: at(page - 1) } : {}),
  });
}
