import { code, fitsCode, lines, wholeTexts } from './blocks.ts';

type Permission = { action: string; resource: string };

/** The most actions of one resource in one line. */
const ACTIONS_IN_LINE = 12;

/** Permissions as a person reads them: what may be done to each resource, cut with "and n more". Trusted mrkdwn. */
export function permissionList(permissions: readonly Permission[], most?: number): string {
  if (permissions.length === 0) return NOTHING;
  return lines(itemsOf(permissions), (left) => `… and ${left} more`, most);
}

/** Permissions in as many texts as it takes, each for one section; undefined where they do not all fit, or a
 *  name would be cut: an approver must see every permission. */
export function wholePermissionList(permissions: readonly Permission[]): string[] | undefined {
  if (permissions.length === 0) return [NOTHING];
  if (!permissions.every(({ action, resource }) => fitsCode(action) && fitsCode(resource))) return undefined;
  return wholeTexts(itemsOf(permissions).map(({ text }) => text));
}

const NOTHING = '_no additional permissions_';
function itemsOf(permissions: readonly Permission[]): { text: string; weight: number }[] {
  const byResource = Map.groupBy(permissions, ({ resource }) => resource);
  return [...byResource].flatMap(([resource, group]) => {
    const actions = group.map(({ action }) => action);
    const chunks = [];
    for (let n = 0; n < actions.length; n += ACTIONS_IN_LINE) {
      const chunk = actions.slice(n, n + ACTIONS_IN_LINE);
      const where = resource === '*' ? 'the whole account' : code(resource);
      chunks.push({ text: `• ${chunk.map(code).join(' ')}\n     on ${where}`, weight: chunk.length });
    }
    return chunks;
  });
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
