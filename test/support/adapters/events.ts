import { eventHash, type GrantEvent, type NewEvent, ZERO_HASH } from '../../../domain/grants/event.ts';
import type { Grant, PendingGrant } from '../../../domain/grants/grant.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import type {
  AccountId,
  EnvironmentUuid,
  GrantId,
  ProjectUuid,
  RepositoryUuid,
  StreamId,
} from '../../../domain/shared/identifiers.ts';
import type { Principal } from '../../../domain/shared/principal.ts';
import type { Instant } from '../../../domain/shared/time.ts';
import { asAccountId, asGrantId, asInstant, asRepositoryUuid, asWorkspaceUuid } from '../identifiers.ts';

export const ACCOUNT = asAccountId('111122223333');

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The id of the grant with this number: distinct up to a million. */
export function grantIdNumber(n: number): GrantId {
  const digits = [n >> 15, n >> 10, n >> 5, n].map((part) => ALPHABET[part & 31] ?? 'a').join('');
  return asGrantId(`gr_${digits.padStart(26, 'a')}`);
}

/** The UUID of the repository with this number. */
export const repositoryNumber = (n: number): RepositoryUuid =>
  asRepositoryUuid(`{1de489be-ce6a-42a0-a8c8-${n.toString(16).padStart(12, '0')}}`);

export const ada: Principal = { kind: 'person', id: 'ada@acme.example' };

export type EventFields = {
  grantId?: StreamId;
  seq?: number;
  at?: Instant;
  principal?: Principal;
  repositoryUuid?: RepositoryUuid;
  prevHash?: string;
  correlationId?: string;
  event?: NewEvent;
};

/** An event whose hash is right; what is not given is the same in all. */
export function eventOf(fields: EventFields = {}): GrantEvent {
  const repository = { uuid: fields.repositoryUuid ?? repositoryNumber(1), fullName: 'acme/shop' };
  const payload: NewEvent = fields.event ?? { type: 'GrantRevoked', data: { repository, account: ACCOUNT } };
  const event = {
    grantId: fields.grantId ?? grantIdNumber(1),
    seq: fields.seq ?? 1,
    at: fields.at ?? asInstant('2026-11-23T09:00:00.000Z'),
    principal: fields.principal ?? ada,
    correlationId: fields.correlationId ?? 'request-1',
    entryPoint: 'http' as const,
    prevHash: fields.prevHash ?? ZERO_HASH,
    ...payload,
  };
  return { ...event, hash: eventHash(event) };
}

/** A whole stream: one event for each of the given, in order, chained. */
export function streamOf(grantId: GrantId, events: EventFields[]): GrantEvent[] {
  const stream: GrantEvent[] = [];
  for (const [n, fields] of events.entries()) {
    const prevHash = stream.at(-1)?.hash ?? ZERO_HASH;
    stream.push(eventOf({ ...fields, grantId, seq: n + 1, prevHash }));
  }
  return stream;
}

export type GrantFields = {
  n?: number;
  state?: Grant['state'];
  repositoryUuid?: RepositoryUuid;
  names?: string[];
  template?: string;
  account?: AccountId;
  updatedAt?: Instant;
  project?: { key: string; uuid: ProjectUuid } | undefined;
  environment?: { uuid: EnvironmentUuid; name: string } | undefined;
  requestedBy?: Principal;
  expiresAt?: Instant | undefined;
};

/** What a request for a grant asks. */
export const intentWith = ({
  repositoryUuid,
  names,
  template,
  account,
  project,
  environment,
}: GrantFields = {}): GrantIntent => ({
  ...(project ? { project } : {}),
  ...(environment ? { environment } : {}),
  repository: {
    uuid: repositoryUuid ?? repositoryNumber(1),
    fullName: names?.at(-1) ?? 'acme/shop',
  },
  account: account ?? ACCOUNT,
  workspace: { slug: 'acme', uuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}') },
  template: { name: template ?? 's3-static-site', version: 'a'.repeat(16) },
  name: 'default',
  parameters: { bucket: 'shop-site', note: 'Größe „100 %“ \u2028 \ud83d\ude80' },
  roleName: 'rw-shop-s3-static-site-hrq6egvaok64',
  maxSessionDuration: 3600,
  trustPolicyHash: 'b'.repeat(64),
  permissionsPolicyHash: 'c'.repeat(64),
});

/** What a grant in each state has besides. */
function ofState(state: Grant['state'], core: Omit<PendingGrant, 'state'>): Grant {
  const announcedAt = core.request.at;
  const role = { name: 'rw-shop', arn: 'arn:aws:iam::111122223333:role/rolewright/rw-shop', announcedAt };
  const confirmed = { ...role, id: 'AROAEXAMPLE0000000001', confirmedAt: announcedAt };
  const documents = { trustPolicy: { Version: 't' }, permissionsPolicy: { Version: 'p' } };
  switch (state) {
    case 'active':
      return { ...core, state, role: confirmed, documents };
    case 'frozen': {
      const frozen = { by: ada, at: announcedAt, reason: 'Looks wrong', cause: 'person' as const };
      return { ...core, state, role: { ...confirmed, disabled: true }, documents, frozen };
    }
    case 'revoking':
      return { ...core, state, role: { ...confirmed, disabled: true }, documents };
    case 'provisioning':
      return { ...core, state, role };
    default:
      return { ...core, state };
  }
}

/** A grant as the read model keeps it. */
export const grantOf = (fields: GrantFields = {}): Grant =>
  ofState(fields.state ?? 'active', {
    id: grantIdNumber(fields.n ?? 1),
    request: {
      seq: 1,
      at: asInstant('2026-11-23T09:00:00.000Z'),
      intent: intentWith(fields),
      intentHash: 'd'.repeat(64),
      planHash: 'e'.repeat(64),
      approval: 'none',
      requestedBy: fields.requestedBy ?? ada,
    },
    ...(fields.expiresAt === undefined ? {} : { expiresAt: fields.expiresAt }),
    termSince: asInstant('2026-11-23T09:00:00.000Z'),
    requesters: [fields.requestedBy ?? ada],
    lifetimeSetBy: fields.requestedBy ?? ada,
    repositoryNames: fields.names ?? ['acme/shop'],
    createdAt: asInstant('2026-11-23T09:00:00.000Z'),
    updatedAt: fields.updatedAt ?? asInstant('2026-11-23T09:00:00.000Z'),
  });
