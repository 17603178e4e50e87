import type { PolicyJson, PolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import type { Rule } from './rules.ts';

/** Sound access rules, with all that a decision needs besides Cedar itself. Plain JSON values. `callers` are the types of
 *  principals that the schema lets ask for each action; `somewhere` the rules by which somebody could be allowed on any
 *  resource. */
export type CompiledAccess = {
  rules: Omit<Rule, 'json'>[];
  callers: Partial<Record<string, readonly string[]>>;
  somewhere: Record<string, PolicyJson>;
};

/** The two policy sets of compiled rules: by one a resource is decided on, by the other whether there could be any. */
export const policySetsOf = ({
  rules,
  somewhere,
}: CompiledAccess): Record<'here' | 'somewhere', PolicySet> => ({
  here: { staticPolicies: Object.fromEntries(rules.map(({ id, text }) => [id, text])) },
  somewhere: { staticPolicies: somewhere },
});
