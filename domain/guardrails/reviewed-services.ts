import { judgedActions } from './judged-actions-table.ts';

const safe = new Map(
  Object.entries(judgedActions).map(([service, names]) => [service, new Set(names.split(/\s+/))]),
);

/** Services whose actions were judged one by one. An action of any other service is refused. Prefixes of actions, in lower
 *  case. */
export const reviewedServices: ReadonlySet<string> = new Set(safe.keys());

/** True for an action, in lower case, of a reviewed service that was judged safe for a grant. False for an unknown
 *  action. */
export function isJudgedSafe(action: string): boolean {
  const [service = '', name = '', ...more] = action.split(':');
  return more.length === 0 && (safe.get(service)?.has(name) ?? false);
}
