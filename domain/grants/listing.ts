import * as z from 'zod';
import {
  type AccountId,
  accountIdSchema,
  type EnvironmentUuid,
  type GrantId,
  type ProjectUuid,
  type RepositoryUuid,
  repositoryUuidSchema,
  type StreamId,
  type WorkspaceUuid,
} from '../shared/identifiers.ts';
import type { Instant } from '../shared/time.ts';
import type { EventFields } from './event.ts';
import { type Grant, isLive, waitingRequest } from './grant.ts';

/** The kinds of partitions that lists of grants are read by. `target` is one deployment environment, or what is
 *  repository-wide in one repository. `waitingInProject` are the waiting grants of one project, `drift` those that show a finding, and `hold` those that are held. */
export const grantPartitions = [
  'all',
  'repository',
  'target',
  'environment',
  'project',
  'state',
  'template',
  'account',
  'requester',
  'waiting',
  'waitingInProject',
  'expiry',
  'drift',
  'hold',
] as const;

/** See `grantPartitions`. */
export type GrantPartitionKind = (typeof grantPartitions)[number];

/** One partition. `value` is empty where the kind has a single partition; of `expiry` it is the time before which grants end. */
export type GrantPartition = { by: GrantPartitionKind; value: string };

/** What a list knows of a grant before its row is read: enough to filter and to authorise it. */
export type GrantEntry = {
  grantId: GrantId;
  updatedAt: Instant;
  state: string;
  workspaceUuid: WorkspaceUuid;
  projectUuid?: ProjectUuid | undefined;
  repositoryUuid: RepositoryUuid;
  environment?: { uuid: EnvironmentUuid; name: string } | undefined;
  template: string;
  account: AccountId;
  /** `kind:id`. */
  requestedBy: string;
  isWaiting: boolean;
  hasDrift: boolean;
  isHeld: boolean;
  expiresAt?: Instant | undefined;
};

/** The entry of a grant. */
export function entryOf(grant: Grant): GrantEntry {
  const { intent, requestedBy } = grant.request;
  return {
    grantId: grant.id,
    updatedAt: grant.updatedAt,
    state: grant.state,
    workspaceUuid: intent.workspace.uuid,
    projectUuid: intent.project?.uuid,
    repositoryUuid: intent.repository.uuid,
    environment: intent.environment,
    template: intent.template.name,
    account: intent.account,
    requestedBy: `${requestedBy.kind}:${requestedBy.id}`,
    isWaiting: waitingRequest(grant) !== undefined,
    hasDrift: grant.drift !== undefined,
    isHeld: grant.hold !== undefined,
    ...(grant.expiresAt !== undefined && isLive(grant.state) ? { expiresAt: grant.expiresAt } : {}),
  };
}

/** The value of a `target` partition: an environment's UUID, which is unique across repositories, or the repository's
 *  UUID and `*`. */
export const targetOf = (
  repositoryUuid: RepositoryUuid,
  environmentUuid: EnvironmentUuid | undefined,
): string => environmentUuid ?? `${repositoryUuid}*`;

/** The value of an entry in each kind of partition; undefined where the grant is in none of that kind. */
export function partitionValues(entry: GrantEntry): Record<GrantPartitionKind, string | undefined> {
  const { repositoryUuid, environment, projectUuid, isWaiting } = entry;
  return {
    all: '',
    repository: repositoryUuid,
    target: targetOf(repositoryUuid, environment?.uuid),
    environment: environment?.name,
    project: projectUuid,
    state: entry.state,
    template: entry.template,
    account: entry.account,
    requester: entry.requestedBy,
    waiting: isWaiting ? '' : undefined,
    waitingInProject: isWaiting ? projectUuid : undefined,
    expiry: entry.expiresAt === undefined ? undefined : '',
    drift: entry.hasDrift ? '' : undefined,
    hold: entry.isHeld ? '' : undefined,
  };
}

/** True for the kind of partition that is read in ascending order: of what ends, the soonest first. */
export const isAscending = ({ by }: Pick<GrantPartition, 'by'>): boolean => by === 'expiry';

/** Where an entry is sorted in a kind of partition; unique. By its latest change, or by its end. */
export const positionOf = (by: GrantPartitionKind, { grantId, updatedAt, expiresAt }: GrantEntry): string =>
  `${by === 'expiry' ? expiresAt : updatedAt}#${grantId}`;

/** The kinds of partitions that the audit log is read by. */
export type EventPartition =
  | { by: 'all' }
  | { by: 'repository'; value: RepositoryUuid }
  | { by: 'principal' | 'type'; value: string }
  | { by: 'stream'; value: StreamId };

/** What a search knows of an event before it is read: enough to filter and to authorise it. */
export type EventEntry = {
  grantId: StreamId;
  seq: number;
  at: Instant;
  type: string;
  repositoryUuid: RepositoryUuid;
  account: AccountId;
  /** `kind:id`. */
  principal: string;
};

/** The repository and account of an event that names none. No access rule can name them. */
export const NO_TARGET = {
  repositoryUuid: repositoryUuidSchema.parse('{00000000-0000-0000-0000-000000000000}'),
  account: accountIdSchema.parse('000000000000'),
};

const repositorySchema = z.object({ repository: z.object({ uuid: repositoryUuidSchema }) });
const accountSchema = z.object({ account: accountIdSchema });

/** The entry of an event. Where it names no repository, or no account, that of `NO_TARGET` is in its place. */
export function eventEntryOf({ grantId, seq, at, type, principal, data }: EventFields): EventEntry {
  return {
    grantId,
    seq,
    at,
    type,
    repositoryUuid: repositorySchema.safeParse(data).data?.repository.uuid ?? NO_TARGET.repositoryUuid,
    account: accountSchema.safeParse(data).data?.account ?? NO_TARGET.account,
    principal: `${principal.kind}:${principal.id}`,
  };
}

/** Where an event is sorted: by its time, its stream and its place there; unique. */
export const eventPosition = ({ at, grantId, seq }: Pick<EventEntry, 'at' | 'grantId' | 'seq'>): string =>
  `${at}#${grantId}#${String(seq).padStart(9, '0')}`;
