import { code, lines } from './blocks.ts';

type Permission = { action: string; resource: string };

/** Actions of one resource that stand in one line. */
const ACTIONS_IN_LINE = 12;

/** Permissions as a person reads them: what may be done to each resource, cut with "and n more". Trusted mrkdwn. */
export function permissionList(permissions: readonly Permission[], most?: number): string {
  if (permissions.length === 0) return '_nothing more than now_';
  const byResource = Map.groupBy(permissions, ({ resource }) => resource);
  const items = [...byResource].flatMap(([resource, group]) => {
    const actions = group.map(({ action }) => action);
    const chunks = [];
    for (let n = 0; n < actions.length; n += ACTIONS_IN_LINE) {
      const chunk = actions.slice(n, n + ACTIONS_IN_LINE);
      const where = resource === '*' ? 'the whole account' : code(resource);
      chunks.push({ text: `• ${chunk.map(code).join(' ')}\n     on ${where}`, weight: chunk.length });
    }
    return chunks;
  });
  return lines(items, (left) => `… and ${left} more`, most);
}

/** The permissions that a policy's `Allow` statements list. */
export function permissionsIn(policy: unknown): Permission[] {
  const { Statement: statements } = (policy ?? {}) as { Statement?: unknown };
  return [statements ?? []].flat().flatMap((statement) => {
    const { Action, Resource } = statement as { Action?: string | string[]; Resource?: string | string[] };
    return [Action ?? []]
      .flat()
      .flatMap((action) => [Resource ?? []].flat().map((resource) => ({ action, resource })));
  });
}
