import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamodbEventLog } from '../../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../../adapters/dynamodb/grant-table.ts';
import { auditEvents } from '../../../domain/use-cases/reading/audit-events.ts';
import { type GrantSearch, listGrants } from '../../../domain/use-cases/reading/list-grants.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { forEachItem } from '../../support/adapters/batches.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import {
  eventOf,
  type GrantFields,
  grantIdNumber,
  grantOf,
  repositoryNumber,
} from '../../support/adapters/events.ts';
import { eventsTable, grantsTable } from '../../support/adapters/tables.ts';
import { platform, World } from '../../support/domain/fakes/fakes.ts';
import { present } from '../../support/domain/samples.ts';
import {
  asAccountId,
  asEnvironmentUuid,
  asInstant,
  asProjectUuid,
  asRepositoryUuid,
} from '../../support/identifiers.ts';
import { type MeteredCall, meteredClient, unitsOf } from '../../support/stores/metered.ts';

const OWN = 5;
const PROJECT = asProjectUuid(repositoryNumber(100));
const SIZES = [50, 500];
const span = { from: asInstant('2026-01-01T00:00:00.000Z'), to: asInstant('2027-01-01T00:00:00.000Z') };
const build = { kind: 'service' as const, id: 'nightly:build' };

/** What every filter below asks for: five grants, which changed before all others. */
const own = (n: number): GrantFields => ({
  n,
  state: 'pending',
  repositoryUuid: repositoryNumber(1),
  project: { key: 'SHOP', uuid: PROJECT },
  environment: { uuid: asEnvironmentUuid(repositoryNumber(200)), name: 'Production' },
  template: 'ecr-push',
  account: asAccountId('444455556666'),
  requestedBy: build,
  expiresAt: asInstant(`2026-12-0${n + 1}T00:00:00.000Z`),
  updatedAt: asInstant(`2026-11-01T00:00:0${n}.000Z`),
});

const foreign = (n: number): GrantFields => ({
  n,
  repositoryUuid: repositoryNumber(1000 + n),
  names: [`acme/other-${n}`],
  project: { key: 'WEB', uuid: asProjectUuid(repositoryNumber(101)) },
  environment: { uuid: asEnvironmentUuid(repositoryNumber(5000 + n)), name: 'Staging' },
  expiresAt: asInstant('2027-06-01T00:00:00.000Z'),
  updatedAt: asInstant(`2026-11-${10 + (n % 19)}T00:00:00.000Z`),
});

const filters: [string, GrantSearch['filter']][] = [
  ['repository by UUID', { repository: repositoryNumber(1) }],
  ['repository by name', { repository: 'acme/shop' }],
  ['project by UUID', { project: repositoryNumber(100) }],
  ['project by key', { project: 'SHOP' }],
  ['environment by UUID', { environment: repositoryNumber(200) }],
  ['environment by name', { environment: 'Production' }],
  ['state', { state: 'pending' }],
  ['waiting', { waiting: true }],
  ['template', { template: 'ecr-push' }],
  ['account', { account: asAccountId('444455556666') }],
  ['requestedBy', { requestedBy: 'service:nightly:build' }],
  ['expiresBefore', { expiresBefore: asInstant('2026-12-31T00:00:00.000Z') }],
  ['waiting in a project', { waiting: true, project: 'SHOP' }],
];

const searches = [
  ['a type', { type: 'GrantRejected' }],
  ['an absent type', { type: 'GrantApproved' }],
  ['a principal', { principal: 'service:nightly:build' }],
  ['a repository by UUID', { repository: repositoryNumber(1) }],
  ['a repository by name', { repository: 'acme/shop' }],
  ['a stream', { stream: grantIdNumber(0) }],
  ['a time that holds nothing', { to: asInstant('2026-02-01T00:00:00.000Z') }],
] as const;

let sandbox: DynamodbSandbox;
const metered: Record<number, ReturnType<typeof storesOf>> = {};

function storesOf(size: number) {
  const { client, calls } = meteredClient();
  const log = dynamodbEventLog(client, `events-${size}`);
  const grants = dynamodbGrantTable(client, `grants-${size}`);
  return { client, calls, ports: { ...new World().requestPorts, log, grants } };
}

beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
  for (const size of [0, ...SIZES]) {
    await createTables(sandbox.url, [eventsTable(`events-${size}`), grantsTable(`grants-${size}`)]);
    const stores = storesOf(size);
    metered[size] = stores;
    if (size > 0) await fill(stores, size);
  }
}, 120_000);

afterAll(async () => {
  for (const { client } of Object.values(metered)) client.destroy();
  await sandbox.close();
});

async function fill({ ports: { grants, log } }: ReturnType<typeof storesOf>, size: number) {
  const numbers = Array.from({ length: size }, (_, n) => n);
  await grants.rememberNames([
    { kind: 'repository', name: 'acme/shop', uuid: repositoryNumber(1) },
    { kind: 'project', name: 'SHOP', uuid: PROJECT },
  ]);
  await forEachItem(numbers, async (n) => {
    const fields = n < OWN ? own(n) : foreign(n);
    await grants.project({ grantId: grantIdNumber(n), seq: 1, grant: grantOf(fields) });
    const repository = { uuid: present(fields.repositoryUuid), fullName: 'acme/shop' };
    const data = { repository, account: asAccountId('111122223333') };
    const at = { grantId: grantIdNumber(n), at: present(fields.updatedAt) };
    if (n < OWN) {
      const rejected = { type: 'GrantRejected' as const, data: { ...data, planHash: 'd'.repeat(64) } };
      await log.append(eventOf({ ...at, principal: build, event: rejected }));
    } else await log.append(eventOf({ ...at, event: { type: 'GrantRevoked', data } }));
  });
}

