import type { Grant } from '../../../domain/grants/grant.ts';
import type { GrantPartition } from '../../../domain/grants/listing.ts';
import type { GrantTable } from '../../../domain/grants/stores.ts';

/** Every grant of a partition in its order, read `limit` entries at a time. Throws when the pages do not end or are longer
 *  than asked. */
export async function listAll(
  table: GrantTable,
  partition: GrantPartition = { by: 'all', value: '' },
  limit = 100,
): Promise<Grant[]> {
  const all: Grant[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 500; pages += 1) {
    const page = await table.entries(partition, { limit, after });
    if (page.entries.length > limit) throw new Error('the page is longer than asked');
    const ids = page.entries.map(({ grantId }) => grantId);
    const { grants } = await table.read(ids);
    all.push(...ids.flatMap((id) => grants.find((grant) => grant.id === id) ?? []));
    if (page.isComplete) return all;
    after = page.position;
  }
  throw new Error('the pages do not end');
}
