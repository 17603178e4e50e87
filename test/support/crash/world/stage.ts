import { replay } from '../../../../domain/grants/evolve/evolve.ts';
import { waitingRequest } from '../../../../domain/grants/grant.ts';
import type { GrantRequest } from '../../../../domain/grants/request.ts';
import { streamBeside } from '../../../../domain/grants/unreadable/revocation.ts';
import { roleNameOf } from '../../../../domain/planning/role.ts';
import {
  type AccountId,
  type GrantId,
  grantIdOf,
  INSTALLATION,
  repositoryStreamOf,
} from '../../../../domain/shared/identifiers.ts';
import { PortError } from '../../../../domain/shared/port-error.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import type { Result } from '../../../../domain/shared/result.ts';
import { followDelivery } from '../../../../domain/use-cases/following/follow-delivery.ts';
import { approveGrant, rejectGrant } from '../../../../domain/use-cases/requests/approve-or-reject.ts';
import type { RequestPorts } from '../../../../domain/use-cases/requests/request-grant.ts';
import { requestGrant } from '../../../../domain/use-cases/requests/request-grant.ts';
import { revokeGrant } from '../../../../domain/use-cases/requests/revoke-grant.ts';
import type { Role } from '../../../../sandbox/aws/state.ts';
import {
  ACCOUNT,
  type Admission,
  type Evidence,
  type IamWrite,
  SPOKE,
  THIRD,
} from '../../../invariants/evidence.ts';
import { personOf } from '../../domain/samples.ts';
import { eventsOf } from '../../domain/streams/stored.ts';
import { asEnvironmentUuid, asEpoch, asRepositoryUuid } from '../../identifiers.ts';
import type { Injection } from '../injector.ts';
import { deleteRole, type SeededWorkspace } from './account.ts';
import type { SeededRepository, WalkTokens } from './tokens.ts';
import type { CrashWorld } from './world.ts';

export const SHOP = asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}');
const STAGING = asEnvironmentUuid('{744ccb6d-fff0-45c1-8855-3f91b372a57a}');

const NO_PLAN = 'f'.repeat(64);

export const grace: Caller = { principal: personOf('grace@acme.example'), groups: ['platform'] };
/** A third person of the platform team. */
export const linus: Caller = { principal: personOf('linus@acme.example'), groups: ['platform'] };
export const ada: Caller = { principal: personOf('ada@acme.example'), groups: ['platform'] };

/** What a caller heard: a status with the grant's state, a refusal, or nothing (`died`). `failed` is a 5xx. */
export type Answer = { status: number; state?: string | undefined; code?: string } | 'failed' | 'died';

/** More events than a run writes beside its grant. */
const MOST_AROUND = 20;

/** More events than a run writes. */
const MOST_EVENTS = 47;
const MOST_BESIDE_EVENTS = 9;

const CLOSED = { outcome: 'changed', grant: { state: 'closed' } } as const;

export type Granted = { outcome: keyof typeof STATUSES; grant?: { state: string } };

const STATUSES = { unchanged: 200, changed: 200, created: 201, accepted: 202, planned: 200 } as const;

/** The repositories of grants, and what a grant of each publishes to. */
export const REPOSITORIES = {
  'acme/shop': { workspace: 'acme', slug: 'shop', uuid: SHOP, bucket: 'shop-site' },
  'globex/other': {
    workspace: 'globex',
    slug: 'other',
    uuid: asRepositoryUuid('{00d55214-0115-4a31-a6d5-a375ad2c465f}'),
    bucket: 'globex-site',
  },
} as const;

const ACCOUNTS = { default: ACCOUNT, staging: SPOKE, production: THIRD } as const;

/** Where a grant is: a repository (`acme/shop` unless given), an environment of it, and an account, by alias. */
export type Place = {
  repository?: SeededRepository | undefined;
  environment?: string | undefined;
  account?: keyof typeof ACCOUNTS | undefined;
};

/** One grant that one run of the walk is about, and the people who deal with it. */
export class Stage {
  readonly world: CrashWorld;
  readonly tokens: WalkTokens;
  readonly name: string;
  readonly repository: SeededRepository;
  readonly workspace: SeededWorkspace;
  readonly environment: string | undefined;
  readonly accountId: AccountId;
  readonly grantId: GrantId;
  readonly roleName: string;
  readonly roleArn: string;
  /** The access key of a session that was opened before the act. */
  session: string | undefined;
  /** Whether the story is about the repository or the installation, too. */
  hasSurroundings = false;
  /** What the edge threw that no failure of another system explains. */
  readonly bugs: string[] = [];
  #isAway = false;
  #foreign: Evidence['foreign'] = { roles: [], providers: [] };

