import type {
  AccessRules,
  Attempt,
  Decision,
  DeniedAccess,
} from '../../../../domain/access/authorisation.ts';
import { noReach } from '../../../../domain/access/reach.ts';
import { noRepositoryAdmins } from '../../../../domain/access/repository-admins.ts';
import type { Workspace } from '../../../../domain/bitbucket/oidc.ts';
import type { Bitbucket } from '../../../../domain/bitbucket/port.ts';
import type {
  DeploymentEnvironment,
  Repository,
  RepositoryPart,
} from '../../../../domain/bitbucket/repository.ts';
import type {
  InstallationFreeze,
  InstallationSwitch,
} from '../../../../domain/grants/containment/installation.ts';
import { replay } from '../../../../domain/grants/evolve/evolve.ts';
import { type Grant, waitingRequest } from '../../../../domain/grants/grant.ts';
import type { GrantRequest } from '../../../../domain/grants/request.ts';
import type { AuditedRole } from '../../../../domain/guardrails/guardrails.ts';
import type { Worker } from '../../../../domain/messaging/ports.ts';
import type { WorkerMessage } from '../../../../domain/messaging/worker-message.ts';
import {
  type EnvironmentUuid,
  parseGrantId,
  parseUuid,
  type RepositoryUuid,
  type StreamId,
} from '../../../../domain/shared/identifiers.ts';
import { PortError } from '../../../../domain/shared/port-error.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import type { Result } from '../../../../domain/shared/result.ts';
import type { Instant } from '../../../../domain/shared/time.ts';
import type { Template } from '../../../../domain/templates/template.ts';
import type { ProvisionerAnswer } from '../../../../domain/use-cases/provisioner.ts';
import { provisionGrant } from '../../../../domain/use-cases/provisioning/invocation/provision-grant.ts';
import type { ProvisionerPorts } from '../../../../domain/use-cases/provisioning/run.ts';
import {
  approveGrant,
  type DecisionInput,
  rejectGrant,
} from '../../../../domain/use-cases/requests/approve-or-reject.ts';
import type { GrantAnswer } from '../../../../domain/use-cases/requests/outcome.ts';
import {
  type RequestContext,
  type RequestPorts,
  requestGrant,
} from '../../../../domain/use-cases/requests/request-grant.ts';
import { type RevokeContext, revokeGrant } from '../../../../domain/use-cases/requests/revoke-grant.ts';
import { asEpoch } from '../../identifiers.ts';
import {
  ada,
  configurationOf,
  GRANT_ID,
  grace,
  present,
  production,
  ROLE_NAME,
  shop,
  staging,
  templateContent,
  templateOf,
  web,
} from '../samples.ts';
import { FakeIam } from './iam.ts';
import { FakeRequesterGroups } from './requester-groups.ts';
import { FakeReservations } from './reservations.ts';
import { FakeCheckpointStore, FakeClock, FakeEventLog, FakeGrantTable, type Journal } from './store.ts';

/** Bitbucket with repositories that can be renamed, moved and deleted. */
export class FakeBitbucket implements Bitbucket {
  repositories: Repository[] = [shop, web];
  readonly environments = new Map<string, DeploymentEnvironment[]>([[shop.uuid, [staging, production]]]);
  readonly oidcWorkspaces = new Set(['acme']);
  /** Thrown by every call while it is there. */
  outage: PortError | undefined;

  async findRepository(workspace: Workspace, repository: string): Promise<Repository | undefined> {
    if (this.outage) throw this.outage;
    const wanted = (r: Repository) => r.uuid === repository || r.slug === repository;
    const found = this.repositories.find((r) => r.workspace.slug === workspace.slug && wanted(r));
    if (found || this.readableWorkspaces.has(workspace.slug)) return found;
    throw new PortError('Bitbucket', 'DENIED', `No credential can read workspace ${workspace.slug}.`);
  }

  readonly readableWorkspaces = new Set(['acme', 'globex']);

  async isWorkspaceReadable({ slug }: Workspace): Promise<boolean> {
    if (this.outage) throw this.outage;
    return this.readableWorkspaces.has(slug);
  }

