import { createHash } from 'node:crypto';
import type { PolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import type {
  AccessContext,
  AccessRules,
  Action,
  Decision,
  Resource,
} from '../../domain/access/authorisation.ts';
import type { Caller } from '../../domain/shared/principal.ts';
import { type CompiledAccess, policySetsOf } from './compiled-access.ts';
import type { Cedar } from './engine.ts';
import { principalTypes, requestOf } from './request.ts';
import type { Rule } from './rules.ts';

/** The access rules, and the whole of what made a decision: the rules that it rests on, in the order of their files;
 *  none when nothing permits. */
export type CedarAccess = AccessRules & {
  explain(
    caller: Caller,
    action: Action,
    resource?: Resource,
    context?: AccessContext,
  ): Decision & { rules: Omit<Rule, 'json'>[] };
};

/** Compiled rules, decided by Cedar, which is loaded with the first decision: a caller who proves nothing never has it
 *  loaded. A caller and an action that the schema does not bring together are denied, and so is whatever Cedar fails to
 *  evaluate: a forbid that failed must not be passed over. Throws where Cedar cannot be had: nothing is decided then. */
export function cedarAccess(load: () => Cedar, compiled: CompiledAccess): CedarAccess {
  const { rules, callers } = compiled;
  let engine: Engine | undefined;
  const ready = (): Engine => {
    engine ??= engineOf(load(), compiled);
    return engine;
  };

  function explain(
    caller: Caller,
    action: Action,
    resource?: Resource,
    context: AccessContext = {},
  ): Decision & { rules: Omit<Rule, 'json'>[] } {
    const principal = principalTypes[caller.principal.kind];
    if (!callers[action]?.includes(principal)) return { allowed: false, rule: 'default-deny', rules: [] };
    const { cedar, here, somewhere } = ready();
    const answer = cedar.statefulIsAuthorized({
      ...requestOf(caller, action, resource, context),
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
    decide(...asked) {
      const { allowed, rule, next } = explain(...asked);
      return { allowed, rule, next };
    },
  };
}

/** Cedar with both policy sets parsed, by the names that it keeps them under. */
type Engine = { cedar: Cedar; here: string; somewhere: string };

function engineOf(cedar: Cedar, compiled: CompiledAccess): Engine {
  const { here, somewhere } = policySetsOf(compiled);
  return { cedar, here: prepared(cedar, here), somewhere: prepared(cedar, somewhere) };
}

/** Has Cedar parse a policy set once. Cedar keeps parsed sets for the whole process, by name: named by their content, two
 *  compositions in one process do not take each other's. */
function prepared(cedar: Cedar, policies: PolicySet): string {
  const name = createHash('sha256').update(JSON.stringify(policies)).digest('hex');
  const answer = cedar.preparsePolicySet(name, policies);
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
  return name;
}
