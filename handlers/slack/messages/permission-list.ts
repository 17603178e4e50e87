import { code, LIMITS, LONGEST_VALUE, lines } from './blocks.ts';

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
  if (permissions.some(({ resource }) => resource.length > LONGEST_VALUE)) return undefined;
  const texts = [''];
  for (const { text } of itemsOf(permissions)) {
    const last = texts.at(-1) ?? '';
    if (last !== '' && last.length + text.length + 1 > ROOM) texts.push(text);
    else texts[texts.length - 1] = last === '' ? text : `${last}\n${text}`;
  }
  return texts.length <= MOST_SECTIONS && texts.every((text) => text.length <= ROOM) ? texts : undefined;
}

const NOTHING = '_no additional permissions_';
/** Characters of a section that a list may take; the rest is for its title. */
const ROOM = LIMITS.section - 100;
/** Sections of a message that may list permissions. Our choice: people do not read more than that in a
 *  chat. */
const MOST_SECTIONS = 4;

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
