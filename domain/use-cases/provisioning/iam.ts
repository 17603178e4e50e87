import type { RoleSpecification } from '../../planning/role.ts';
import type { PermissionsPolicy, TrustPolicy } from '../../policy/document.ts';
import type { Account } from '../../shared/account.ts';
import type { GrantId } from '../../shared/identifiers.ts';
import type { EpochMilliseconds, Instant } from '../../shared/time.ts';

/** A role as IAM shows it. `trustPolicy` is its parsed document. */
export type ObservedRole = {
  id: string;
  path: string;
  createdAt: Instant;
  trustPolicy: unknown;
  boundaryArn: string | undefined;
  maxSessionDuration: number;
  tags: Record<string, string>;
};

/** What one run does in IAM: in which account, for which grant, on which role and identity provider. `roleName` may hold `*`
 *  where a run must look for the role. No call begins after `deadline`. */
export type IamScope = {
  account: Account;
  grantId: GrantId;
  roleName: string;
  providerArn: string | undefined;
  deadline: EpochMilliseconds;
};

/** The IAM of one account. Reads answer `undefined` only on IAM's own `NoSuchEntity`, which right after a create means
 *  "not visible yet". Writes throw `NOT_FOUND` on it. Every call ends before the deadline it was made for.
 *  Where the account's role cannot be assumed, each call throws `ACCOUNT_UNREACHABLE`, and has done nothing. */
export type Iam = {
  roleQuota(): Promise<{ roles: number; quota: number }>;
  findProvider(arn: string): Promise<{ clientIds: string[] } | undefined>;
  /** `exists`: another caller was faster, or the reply to our own call was lost. */
  createProvider(provider: {
    url: string;
    clientId: string;
    tags: Record<string, string>;
  }): Promise<'created' | 'exists'>;
  /** Creates the role with its trust policy, boundary and tags, without permissions. `exists`: the name is taken,
   *  maybe by our own earlier call. */
  createRole(role: RoleSpecification): Promise<{ outcome: 'created'; id: string } | { outcome: 'exists' }>;
  findRole(name: string): Promise<ObservedRole | undefined>;
  findPermissionsPolicy(roleName: string): Promise<unknown | undefined>;
  putPermissionsPolicy(roleName: string, document: PermissionsPolicy): Promise<void>;
  putTrustPolicy(roleName: string, document: TrustPolicy): Promise<void>;
  putBoundary(roleName: string, boundaryArn: string): Promise<void>;
  /** Seconds. */
  putMaxSessionDuration(roleName: string, seconds: number): Promise<void>;
  /** Sets tags; others stay. */
  putTags(roleName: string, tags: Record<string, string>): Promise<void>;
  /** An inline policy; undefined where the role has none of that name. */
  findInlinePolicy(roleName: string, policyName: string): Promise<unknown | undefined>;
  /** The document of a managed policy's default version; undefined where there is no such policy, or where it may not be
   *  read. */
  findManagedPolicy(arn: string): Promise<unknown | undefined>;
  listPolicies(roleName: string): Promise<{ inline: string[]; attached: string[] }>;
  deleteInlinePolicy(roleName: string, policyName: string): Promise<void>;
  detachPolicy(roleName: string, policyArn: string): Promise<void>;
  deleteRole(roleName: string): Promise<void>;
};
