import type { Groupless, Rule } from './rules.ts';

/** The errors of rules that forbid by group while tokens may lack groups: a caller whose groups are missing would
 *  escape a forbid, or be let in by a permit for those outside of a group. A rule in which a group only adds access,
 *  such as the exception of a forbid, is no error: without groups the caller has less access. */
export const forbidsByGroup = (rules: readonly Rule[], groupless: readonly Groupless[]): string[] =>
  rules
    .filter(widensWithoutGroups)
    .flatMap(({ id, where, json }) =>
      groupless
        .filter(({ principal }) => concerns(json.principal, principal))
        .map(
          ({ at, principal, why }) =>
            `${where}: ${id} forbids by group, and config/rolewright.yaml${at} takes a ${principal} ${why}`,
        ),
    );

function concerns(scope: Rule['json']['principal'], principal: string): boolean {
  if (scope.op === 'is') return scope.entity_type === principal;
  return true;
}

/** True if a rule can allow a caller without groups what it does not allow the same caller with groups. */
function widensWithoutGroups({ json: { effect, principal, conditions } }: Rule): boolean {
  const applies = effect === 'forbid' ? 'true' : 'false';
  const exempts = effect === 'forbid' ? 'false' : 'true';
  return (
    (effect === 'forbid' && holdsGroup(principal)) ||
    conditions.some(({ kind, body }) => (kind === 'when' ? applies : exempts) in wantsOf(body))
  );
}

/** Whether being in a group can make an expression `true`, `false`, or both. */
type Wants = { true?: true; false?: true };

const BOTH: Wants = { true: true, false: true };

function wantsOf(expression: unknown): Wants {
  if (!holdsGroup(expression) || typeof expression !== 'object' || expression === null) return {};
  const [[operator = '', operands] = []] = Object.entries(expression);
  const parts = typeof operands === 'object' && operands !== null ? Object.values(operands) : [];
  switch (operator) {
    case 'in':
    case 'is':
      return { true: true };
    case '!': {
      const inner = Object.assign({}, ...parts.map(wantsOf)) as Wants;
      return { ...(inner.true ? { false: true } : {}), ...(inner.false ? { true: true } : {}) };
    }
    case '&&':
    case '||':
      return Object.assign({}, ...parts.map(wantsOf)) as Wants;
    default:
      return BOTH;
  }
}

/** True if a part of a rule, in Cedar's JSON format, names a group. */
function holdsGroup(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return ('type' in part && part.type === 'Group') || Object.values(part).some(holdsGroup);
}