  /** The credential that sees the whole workspace; what lists leave out though it is there; when repositories were created; and the
   *  size of a page. */
  viewer: string | undefined = 'credential-1';
  readonly unlisted = new Set<string>();
  readonly createdAt = new Map<string, Instant>();
  pageSize = 100;
  /** What each call of a list asked for. */
  readonly lists: (string | undefined)[] = [];

  async wholeViewOf(_workspace: Workspace): Promise<string | undefined> {
    if (this.outage) throw this.outage;
    return this.viewer;
  }

  async listRepositories(workspace: Workspace, after: string | undefined): Promise<RepositoryPart> {
    this.lists.push(after);
    const by = await this.wholeViewOf(workspace);
    if (by === undefined) throw new PortError('Bitbucket', 'DENIED', 'No credential sees the workspace.');
    const own = this.repositories.filter(
      (one) => one.workspace.uuid === workspace.uuid && !this.unlisted.has(one.uuid),
    );
    const from = Number(after ?? 0);
    const to = from + this.pageSize;
    return {
      by,
      items: own.slice(from, to).map((one) => ({ ...one, createdAt: this.createdAt.get(one.uuid) })),
      next: to < own.length ? String(to) : undefined,
    };
  }

  async findEnvironment(
    { uuid }: Repository,
    nameOrUuid: string,
  ): Promise<DeploymentEnvironment | undefined> {
    if (this.outage) throw this.outage;
    const known = this.environments.get(uuid) ?? [];
    const asked = parseUuid(nameOrUuid);
    return known.find((e) => (asked ? e.uuid === asked : e.name === nameOrUuid));
  }

  async environmentNames({ uuid }: Repository): Promise<string[]> {
    if (this.outage) throw this.outage;
    return (this.environments.get(uuid) ?? []).map(({ name }) => name);
  }

  async isOidcEnabled(workspaceSlug: string): Promise<boolean> {
    if (this.outage) throw this.outage;
    return this.oidcWorkspaces.has(workspaceSlug);
  }

  /** `{repository} account` of each admin, and every look-up in order. */
  readonly repositoryAdmins = new Set<string>();
  readonly adminLookUps: string[] = [];

  async isRepositoryAdmin(
    { repositoryUuid }: { repositoryUuid: RepositoryUuid },
    account: string,
  ): Promise<boolean> {
    this.adminLookUps.push(`${repositoryUuid} ${account}`);
    return this.repositoryAdmins.has(`${repositoryUuid} ${account}`);
  }
}

/** Rules for use cases to be tried with: people of `platform` may do everything, pipelines may request and read, the system may also revoke, whoever
 *  is in `readers` may read, and who administers the repository may request, read and revoke. The real ones are tested
 *  over Cedar. */
export const accessRules: AccessRules = {
  couldBeAllowed: decideByGroups,
  decide: decideByGroups,
  reachOf: (attempt) => (decideByGroups(attempt).allowed ? { ...noReach, everything: true } : noReach),
};

function decideByGroups({ caller, action, context: { repositoryAdmin } }: Attempt): Decision {
  const { principal, groups } = caller;
  const isAsking = action === 'request' || action === 'read';
  if (principal.kind === 'person' && groups.includes('platform')) {
    return { allowed: true, rule: 'platform-people' };
  }
  if (principal.kind === 'pipeline' && isAsking) return { allowed: true, rule: 'pipeline-own-grants' };
  if (principal.kind === 'system' && (isAsking || action === 'revoke')) {
    return { allowed: true, rule: 'system-work' };
  }
  if (groups.includes('readers') && action === 'read') return { allowed: true, rule: 'readers' };
  if (principal.kind === 'person' && repositoryAdmin && (isAsking || action === 'revoke')) {
    return { allowed: true, rule: 'repository-admins' };
  }
  return { allowed: false, rule: 'default-deny' };
}

const PROVISIONER_SECONDS = 25;
const LEASE_SECONDS = 90;

export const platform: Caller = { principal: ada, groups: ['platform'] };
export const approver: Caller = { principal: grace, groups: ['platform'] };
export const pipelineOf = (repository: Repository, environmentUuid?: EnvironmentUuid): Caller => ({
  principal: { kind: 'pipeline', id: repository.uuid },
  groups: [],
  pipeline: {
    workspaceUuid: repository.workspace.uuid,
    workspaceSlug: repository.workspace.slug,
    repositoryUuid: repository.uuid,
    ...(environmentUuid ? { environmentUuid } : {}),
  },
});

