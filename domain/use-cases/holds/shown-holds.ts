import type { Grant } from '../../grants/grant.ts';
import type { GrantTable } from '../../grants/stores.ts';

/** Grants as they are shown: one whose repository is held shows that hold, unless it has one of its own. One read for all of them. */
export async function withRepositoryHolds(
  { grants: table }: { grants: Pick<GrantTable, 'repositoryHolds'> },
  grants: readonly Grant[],
): Promise<Grant[]> {
  const asked = grants.filter(({ hold }) => !hold).map(({ request }) => request.intent.repository.uuid);
  if (asked.length === 0) return [...grants];
  const holds = await table.repositoryHolds([...new Set(asked)]);
  return grants.map((grant) => {
    const hold = grant.hold ?? holds.get(grant.request.intent.repository.uuid);
    return hold ? { ...grant, hold } : grant;
  });
}
