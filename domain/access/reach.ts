/** The kinds of things that a rule can be about and that lists are read by. */
export const scopeTypes = ['Repository', 'Environment', 'Project', 'Template', 'Account'] as const;

/** One thing that a rule is about: `{type: 'Project', id: '{uuid}'}`. */
export type Scope = { type: (typeof scopeTypes)[number]; id: string };

/** The resources on which the rules let a caller do an action, before any resource is looked up. `everything`: all of
 *  them. `scopes`: those in these scopes. `isWhole`: no rule makes exceptions inside them. `more`: possibly others,
 *  which only a decision on the resource shows. */
export type Reach = { everything: boolean; scopes: readonly Scope[]; isWhole: boolean; more: boolean };

/** The reach of a caller whom no rule allows anything. */
export const noReach: Reach = { everything: false, scopes: [], isWhole: true, more: false };

/** True if the rules may allow the action on some resource. */
export const reachesAnything = ({ everything, scopes, more }: Reach): boolean =>
  everything || more || scopes.length > 0;