  constructor(
    world: CrashWorld,
    tokens: WalkTokens,
    name: string,
    { repository = 'acme/shop', environment, account = 'default' }: Place = {},
  ) {
    this.world = world;
    this.tokens = tokens;
    this.name = name;
    const { workspace, slug, uuid } = REPOSITORIES[repository];
    this.repository = repository;
    this.workspace = workspace;
    this.environment = environment;
    this.accountId = ACCOUNTS[account];
    const environmentUuid = environment ? STAGING : undefined;
    const key = {
      accountId: this.accountId,
      repositoryUuid: uuid,
      environmentUuid,
      template: 's3-static-site',
      name,
    };
    this.grantId = grantIdOf(key);
    this.roleName = roleNameOf(this.grantId, slug, 's3-static-site');
    this.roleArn = `arn:aws:iam::${this.accountId}:role/rolewright/${this.roleName}`;
  }

  request(over: Partial<GrantRequest> = {}, caller: Caller = ada): Promise<Answer> {
    const body: GrantRequest = {
      repository: this.repository,
      template: 's3-static-site',
      parameters: { bucket: REPOSITORIES[this.repository].bucket },
      name: this.name,
      ...(this.environment ? { environment: this.environment } : {}),
      account: this.accountId,
      ...over,
    };
    return this.ask(async (ports) => {
      const answer = await requestGrant(ports, body, { ...this.context(caller), dryRun: false });
      return answer.ok && 'planned' in answer.value
        ? { ok: true, value: { outcome: 'unchanged' as const } }
        : (answer as never);
    });
  }

  revoke(caller: Caller = ada): Promise<Answer> {
    return this.ask(async (ports) => {
      const answer = await revokeGrant(ports, this.grantId, this.context(caller));
      if (!answer.ok || 'grant' in answer.value) return answer as Result<Granted>;
      const isClosed = answer.value.revocation.state !== 'requested';
      return { ok: true, value: isClosed ? CLOSED : { outcome: 'accepted' } };
    });
  }

  /** Decides the plan that waits when this is asked, as another person of the platform team. */
  decide(how: 'approve' | 'reject'): Promise<Answer> {
    return this.ask(async (ports) => {
      const grant = replay(await eventsOf(ports.log, this.grantId));
      const planHash = (grant && waitingRequest(grant)?.planHash) ?? NO_PLAN;
      const decideIt = how === 'approve' ? approveGrant : rejectGrant;
      return decideIt(ports, { grantId: this.grantId, planHash, reason: 'so' }, this.context(grace));
    });
  }

  /** Has the worker follow a delivery about the repository. */
  follow(event: string): Promise<Answer> {
    const delivery = {
      source: 'bitbucket' as const,
      workspace: 'acme',
      deliveryId: this.world.newId(),
      event,
      repository: { uuid: SHOP },
    };
    return this.ask(async (ports) => {
      const worker = { handOn: async () => {} };
      const own = { ...ports, worker, reportProblem: () => {}, reportStopped: () => {} };
      await followDelivery(own, delivery, asEpoch(ports.clock.now() + 60_000));
      return { ok: true, value: { outcome: 'accepted' as const } };
    });
  }

  /** Moves the repository to another workspace, until this run is over. */
  async transferAway(): Promise<void> {
    await this.#transfer('acme', 'globex');
    this.#isAway = true;
  }

  async #transfer(from: string, workspace: string): Promise<void> {
    const url = `${this.world.standIns.bitbucketUrl}/sandbox/repositories/${from}/shop`;
    const answer = await fetch(url, { method: 'PUT', body: JSON.stringify({ workspace }) });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** Does something as the edge does: what it throws is a 5xx. */
  async ask(work: (ports: RequestPorts) => Promise<Result<Granted>>): Promise<Answer> {
    try {
      const answer = await this.world.request(work);
      if (answer === 'died') return answer;
      if (!answer.ok) return { status: 400, code: answer.problem.code };
      return { status: STATUSES[answer.value.outcome], state: answer.value.grant?.state };
    } catch (error) {
      if (!(error instanceof PortError)) this.bugs.push(String(error));
      return 'failed';
    }
  }

  /** Makes the grant's stream unreadable: behind its last event lies what is none. */
  async spoil(): Promise<void> {
    const { storage } = this.world;
    await storage.spoil(this.grantId, (await storage.events(this.grantId)).length + 1);
  }

  /** What a caller of the API is known by in one request. */
  context(caller: Caller) {
    return { caller, correlationId: this.world.newId(), entryPoint: 'http' as const };
  }

