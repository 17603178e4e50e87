import type { Groupless, KnownNames, Rule } from './rules.ts';
import { readsAttribute, readsTeam } from './team-attribute.ts';

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

/** What a derived group may give. */
const GIVEN_BY_DERIVED = ['request', 'read'];

/** The errors of rules by which a derived group would give more than `request` and `read`, or take something: its members
 *  could otherwise be chosen by whoever runs a mail domain or may edit a Slack user group. A rule that names such a
 *  group, or reads the requesters of a team that has it, names its actions in its head. */
export const derivedGroupMisuses = (
  rules: readonly Rule[],
  { derived = [], requesters = [] }: Pick<KnownNames, 'derived' | 'requesters'>,
): string[] =>
  rules.flatMap((rule) => {
    const { id, where, json } = rule;
    const ofTeams = readsAttribute(json.conditions, 'requesters') ? requesters : [];
    const named = [...groupsIn([json.principal, json.conditions]), ...ofTeams];
    const isSound = onlyActions(json.action, GIVEN_BY_DERIVED) && !widensWithoutGroups(rule);
    return isSound
      ? []
      : derived
          .filter(({ group }) => named.includes(group))
          .map(
            ({ group, at }) =>
              `${where}: ${id} names group ${group}, which config/rolewright.yaml${at} derives: such a group may give request and read only, by a rule that names these actions in its head and forbids nothing by group`,
          );
  });

function onlyActions(scope: Rule['json']['action'], allowed: readonly string[]): boolean {
  if (scope.op === '==') return 'entity' in scope && allowed.includes(idOf(scope.entity));
  if (scope.op !== 'in') return false;
  const named = 'entities' in scope ? scope.entities : [scope.entity];
  return named.length > 0 && named.every((one) => allowed.includes(idOf(one)));
}

/** The id of an entity in Cedar's JSON format, which has two forms. */
const idOf = (entity: unknown): string => {
  const plain = (entity as { __entity?: unknown }).__entity ?? entity;
  return String((plain as { id?: unknown }).id);
};

/** The groups that a part of a rule names. */
function groupsIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  if ('type' in part && part.type === 'Group') return [idOf(part)];
  return Object.values(part).flatMap(groupsIn);
}

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

/** True if a part of a rule, in Cedar's JSON format, names a group, or reads the groups of a team. */
function holdsGroup(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const isGroup = ('type' in part && part.type === 'Group') || readsTeam(part);
  return isGroup || Object.values(part).some(holdsGroup);
}
