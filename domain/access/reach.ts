/** The kinds of things that a rule can be about and that lists are read by. */
export const scopeTypes = ['Repository', 'Environment', 'Project', 'Template', 'Account'] as const;

/** One thing that a rule is about: `{type: 'Project', id: '{uuid}'}`. */
export type Scope = { type: (typeof scopeTypes)[number]; id: string };

/** What the rules let a caller do an action on, before any resource is looked at. `everything`: on each. `scopes`: on what
 *  is in these. `isWhole`: no rule makes exceptions inside them. `more`: perhaps on others, which only a decision on the
 *  resource says. */
export type Reach = { everything: boolean; scopes: readonly Scope[]; isWhole: boolean; more: boolean };

/** The reach of a caller whom no rule lets do anything. */
export const noReach: Reach = { everything: false, scopes: [], isWhole: true, more: false };

/** True for a caller whom the rules let do an action somewhere. */
export const reachesAnything = ({ everything, scopes, more }: Reach): boolean =>
  everything || more || scopes.length > 0;