/** The calls of one search in a table of that size. */
async function callsOf(
  size: number,
  search: (ports: ReturnType<typeof storesOf>['ports']) => Promise<number>,
) {
  const stores = metered[size];
  if (!stores) throw new Error('no such size');
  stores.calls.splice(0);
  const found = await search(stores.ports);
  return { found, calls: stores.calls.splice(0) };
}

const countOf = (calls: readonly MeteredCall[], operation: string) =>
  calls.filter((call) => call.operation === operation).length;

describe('a list of grants', () => {
  test.each(filters)(
    'by %s costs at most three queries and twice the units of its rows, at any size',
    async (_, filter) => {
      const search = async ({ grants, ...ports }: Parameters<typeof listGrants>[0]) =>
        (await listGrants({ ...ports, grants }, platform, { filter, limit: 25 })).grants.length;
      const [small, large] = await Promise.all(SIZES.map((size) => callsOf(size, search)));
      expect([small?.found, large?.found]).toEqual([OWN, OWN]);
      const calls = large?.calls ?? [];
      expect(calls).toEqual(small?.calls);
      expect(countOf(calls, 'Query')).toBeLessThanOrEqual(3);
      const rows = unitsOf(calls.filter(({ operation }) => operation === 'BatchGetItem'));
      expect(unitsOf(calls.filter(({ operation }) => operation !== 'GetItem'))).toBeLessThanOrEqual(2 * rows);
    },
  );

  test('without a filter reads one row for each that it shows, and once which of their repositories were ever held', async () => {
    const search = async (ports: Parameters<typeof listGrants>[0]) =>
      (await listGrants(ports, platform, { filter: {}, limit: 25 })).grants.length;
    const [small, large] = await Promise.all(SIZES.map((size) => callsOf(size, search)));
    expect([small?.found, large?.found]).toEqual([25, 25]);
    const operations = [small, large].map((one) => one?.calls.map(({ operation }) => operation));
    expect(operations[1]).toEqual(operations[0]);
    // A page of entries is rounded up to half a unit.
    expect(unitsOf(large?.calls ?? [])).toBeLessThanOrEqual(unitsOf(small?.calls ?? []) + 1);
    expect(countOf(large?.calls ?? [], 'Query')).toBe(2);
    // Half a unit for each of 25 rows, and for the one item of the repositories that were ever held.
    const read = unitsOf((large?.calls ?? []).filter(({ operation }) => operation === 'BatchGetItem'));
    expect(read).toBe(13);
    expect(unitsOf(large?.calls ?? [])).toBeLessThanOrEqual(2 * 12.5);
  });
});

test('a list reads the hold of each of its repositories that was ever held, and of no other', async () => {
  const held = { by: build, at: asInstant('2026-11-20T00:00:00.000Z'), reason: 'Leaked' };
  const uuids = [1001, 1002, 1003].map((n) => asRepositoryUuid(repositoryNumber(n)));
  const [now, before] = uuids;
  const { grants } = present(metered[0]).ports;
  await grants.markRepositoryHold(present(now), { seq: 1, hold: held });
  await grants.markRepositoryHold(present(before), { seq: 1, hold: held });
  await grants.markRepositoryHold(present(before), { seq: 2, hold: undefined });
  const found = await callsOf(0, async (ports) => (await ports.grants.repositoryHolds(uuids)).size);
  expect(found).toEqual({
    found: 1,
    calls: [
      { operation: 'BatchGetItem', units: 0.5 },
      { operation: 'BatchGetItem', units: 1 },
    ],
  });
});

describe('a search of the audit log', () => {
  const searchOf = (filter: object) => async (ports: Parameters<typeof auditEvents>[0]) => {
    const page = await auditEvents(ports, platform, { ...span, ...filter, limit: 25 });
    return page.ok ? page.value.events.length : -1;
  };

  test.each(searches)('for %s costs the same handful of calls at any size', async (_, filter) => {
    const [small, large] = await Promise.all(SIZES.map((size) => callsOf(size, searchOf(filter))));
    expect(large?.found).toBe(small?.found);
    expect(large?.calls).toEqual(small?.calls);
    expect(large?.calls.length).toBeLessThanOrEqual(4);
  });

  test('of an empty log costs two calls', async () => {
    expect(await callsOf(0, searchOf({}))).toMatchObject({ found: 0, calls: [{}, {}] });
  });

  test('reads each event once, whatever the number of pages', async () => {
    const stores = metered[500];
    if (!stores) throw new Error('no such size');
    const read: string[] = [];
    const log: typeof stores.ports.log = {
      ...stores.ports.log,
      read: (entries) => {
        read.push(...entries.map(({ grantId, seq }) => `${grantId}/${seq}`));
        return stores.ports.log.read(entries);
      },
    };
    let after: string | undefined;
    let shown = 0;
    do {
      const page = await auditEvents({ ...stores.ports, log }, platform, { ...span, limit: 100, after });
      if (!page.ok) throw new Error('the audit was refused');
      shown += page.value.events.length;
      after = page.value.next;
    } while (after !== undefined);
    expect([shown, read.length, new Set(read).size]).toEqual([500, 500, 500]);
  });
});
