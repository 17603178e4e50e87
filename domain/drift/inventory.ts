import type { Account } from '../shared/account.ts';
import type { EpochMilliseconds, Instant } from '../shared/time.ts';

/** A policy and its parsed document, which is undefined where it cannot be parsed. */
export type NamedPolicy = { name: string; document: unknown };

/** A role as the list of an account shows it. `attached` are ARNs of managed policies, whose documents are not in the list. IAM
 *  shows no session duration there. */
export type ListedRole = {
  name: string;
  id: string;
  path: string;
  createdAt: Instant;
  trustPolicy: unknown;
  boundaryArn: string | undefined;
  tags: Readonly<Record<string, string>>;
  inline: readonly NamedPolicy[];
  attached: readonly string[];
};

/** A part of a list. `next` continues it; undefined where nothing follows. A part may be empty and not the last. */
export type Part<T> = { items: readonly T[]; next: string | undefined };

/** The longest session of a role, in seconds. */
export type SessionDuration = { name: string; maxSessionDuration: number };

/** The roles of one account, to look at only. Each call is one call of IAM, in no order that can be relied on. A position that
 *  IAM no longer takes throws `REJECTED`; an account that cannot be reached, `ACCOUNT_UNREACHABLE`. */
export type RoleInventory = {
  /** Every role of the account, with its policies. */
  roles(after: string | undefined): Promise<Part<ListedRole>>;
  /** The session durations of the roles below the account's `rolePath`. */
  durations(after: string | undefined): Promise<Part<SessionDuration>>;
  /** The ARNs of the account's identity providers. */
  providerArns(): Promise<readonly string[]>;
  /** An identity provider; undefined only where IAM says that it does not exist. */
  findProvider(arn: string): Promise<{ clientIds: readonly string[] } | undefined>;
};

/** The inventory of an account for one pass. No call begins after `deadline`. */
export type InventoryOf = (scope: { account: Account; deadline: EpochMilliseconds }) => RoleInventory;
