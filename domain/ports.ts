import type { Workspace } from './bitbucket/oidc.ts';
import type { DeploymentEnvironment, Repository } from './bitbucket/repository.ts';
import type { GrantEvent } from './grants/event.ts';
import type { Grant } from './grants/grant.ts';
import type { WorkerMessage } from './messaging/worker-message.ts';
import type { RoleSpecification } from './planning/role.ts';
import type { PermissionsPolicy, TrustPolicy } from './policy/document.ts';
import type { ProblemCode } from './shared/problem.ts';
import type { EpochMilliseconds, Instant } from './shared/time.ts';

/** How a call to another system failed. Adapters translate every failure into one of these.
 *  - `NOT_FOUND`: what the call is about does not exist, or cannot be seen yet
 *  - `CONFLICT`: another change is in the way
 *  - `THROTTLED`, `UNAVAILABLE`: try again later
 *  - `DENIED`: our own credentials may not do this
 *  - `REJECTED`: the other system understood and refuses for good */
export type PortErrorCode = 'NOT_FOUND' | 'CONFLICT' | 'THROTTLED' | 'DENIED' | 'REJECTED' | 'UNAVAILABLE';

/** The systems that Rolewright calls. */
export type UpstreamSystem =
  | 'Bitbucket'
  | 'IAM'
  | 'DynamoDB'
  | 'Lambda'
  | 'SSM'
  | 'Slack'
  | 'identity provider';

/** A failed call. `certain` means that it certainly had no effect; without it a write may have happened, and its effect
 *  must be observed before anything is decided. `detail` is fit for a caller's eyes. `retryAfter` in seconds.
 *  `problemCode` where the refusal has a code of its own. */
export class PortError extends Error {
  readonly code: PortErrorCode;
  readonly system: UpstreamSystem;
  readonly certain: boolean;
  readonly retryAfter: number | undefined;
  readonly problemCode: ProblemCode | undefined;