export const grantRequest = (over: Partial<GrantRequest> = {}): GrantRequest => ({
  repository: 'acme/shop',
  template: 's3-static-site',
  parameters: { bucket: 'shop-site' },
  name: 'default',
  ...over,
});

/** The edge and the provisioner over fakes of everything outside. */
export class World {
  readonly clock = new FakeClock();
  readonly journal: Journal = [];
  readonly log = new FakeEventLog(this.journal);
  readonly checkpoints = new FakeCheckpointStore();
  readonly grants = new FakeGrantTable();
  readonly iam = new FakeIam(this.clock, this.journal);
  /** The IAM of the accounts that have one of their own; every other is `iam`. */
  readonly accountIam = new Map<string, FakeIam>();
  readonly bitbucket = new FakeBitbucket();
  readonly requesterGroups = new FakeRequesterGroups();
  readonly reservations = new FakeReservations();
  /** The switch of the installation: `freeze` is what its parameter holds. */
  readonly switch: { freeze: InstallationFreeze | undefined; isBroken: boolean } = {
    freeze: undefined,
    isBroken: false,
  };
  readonly installation: InstallationSwitch = {
    frozen: () => this.installation.frozenNow(),
    frozenNow: async () => {
      if (this.switch.isBroken) throw new PortError('SSM', 'UNAVAILABLE', 'The switch cannot be read.');
      return this.switch.freeze;
    },
    freeze: async (why) => {
      this.switch.freeze ??= why;
    },
  };
  readonly templates = new Map<string, Template>([['s3-static-site', templateOf()]]);
  readonly denials: DeniedAccess[] = [];
  readonly audited: AuditedRole[] = [];
  readonly unreadable: string[] = [];
  /** What the worker was handed, oldest first. */
  readonly handedOn: WorkerMessage[] = [];
  readonly worker: Worker = {
    handOn: async (message) => {
      this.handedOn.push(message);
    },
  };
  configuration = configurationOf();
  #runs = 0;
  #requests = 0;

  /** The id of one more request: no two have the same. */
  nextCorrelationId(): string {
    this.#requests += 1;
    return `request-${this.#requests}`;
  }

  get provisionerPorts(): ProvisionerPorts {
    const { clock, log, checkpoints, grants, templates, bitbucket, configuration, iam } = this;
    return {
      installation: this.installation,
      reservations: this.reservations,
      clock,
      log,
      checkpoints,
      reportUnkept: (grantId) => this.unreadable.push(grantId),
      grants,
      templates,
      bitbucket,
      configuration,
      reportAudited: (plan) => this.audited.push(plan),
      iam: (scope) => this.accountIam.get(scope.account.id)?.port(scope.deadline) ?? iam.port(scope.deadline),
    };
  }

  get requestPorts(): RequestPorts {
    const { clock, log, checkpoints, grants, templates, bitbucket, configuration, requesterGroups } = this;
    return {
      clock,
      requesterGroups,
      installation: this.installation,
      reservations: this.reservations,
      log,
      checkpoints,
      grants,
      templates,
      bitbucket,
      configuration,
      provisioner: { run: (grantId, waitMs) => this.invoke(grantId, waitMs) },
      access: accessRules,
      admins: () => noRepositoryAdmins,
      reportAudited: (plan) => this.audited.push(plan),
      reportDenied: (denial) => this.denials.push(denial),
      reportUnreadable: (grantId) => this.unreadable.push(grantId),
    };
  }

  /** As the edge invokes the provisioner: whatever it throws, and its death, is `unfinished`. */
  async invoke(grantId: StreamId = GRANT_ID, waitMs = 20_000): Promise<ProvisionerAnswer> {
    if (waitMs <= 0) return { outcome: 'unfinished' };
    const death = new Promise<ProvisionerAnswer>((resolve) => {
      this.iam.onDeath = () => resolve({ outcome: 'unfinished' });
    });
    return Promise.race([this.provision(grantId).catch(() => ({ outcome: 'unfinished' as const })), death]);
  }

