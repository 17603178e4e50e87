import type { PolicyJson, PolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import type { Scope } from '../../domain/access/reach.ts';
import type { Rule } from './rules.ts';
import type { TeamAttribute } from './team-attribute.ts';

/** The resources of one permit: every resource, or what is in one of `within`; else only a decision shows them.
 *  `isWhole`: it permits all of these. `team`: it permits what is in the projects whose block gives the caller's groups this
 *  role. */
export type RuleReach = {
  everything: boolean;
  within: Scope[];
  isWhole: boolean;
  team?: TeamAttribute;
};

/** A rule as a decision names it. */
export type NamedRule = Omit<Rule, 'json' | 'text'>;

/** Checked access rules with all that a decision needs besides Cedar itself, as plain JSON. `callers` are the types of
 *  principals that the schema allows for each action. `here` are the rules in Cedar's JSON format, which Cedar reads
 *  faster than their text. `somewhere` are the rules that decide whether a caller could be allowed on
 *  any resource. */
export type CompiledAccess = {
  rules: NamedRule[];
  here: Record<string, PolicyJson>;
  callers: Partial<Record<string, readonly string[]>>;
  somewhere: Record<string, PolicyJson>;
  reaches: Record<string, RuleReach>;
  exceptions: readonly string[];
};

/** The two policy sets of compiled rules: one decides on a given resource, the other whether any resource could be
 *  allowed. */
export const policySetsOf = ({
  here,
  somewhere,
}: Pick<CompiledAccess, 'here' | 'somewhere'>): Record<'here' | 'somewhere', PolicySet> => ({
  here: { staticPolicies: here },
  somewhere: { staticPolicies: somewhere },
});