  /** Opens a session on the role, which must be possible. */
  async openSession(): Promise<void> {
    this.session = await this.world.aws.assume(
      this.roleArn,
      this.tokens.ownOf(this.repository, this.environment),
    );
    if (!this.session || !(await this.#sessionActs())) throw new Error('the role lets nobody act');
  }

  async #sessionActs(): Promise<boolean | undefined> {
    if (!this.session) return undefined;
    const { bucket } = REPOSITORIES[this.repository];
    return this.world.aws.canAct(this.session, 's3:PutObject', `arn:aws:s3:::${bucket}/index.html`);
  }

  /** Does something while Lambda runs no provisioner: the request stands, and nobody works on it. */
  async withoutProvisioner<T>(work: () => Promise<T>): Promise<T> {
    this.world.isLambdaUp = false;
    try {
      return await work();
    } finally {
      this.world.isLambdaUp = true;
    }
  }

  /** Does something in which a process dies, and lets the time pass for which its lease still holds. */
  async withDeath<T>(death: Injection, work: () => Promise<T>): Promise<void> {
    this.world.injector.arm(death);
    await work();
    await this.world.idle();
    if (!this.world.injector.hit) throw new Error('nothing died');
    this.world.injector.arm(undefined);
    this.world.clock.advance(100_000);
  }

  /** Takes everything of the grant away, so that the next run does not meet it. */
  async tidy(): Promise<void> {
    if (this.#isAway) await this.#transfer('globex', 'acme');
    await this.world.aws.calmDown();
    await deleteRole(this.world.aws, this.roleName);
    await this.world.storage.forget(this.grantId, MOST_EVENTS);
    await this.world.storage.forget(streamBeside(this.grantId), MOST_BESIDE_EVENTS);
    await this.#tidySurroundings();
  }

  async #tidySurroundings(): Promise<void> {
    if (!this.hasSurroundings) return;
    await this.world.aws.thawInstallation();
    for (const stream of [INSTALLATION, this.#repositoryStream()]) {
      await this.world.storage.forget(stream, MOST_AROUND);
    }
  }

  #repositoryStream = () => repositoryStreamOf(REPOSITORIES[this.repository].uuid);

  async #surroundings(): Promise<Evidence['surroundings']> {
    if (!this.hasSurroundings) return undefined;
    const { storage, aws } = this.world;
    return {
      repository: await storage.events(this.#repositoryStream()),
      installation: await storage.events(INSTALLATION),
      isFrozen: await aws.isInstallationFrozen(),
    };
  }

  /** From here on the story counts: what others have now is theirs. */
  async begin(): Promise<void> {
    const { world } = this;
    const created = new Set((await world.storage.events(this.grantId)).map((event) => createdId(event.data)));
    const { roles, providers } = world.aws.state();
    const isOwn = (role: Role) =>
      created.has(role.roleId) ||
      role.tags.some(({ key, value }) => key === 'rolewright:grant' && value === this.grantId);
    this.#foreign = { roles: roles.filter((role) => !isOwn(role)), providers };
    world.watched = this.grantId;
    world.eventsBeforeWrites = [];
    await world.aws.clearJournal();
  }

  async #writes(): Promise<IamWrite[]> {
    const journal = await this.world.aws.journal();
    const sent = journal.filter(({ service, action }) => service === 'iam' && !/^(Get|List)/.test(action));
    return sent.map(({ action, parameters, status }, i) => ({
      action,
      parameters,
      status,
      eventsBefore: this.world.eventsBeforeWrites[i] ?? 0,
    }));
  }

  async #admissions(tokens: 'own' | 'all', roles: Role[]): Promise<Admission[]> {
    if (!roles.some(({ arn }) => arn === this.roleArn)) return [];
    const admissions: Admission[] = [];
    for (const [token, text] of this.tokens.shownTo(this.repository, this.environment)) {
      if (token !== 'own' && tokens === 'own') continue;
      admissions.push({ token, admitted: (await this.world.aws.assume(this.roleArn, text)) !== undefined });
    }
    return admissions;
  }

  /** What an observer sees now; `tokens`: which of them are shown to STS. */
  async evidence(tokens: 'own' | 'all', laterChanges: string[] = []): Promise<Evidence> {
    const { world, grantId, roleName } = this;
    const { roles, providers } = world.aws.state();
    return {
      accountId: this.accountId,
      grantId,
      roleName,
      workspace: this.workspace,
      repositoryUuid: REPOSITORIES[this.repository].uuid,
      environmentUuid: this.environment ? STAGING : undefined,
      events: await world.storage.events(grantId),
      beside: await world.storage.events(streamBeside(grantId)),
      surroundings: await this.#surroundings(),
      row: await world.storage.row(grantId),
      roles,
      providers,
      foreign: this.#foreign,
      writes: await this.#writes(),
      admissions: await this.#admissions(tokens, roles),
      liveSession: await this.#sessionActs(),
      laterChanges,
    };
  }

  /** Log, row and IAM in one text, to see whether anything has changed. Leases do not count, nor when a row whose stream
   *  cannot be read is tried again. */
  async snapshot(): Promise<Record<'log' | 'row' | 'IAM', string>> {
    const { storage } = this.world;
    const { leaseOwner: _, leaseUntil: __, ...row } = (await storage.row(this.grantId)) ?? {};
    const { dueAt: ___, dueAttempts: ____, ...undated } = row;
    const beside = await storage.events(streamBeside(this.grantId));
    return {
      log: JSON.stringify([await storage.events(this.grantId), beside, await this.#surroundings()]),
      row: JSON.stringify(beside.length > 0 ? undated : row),
      IAM: JSON.stringify(this.world.aws.state()),
    };
  }
}

const createdId = (data: object): string | undefined =>
  'role' in data ? (data.role as { id?: string }).id : undefined;
