import { providerArn } from '../../bitbucket/oidc.ts';
import type { InstallationSwitch } from '../../grants/containment/installation.ts';
import { isKeptByHold } from '../../grants/containment/repository-hold.ts';
import type { GrantEvent, NewEvent } from '../../grants/event.ts';
import { dueCheckpoint, fromCheckpoint } from '../../grants/evolve/checkpoint.ts';
import type { Grant, RequestInForce } from '../../grants/grant.ts';
import type { CheckpointStore } from '../../grants/stores.ts';
import type { Reservations } from '../../planning/reservation.ts';
import { type Account, findAccount } from '../../shared/account.ts';
import type { AccountId, StreamId } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import type { Problem } from '../../shared/problem.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import {
  appendEvent,
  type GrantStream,
  loadStream,
  owesCheckpoint,
  type StreamPorts,
} from '../grant-stream.ts';
import { heldProblemOf } from '../holds/holds.ts';
import { forbiddenByFreeze } from '../holds/installation.ts';
import type { RenderPorts } from '../replan.ts';
import type { Iam, IamScope } from './iam.ts';

/** What the provisioner needs: the only use case that is given an IAM that can write. */
export type ProvisionerPorts = StreamPorts &
  RenderPorts & {
    installation: InstallationSwitch;
    reservations: Reservations;
    checkpoints: CheckpointStore;
    /** Reports a checkpoint that could not be kept; the run goes on. Never throws. */
    reportUnkept(grantId: StreamId, error: unknown): void;
    /** The IAM of an account for one run. Called once for each run, so that no two runs share a session. */
    iam(scope: IamScope): Iam;
  };

/** Thrown where another writer has moved the stream: the run reads it again and decides anew. */
export class StreamMoved extends Error {}

/** An event without the repository and the account that it is about: a run adds its grant's. */
export type GrantOwnEvent = NewEvent extends infer E
  ? E extends { type: unknown; data: unknown }
    ? { type: E['type']; data: Omit<E['data'], 'repository' | 'account'> }
    : never
  : never;

/** One run of the provisioner on one grant, under its lease. */
export type ProvisionerRun = {
  ports: ProvisionerPorts;
  /** The IAM of the grant's account. Throws where the account is not configured. */
  readonly iam: Iam;
  /** The grant as of the newest event that this run has seen. */
  grant(): Grant;
  stream(): GrantStream;
  /** Reads the stream again. */
  reload(): Promise<void>;
  /** Appends an event that announces or decides something, about this run's grant; throws `StreamMoved` when the state may be another now. */
  recordIntent(event: GrantOwnEvent): Promise<void>;
  /** Appends an event about what has happened: it is true whatever others wrote meanwhile, so it is written after it.
   *  Throws `StreamMoved` once it is written when others did: what they wrote may forbid the next step. */
  recordOutcome(event: GrantOwnEvent): Promise<void>;
};

/** The principal of what the provisioner appends. */
export const PROVISIONER = { kind: 'system', id: 'provisioner' } as const;

/** Begins a run on the stream as it is now. */
export async function beginRun(
  ports: ProvisionerPorts,
  grantId: StreamId,
  deadline: EpochMilliseconds,
): Promise<ProvisionerRun> {
  let stream = await keepCheckpoint(ports, await loadStream(ports, grantId));
  const reload = async () => {
    stream = await loadStream(ports, grantId);
  };
  const append = async ({ type, data }: GrantOwnEvent): Promise<boolean> => {
    const last = stream.events.at(-1);
    if (!last || !stream.grant) throw new Error(`there is no grant ${grantId}`);
    const { repository, account } = stream.grant.request.intent;
    const event = { type, data: { repository, account, ...data } } as NewEvent;
    const appended = await appendEvent(ports, stream, { event, cause: causeOf(last) });
    if (appended) stream = appended;
    return appended !== undefined;
  };
  let iam: Iam | undefined;
  return {
    ports,
    get iam() {
      iam ??= ports.iam(scopeOf(ports, stream, deadline));
      return iam;
    },
    stream: () => stream,
    grant() {
      if (!stream.grant) throw new Error(`there is no grant ${grantId}`);
      return stream.grant;
    },
    reload,
    async recordIntent(event) {
      if (!(await append(event))) throw new StreamMoved();
    },
    async recordOutcome(event) {
      if (await append(event)) return;
      do await reload();
      while (!(await append(event)));
      throw new StreamMoved();
    },
  };
}

/** The problem of granting or widening anything while the installation is frozen, or of what a machine asked for while its
 *  grant or repository is held. Throws where the freeze cannot be read: nothing is granted then. */
export const keptClosed = async (
  { ports, grant }: ProvisionerRun,
  { requestedBy, intent }: Pick<RequestInForce, 'requestedBy' | 'intent'>,
): Promise<Problem | undefined> =>
  (await forbiddenByFreeze(ports.installation)) ??
  (isKeptByHold(requestedBy) ? heldProblemOf(ports, grant(), intent) : undefined);

/** What a run on a grant may do in IAM. Throws where its account is not configured. */
function scopeOf(
  { configuration }: ProvisionerPorts,
  { grant, grantId }: GrantStream,
  deadline: EpochMilliseconds,
): IamScope {
  if (!grant) throw new Error(`there is no grant ${grantId}`);
  const { intent } = grant.request;
  const account = configuredAccount(configuration.accounts, intent.account);
  return {
    account,
    grantId: grant.id,
    roleName: intent.roleName,
    providerArn: providerArn(account, intent.workspace.slug),
    deadline,
  };
}

/** The account of a grant. Throws where it is no longer configured: its roles cannot be reached. */
export function configuredAccount(accounts: readonly Account[], accountId: AccountId): Account {
  const account = findAccount(accounts, accountId);
  if (account) return account;
  throw new PortError(
    'IAM',
    'REJECTED',
    `Account ${accountId} is not configured; its roles cannot be reached. Have an administrator add it to the configuration again.`,
  );
}

/** Keeps the checkpoint of a stream where one is due. Returns the stream from there on. */
async function keepCheckpoint(ports: ProvisionerPorts, stream: GrantStream): Promise<GrantStream> {
  const due = owesCheckpoint(stream) ? dueCheckpoint(stream) : undefined;
  if (!due) return stream;
  try {
    await ports.checkpoints.keep(due);
  } catch (error) {
    ports.reportUnkept(stream.grantId, error);
    return stream;
  }
  return { ...stream, ...fromCheckpoint(stream, due) };
}

/** The provisioner's events belong to the request that it works on: they carry its correlation id and endpoint. */
const causeOf = ({ correlationId, entryPoint }: GrantEvent) => ({
  principal: PROVISIONER,
  correlationId,
  entryPoint,
});
