/** How a role, or what it is for, can differ from what was last applied. `CLOSED_BY_HAND`: someone closed the role, which
 *  is containment and is never undone by itself. */
export const driftKinds = [
  'TRUST_CHANGED',
  'PERMISSIONS_CHANGED',
  'POLICY_ATTACHED',
  'BOUNDARY_CHANGED',
  'TAGS_CHANGED',
  'SESSION_DURATION_CHANGED',
  'ROLE_DELETED',
  'ROLE_REPLACED',
  'PROVIDER_CHANGED',
  'REPOSITORY_GONE',
  'REPOSITORY_MOVED',
  'ENVIRONMENT_GONE',
  'WORKSPACE_RENAMED',
  'CLOSED_BY_HAND',
] as const;

/** See `driftKinds`. */
export type DriftKind = (typeof driftKinds)[number];
