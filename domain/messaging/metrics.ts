import type { GrantEvent } from '../grants/event.ts';

/** Units of metrics, as CloudWatch names them. */
export type MetricUnit = 'Count' | 'Seconds';

/** What is measured, with its unit. Alarms and the dashboard name these: `infrastructure/alarms.yml`. */
export const metricUnits = {
  /** Rows that one pass of the reconciler found due, and what became of them. */
  Due: 'Count',
  Settled: 'Count',
  Unfinished: 'Count',
  /** How long the row that was due longest had waited when the pass met it. */
  OldestDue: 'Seconds',
  /** Failed attempts at the work of the row that failed most often. */
  MostAttempts: 'Count',
  /** Streams and rows that could not be read. */
  Unreadable: 'Count',
  /** No more unreadable grants are revoked in this run. */
  UnreadableRevocationsStopped: 'Count',
  /** Deliveries that were postponed too often, and are kept in the queue. */
  DeliveriesGivenUp: 'Count',
  /** Notifications that could not be handed to the worker at once. */
  NotificationsLate: 'Count',
  /** Approvals and rejections that the access rules or the rule of two persons refused. */
  ApprovalsDenied: 'Count',
  /** Roles that are not as they were applied; what was done about it. */
  DriftFound: 'Count',
  DriftRepaired: 'Count',
  /** Grants that were frozen, by a person or for a drift. */
  GrantsFrozen: 'Count',
  /** The installation was frozen. */
  InstallationFrozen: 'Count',
  /** Roles of grants that are held or replaced by other hands. */
  RolesTakenOver: 'Count',
  /** What the canary found of roles and identity providers, and of everything else. Both are written by each run. */
  CanaryRolesWrong: 'Count',
  CanaryChecksFailed: 'Count',
  /** Grants of repositories that are gone were left alone, because a sweep had revoked enough of the workspace for the day. */
  SweepsBraked: 'Count',
} as const satisfies Record<string, MetricUnit>;

/** See `metricUnits`. */
export type MetricName = keyof typeof metricUnits;

/** What is measured at one time. */
export type Measures = Partial<Record<MetricName, number>>;

/** Where measures go. Never throws, and waits for nothing: a metric is a hint, and the log is what happened. */
export type Metrics = { put(measures: Measures): void };

/** Drifts in which the role is another one. */
const TAKEN_OVER: ReadonlySet<unknown> = new Set(['ROLE_REPLACED']);

/** What an event that was just appended counts as; nothing for most events. */
export function measuresOf({ type, data }: Pick<GrantEvent, 'type' | 'data'>): Measures {
  const { error, kinds = [] } = data as { error?: { code?: string }; kinds?: unknown[] };
  const isTaken = error?.code === 'ROLE_NAME_TAKEN' || kinds.some((kind) => TAKEN_OVER.has(kind));
  const name = COUNTED[type as string];
  return { ...(name ? { [name]: 1 } : {}), ...(isTaken ? { RolesTakenOver: 1 } : {}) };
}

/** The types of events that are counted by themselves. */
const COUNTED: Partial<Record<string, MetricName>> = {
  DriftFound: 'DriftFound',
  DriftRepaired: 'DriftRepaired',
  GrantFrozen: 'GrantsFrozen',
  InstallationFrozen: 'InstallationFrozen',
};