  /** One run of the provisioner; throws what it throws. */
  provision(grantId: StreamId = GRANT_ID): Promise<ProvisionerAnswer> {
    this.#runs += 1;
    return provisionGrant(this.provisionerPorts, {
      grantId,
      owner: `run-${this.#runs}`,
      deadline: asEpoch(this.clock.now() + PROVISIONER_SECONDS * 1000),
      leaseUntil: asEpoch(this.clock.now() + LEASE_SECONDS * 1000),
    });
  }

  /** A later run, when every lease of earlier ones has ended. */
  async resume(grantId: StreamId = GRANT_ID, afterSeconds = LEASE_SECONDS + 1): Promise<ProvisionerAnswer> {
    this.clock.advance(afterSeconds * 1000);
    return this.invoke(grantId);
  }

  request(over: Partial<GrantRequest> = {}, caller = platform, context: Partial<RequestContext> = {}) {
    return requestGrant(this.requestPorts, grantRequest(over), {
      caller,
      correlationId: this.nextCorrelationId(),
      entryPoint: 'http',
      dryRun: false,
      ...context,
    });
  }

  /** Revokes a grant whose stream can be read. */
  async revoke(
    grantId: string = GRANT_ID,
    caller = platform,
    context: Partial<RevokeContext> = {},
  ): Promise<Result<GrantAnswer>> {
    const answer = await this.revokeAny(grantId, caller, context);
    if (answer.ok && 'unreadable' in answer.value) throw new Error('the stream could not be read');
    return answer as Result<GrantAnswer>;
  }

  revokeAny(grantId: string = GRANT_ID, caller = platform, context: Partial<RevokeContext> = {}) {
    return revokeGrant(this.requestPorts, grantId, {
      caller,
      correlationId: this.nextCorrelationId(),
      entryPoint: 'http',
      ...context,
    });
  }

  /** Approves the plan that waits, or the one of `over`; as Grace unless told. */
  async approve(over: Partial<DecisionInput> = {}, caller = approver, grantId: string = GRANT_ID) {
    const planHash = over.planHash ?? (await this.waitingPlan(grantId));
    const context = { caller, correlationId: 'request-3', entryPoint: 'http' as const };
    return approveGrant(this.requestPorts, { grantId, planHash, ...over }, context);
  }

  async reject(over: Partial<DecisionInput> = {}, caller = approver, grantId: string = GRANT_ID) {
    const planHash = over.planHash ?? (await this.waitingPlan(grantId));
    const context = { caller, correlationId: 'request-4', entryPoint: 'http' as const };
    return rejectGrant(this.requestPorts, { grantId, planHash, reason: 'No', ...over }, context);
  }

  /** The hash of the plan that waits; one of no plan where none does. */
  async waitingPlan(named: string = GRANT_ID): Promise<string> {
    const grantId = parseGrantId(named);
    const grant = grantId && replay(await this.log.load(grantId));
    return (grant && waitingRequest(grant)?.planHash) ?? 'f'.repeat(64);
  }

  async grantNow(grantId = GRANT_ID): Promise<Grant> {
    return present(replay(await this.log.load(grantId)));
  }

  async eventTypes(grantId: StreamId = GRANT_ID): Promise<string[]> {
    return (await this.log.load(grantId)).map(({ type }) => type);
  }

  /** IAM writes and events in order, in words. */
  story(): string[] {
    return this.journal.map((entry) => ('iam' in entry ? `${entry.iam} ${entry.note}` : entry.event.type));
  }

  iamWrites(): string[] {
    return this.journal.flatMap((entry) => ('iam' in entry ? [entry.iam] : []));
  }

  /** The role of the example grant, which must be there. */
  theRole() {
    return present(this.iam.role(ROLE_NAME));
  }

  /** Everything that IAM holds of the role by that name, as text. */
  roleText(name = ROLE_NAME): string {
    const plain = (_: string, value: unknown) =>
      value instanceof Map || value instanceof Set ? [...value] : value;
    return JSON.stringify(this.iam.role(name) ?? null, plain);
  }

  /** Changes the template's content, as a deployment would. */
  redeploy(change: (content: ReturnType<typeof templateContent> & Record<string, unknown>) => void): void {
    const content = templateContent();
    change(content);
    this.templates.set(content.name, templateOf(content));
  }
}