  constructor(
    system: UpstreamSystem,
    code: PortErrorCode,
    detail: string,
    more: { certain?: boolean; retryAfter?: number; problemCode?: ProblemCode; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = 'PortError';
    this.system = system;
    this.code = code;
    this.certain = more.certain ?? false;
    this.retryAfter = more.retryAfter;
    this.problemCode = more.problemCode;
  }
}

/** The one source of time. */
export type Clock = {
  now(): EpochMilliseconds;
  /** Resolves after `milliseconds`. */
  sleep(milliseconds: number): Promise<void>;
};

/** What Bitbucket knows. Absence (`undefined`) means that Bitbucket itself answered "not found"; every other failure
 *  throws a `PortError`. */
export type Bitbucket = {
  /** `repository` is a slug or a UUID in braces. The answer names the workspace that it was found in. */
  findRepository(workspace: Workspace, repository: string): Promise<Repository | undefined>;
  /** Whether the workspace itself can be read, with the same credential. Only together with it is an absent repository
   *  evidence: whoever may not see a workspace is told that nothing of it exists. */
  isWorkspaceReadable(workspace: Workspace): Promise<boolean>;
  /** By UUID in braces, else by name in exact case. Absence is told only after every page was read. */
  findEnvironment(repository: Repository, nameOrUuid: string): Promise<DeploymentEnvironment | undefined>;
  /** The names of a repository's deployment environments, in Bitbucket's order; none where the repository is absent. */
  environmentNames(repository: Repository): Promise<string[]>;
  /** False when the workspace's OIDC discovery document does not exist. */
  isOidcEnabled(workspaceSlug: string): Promise<boolean>;
  /** Whether an account (UUID in braces, or Atlassian account id) has *admin* on a repository, directly or through a
   *  group, project or workspace. False is told only after every page was read; a repository that is not found throws. */
  isRepositoryAdmin(
    repository: { workspaceUuid: string; repositoryUuid: string },
    account: string,
  ): Promise<boolean>;
};

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

/** The IAM of one account. Reads answer `undefined` only on IAM's own `NoSuchEntity`, which right after a create means
 *  "not visible yet". Writes throw `NOT_FOUND` on it. Every call ends before the deadline it was made for. */
export type Iam = {
  roleQuota(): Promise<{ roles: number; quota: number }>;
  findProvider(arn: string): Promise<{ clientIds: string[] } | undefined>;
  /** `exists`: somebody else was faster, or the reply to our own call was lost. */
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
  listPolicies(roleName: string): Promise<{ inline: string[]; attached: string[] }>;
  deleteInlinePolicy(roleName: string, policyName: string): Promise<void>;
  detachPolicy(roleName: string, policyArn: string): Promise<void>;
  deleteRole(roleName: string): Promise<void>;
};

/** A page of events and where the next begins. */
export type EventPage = { events: GrantEvent[]; next?: string | undefined };

/** Which events of all grants. Times are inclusive at `from`, exclusive at `to`. */
export type EventQuery = {
  from: Instant;
  to: Instant;
  repositoryUuids?: string[] | undefined;
  principal?: { kind: string; id: string } | undefined;
  type?: string | undefined;
  limit: number;
  after?: string | undefined;
};

/** The append-only log: the source of truth, and the audit log. */
export type EventLog = {
  /** A whole stream, oldest first, read consistently; empty when there is none. */
  load(grantId: string): Promise<GrantEvent[]>;
  /** Appends one event. `taken`: another event has that `seq`. A success whose reply was lost is still `appended`. */
  append(event: GrantEvent): Promise<'appended' | 'taken'>;
  /** Events of all grants, newest first, from indexes that lag by seconds. */
  query(query: EventQuery): Promise<EventPage>;
};

/** One row of the read model. `dueAt` is when somebody must look at the grant again. */
export type GrantRow = { grantId: string; seq: number; grant: Grant; dueAt?: Instant | undefined };

/** Which grants. */
export type GrantFilter = {
  repositoryUuid?: string | undefined;
  repositoryName?: string | undefined;
  state?: string | undefined;
  template?: string | undefined;
  account?: string | undefined;
};

/** A row that is due: when, and which event of its grant was awaited. */
export type DueRow = { grantId: string; dueAt: Instant; dueSeq: number };

/** The read model of grants, the list of what is due, and the lease of each grant. */
export type GrantTable = {
  /** Says, before an event with this `seq` is appended to a grant at rest, that work will be due. Never takes back what
   *  a later `seq` has said. */
  markDue(grantId: string, seq: number, dueAt: Instant): Promise<void>;
  /** Writes a row unless it is newer already; clears or moves the due time unless a later event is awaited. */
  project(row: GrantRow): Promise<void>;
  /** Takes the lease of a known grant until `until`, when nobody else holds it at `now`. */
  takeLease(grantId: string, owner: string, now: Instant, until: Instant): Promise<boolean>;
  releaseLease(grantId: string, owner: string): Promise<void>;
  /** Grants that fit the filter, newest change first; a page may be short. */
  list(
    filter: GrantFilter,
    limit: number,
    after?: string,
  ): Promise<{ grants: Grant[]; next?: string | undefined }>;
  /** Rows that are due at `now`, the longest waiting first, behind `after`. The index lags by seconds. */
  listDue(now: Instant, limit: number, after?: DueRow): Promise<DueRow[]>;
  /** Takes a due time back whose awaited event never came; does nothing when the row says another time by now. */
  forgetDue(row: DueRow): Promise<void>;
  /** UUIDs of all repositories that bear, or once bore, this full name. */
  repositoriesNamed(fullName: string): Promise<string[]>;
  /** Ids of the repository's live grants in the order in which they were asked for; may lag by seconds. */
  listLive(repositoryUuid: string): Promise<string[]>;
};

/** How one run of the provisioner ended: nothing left to do; somebody else is at it; or not done yet. */
export type ProvisionerAnswer = { outcome: 'settled' | 'busy' | 'unfinished' };

/** The provisioner, from outside. */
export type Provisioner = {
  /** Has the provisioner work on a grant and waits, for `patience` milliseconds at the most. A failed, throttled or
   *  late invocation is `unfinished`: the log says what happened. */
  run(grantId: string, patience: number): Promise<ProvisionerAnswer>;
};

/** The worker, from outside: does later what must not keep a caller waiting. */
export type Worker = {
  /** Hands a message on. Once this returns the message is kept and worked on, more than once where need be; it throws
   *  when that is not certain. */
  handOn(message: WorkerMessage): Promise<void>;
};

/** What was taken or sent already, kept for a while, so that nothing is done twice. */
export type Deliveries = {
  /** True for whoever is first with this id. A claim is forgotten at `until`; its id may then be claimed again. */
  claim(id: string, until: Instant): Promise<boolean>;
  /** Keeps with a claim where its message stands in Slack. */
  keepMessage(id: string, message: { channel: string; ts: string }): Promise<void>;
  /** The message of a claim, read consistently; undefined when none was sent, or not yet. */
  findMessage(id: string): Promise<{ channel: string; ts: string } | undefined>;
  /** Gives a claim back, because what it stood for certainly did not happen. */
  release(id: string): Promise<void>;
};
