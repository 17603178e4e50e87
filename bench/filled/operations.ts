import type { Grant } from '../../domain/grants/grant.ts';
import type { StreamId } from '../../domain/shared/identifiers.ts';
import type { Caller } from '../../domain/shared/principal.ts';
import type { Instant } from '../../domain/shared/time.ts';
import { instantSchema, later, toInstant } from '../../domain/shared/time.ts';
import { loadStream } from '../../domain/use-cases/grant-stream.ts';
import { auditEvents, type EventSearch } from '../../domain/use-cases/reading/audit-events.ts';
import { type GrantSearch, listGrants } from '../../domain/use-cases/reading/list-grants.ts';
import { reconcile } from '../../domain/use-cases/reconcile.ts';
import { requestGrant } from '../../domain/use-cases/requests/request-grant.ts';
import { revokeGrant } from '../../domain/use-cases/requests/revoke-grant.ts';
import type { FilledWorld } from './world.ts';

/** Who performs the operations: may do everything. */
export const ADMINISTRATOR: Caller = {
  principal: { kind: 'person', id: 'ada@acme.example' },
  groups: ['platform'],
};

/** An operation on filled tables. `run` returns how many items it showed. */
export type FilledOperation = { name: string; run(): Promise<number> };

const PAGE = 25;
const PASS_MS = 270_000;
const START = instantSchema.parse('2026-01-01T00:00:00.000Z');
const LONG_AGO = instantSchema.parse('2020-01-01T00:00:00.000Z');

/** Reads a grant for a decision. Returns how many events were read. */
export const readGrant = async (ports: FilledWorld['ports'], id: StreamId): Promise<number> =>
  (await loadStream(ports, id)).events.length;

/** Every read, list, filter, search and pass at rest. `own` is one of the few grants that the filters are for. */
export function readingOperations({ ports }: FilledWorld, own: Grant, other: Grant): FilledOperation[] {
  const { intent } = own.request;
  const tomorrow = toInstant(later(ports.clock.now(), 86_400_000));
  const list = (name: string, filter: GrantSearch['filter']): FilledOperation => ({
    name: `list, ${name}`,
    run: async () => (await listGrants(ports, ADMINISTRATOR, { filter, limit: PAGE })).grants.length,
  });
  const search = (name: string, asked: Partial<EventSearch>): FilledOperation => ({
    name: `audit, ${name}`,
    run: async () => {
      const span = { from: START, to: tomorrow, limit: PAGE };
      const page = await auditEvents(ports, ADMINISTRATOR, { ...span, ...asked });
      if (!page.ok) throw new Error(page.problem.detail);
      return page.value.events.length;
    },
  });
  return [
    { name: 'read one grant', run: () => readGrant(ports, other.id) },
    {
      name: 'limit of live grants',
      run: async () => (await ports.grants.listLive(intent.repository.uuid, intent.account)).length,
    },
    list('no filter', {}),
    list('repository by UUID', { repository: intent.repository.uuid }),
    list('repository by name', { repository: intent.repository.fullName }),
    list('project by UUID', { project: intent.project?.uuid ?? '' }),
    list('project by key', { project: intent.project?.key ?? '' }),
    list('environment by UUID', { environment: intent.environment?.uuid ?? '' }),
    list('environment by name', { environment: intent.environment?.name ?? '' }),
    list('state', { state: 'pending' }),
    list('waiting', { waiting: true }),
    list('template', { template: intent.template.name }),
    list('account', { account: intent.account }),
    list('requestedBy', { requestedBy: 'person:person-1@acme.example' }),
    list('expiresBefore', { expiresBefore: '2099-01-01T00:00:00.000Z' as Instant }),
    list('drift', { drift: true }),
    list('hold', { hold: true }),
    search('no filter', {}),
    search('a type', { type: 'GrantRequested' }),
    search('an absent type', { type: 'GrantRejected' }),
    search('a principal', { principal: 'person:person-1@acme.example' }),
    search('an absent principal', { principal: 'person:absent@acme.example' }),
    search('a repository by UUID', { repository: other.request.intent.repository.uuid }),
    // The own grants are older than all others.
    search('a repository by name', { repository: intent.repository.fullName, from: LONG_AGO }),
    search('a stream', { stream: other.id }),
    search('a day without events', { to: instantSchema.parse('2026-01-02T00:00:00.000Z') }),
    search('a page of an export', { limit: 100 }),
    { name: 'reconcile at rest', run: async () => (await passOf(ports)).due },
  ];
}

/** One pass of the reconciler. Throws the first failure. */
export function passOf(ports: FilledWorld['ports'], deadlineMs = PASS_MS) {
  const fail = (_: unknown, error?: unknown) => {
    throw error ?? new Error('an unreadable grant was met');
  };
  return reconcile(
    { ...ports, worker: { handOn: async () => {} }, reportFailure: fail, reportStopped: fail },
    { correlationId: 'bench', deadline: later(ports.clock.now(), deadlineMs) },
  );
}

/** A new grant, the same request again, and its revoke, in a repository of that name, which has no grant: what a repository had
 *  before is read with each new grant of it. */
export function writingOperations({ ports }: FilledWorld, name: string): FilledOperation[] {
  const context = { caller: ADMINISTRATOR, entryPoint: 'http' as const, dryRun: false, correlationId: name };
  let grantId = '';
  const ask = async () => {
    const request = {
      repository: `acme/${name}`,
      template: 's3-static-site',
      parameters: { bucket: 'web-site' },
      name,
    };
    const answer = await requestGrant(ports, request, context);
    if (!answer.ok || !('grant' in answer.value)) throw new Error(JSON.stringify(answer));
    grantId = answer.value.grant.id;
    return 1;
  };
  return [
    { name: 'new grant', run: ask },
    { name: 'the same request again', run: ask },
    {
      name: 'revoke',
      run: async () => {
        // A hold would stay, and be listed at the next size.
        const answer = await revokeGrant(ports, grantId, { ...context, withoutHold: true });
        if (!answer.ok) throw new Error(answer.problem.detail);
        return 1;
      },
    },
  ];
}
