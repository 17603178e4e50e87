import { createHash } from 'node:crypto';
import type { PolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import {
  type AccessRules,
  type Attempt,
  type Decision,
  eventResource,
  unknownContext,
} from '../../domain/access/authorisation.ts';
import { noReach, type Reach, type Scope } from '../../domain/access/reach.ts';
import { projectsOfGroups, type Team } from '../../domain/access/teams/team-groups.ts';
import { accountIdSchema, repositoryUuidSchema } from '../../domain/shared/identifiers.ts';
import { type CompiledAccess, type NamedRule, policySetsOf, type RuleReach } from './compiled-access.ts';
import type { Cedar } from './engine.ts';
import { type CedarQuestion, principalTypes, requestOf } from './request.ts';

/** The access rules, and the explanation of a decision: the rules that determine it, in the order of their files; empty
 *  if no rule permits. */
export type CedarAccess = AccessRules & {
  explain(question: CedarQuestion): Decision & { rules: NamedRule[] };
  /** Loads Cedar and decides on nothing, once, so that the first decision takes as long as the others. Throws if Cedar
   *  cannot be loaded. */
  prepare(): void;
};

/** Access decisions by Cedar over compiled rules. Cedar is loaded by `prepare`, or with the first
 *  decision. A request is denied if the schema does not allow the action for this type of caller. It is
 *  also denied if Cedar fails to evaluate a rule, because a failed forbid must not be skipped. Throws if Cedar cannot
 *  be loaded; nothing is decided then. `teams` are the groups of the projects' blocks. */
export function cedarAccess(
  load: () => Cedar,
  compiled: CompiledAccess,
  teams: readonly Team[],
): CedarAccess {
  const { rules, callers } = compiled;
  let engine: Engine | undefined;
  const ready = (): Engine => {
    engine ??= engineOf(load(), compiled);
    return engine;
  };

  function reachOf(attempt: Attempt): Reach {
    const { allowed, rules: permits } = explain({ ...attempt, resource: undefined });
    if (!allowed) return noReach;
    const reaches = permits.flatMap(({ id }) => {
      const reach = compiled.reaches[id];
      return reach ? [{ ...reach, within: [...reach.within, ...projectsOf(attempt, reach)] }] : [];
    });
    const everything = reaches.some((reach) => reach.everything);
    const isWhole = everything || reaches.every((reach) => reach.isWhole);
    return {
      everything,
      scopes: everything ? [] : reaches.flatMap(({ within }) => within),
      isWhole: isWhole && !compiled.exceptions.includes(attempt.action),
      more: !everything && reaches.some(({ within, team }) => within.length === 0 && team === undefined),
    };
  }

  /** The projects whose block gives one of the caller's groups the role that a permit asks for. */
  const projectsOf = ({ caller: { groups } }: Attempt, { team }: RuleReach): Scope[] =>
    team === undefined || team === 'deciders'
      ? []
      : projectsOfGroups(teams, team, groups).map((id) => ({ type: 'Project', id }));

  function explain(question: CedarQuestion): Decision & { rules: NamedRule[] } {
    const { caller, action, resource } = question;
    const principal = principalTypes[caller.principal.kind];
    if (!callers[action]?.includes(principal)) return { allowed: false, rule: 'default-deny', rules: [] };
    const { cedar, here, somewhere } = ready();
    const answer = cedar.statefulIsAuthorized({
      ...requestOf(question, teams),
      preparsedPolicySetId: resource ? here : somewhere,
    });
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
    const { decision, diagnostics } = answer.response;
    const failed = diagnostics.errors.map(({ policyId }) => policyId);
    const decisive = failed.length > 0 ? failed : diagnostics.reason;
    const found = rules.filter(({ id }) => decisive.includes(id));
    const allowed = decision === 'allow' && failed.length === 0;
    return { allowed, rule: found[0]?.id ?? 'default-deny', next: found[0]?.next, rules: found };
  }

  return {
    explain,
    prepare: () => {
      for (const resource of [undefined, NO_RESOURCE]) explain({ ...NO_ATTEMPT, resource });
    },
    reachOf,
    decide: (question) => decisionOf(explain(question)),
    couldBeAllowed: (attempt) => decisionOf(explain({ ...attempt, resource: undefined })),
  };
}

/** What `prepare` decides on. No person, repository or account has these names. */
const NO_ATTEMPT: Attempt = {
  caller: { principal: { kind: 'person', id: '' }, groups: [] },
  action: 'read',
  context: unknownContext,
};
const NO_RESOURCE = eventResource({
  repositoryUuid: repositoryUuidSchema.parse('{00000000-0000-0000-0000-000000000000}'),
  projectUuid: undefined,
  accountId: accountIdSchema.parse('000000000000'),
});

const decisionOf = ({ allowed, rule, next }: Decision): Decision => ({ allowed, rule, next });

/** Cedar with both policy sets parsed, by the names that it keeps them under. */
type Engine = { cedar: Cedar; here: string; somewhere: string };

function engineOf(cedar: Cedar, compiled: CompiledAccess): Engine {
  const { here, somewhere } = policySetsOf(compiled);
  return { cedar, here: prepared(cedar, here), somewhere: prepared(cedar, somewhere) };
}

/** Has Cedar parse a policy set once, and returns its name. Cedar keeps parsed sets by name for the whole process. The
 *  name is a hash of the content, so two compositions in one process do not share a set by mistake. */
function prepared(cedar: Cedar, policies: PolicySet): string {
  const name = createHash('sha256').update(JSON.stringify(policies)).digest('hex');
  const answer = cedar.preparsePolicySet(name, policies);
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
  return name;
}
