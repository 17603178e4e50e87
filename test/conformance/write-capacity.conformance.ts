import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamodbEventLog } from '../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../adapters/dynamodb/grant-table.ts';
import type { GrantId } from '../../domain/shared/identifiers.ts';
import { provisionGrant } from '../../domain/use-cases/provisioning/invocation/provision-grant.ts';
import { requestGrant } from '../../domain/use-cases/requests/request-grant.ts';
import { revokeGrant } from '../../domain/use-cases/requests/revoke-grant.ts';
import { createTables } from '../../sandbox/dynamodb/server.ts';
import { useAwsEnvironment } from '../support/adapters/environment.ts';
import { eventsTable, grantsTable } from '../support/adapters/tables.ts';
import { grantRequest, platform, World } from '../support/domain/fakes/fakes.ts';
import { GRANT_ID } from '../support/domain/samples.ts';
import { startDynamodbLocal } from '../support/dynamodb-local.ts';
import { asEpoch } from '../support/identifiers.ts';
import { type MeteredCall, meteredClient, unitsOf } from '../support/stores/metered.ts';

// AWS's own engine counts what each index costs, of updates; of a PartiQL INSERT it says nothing, so an event's units are
// worked out from its size: one for each KB of the item, and one for each of the four indexes, whose entries are small.
const EVENT_INDEXES = 4;

let engine: Awaited<ReturnType<typeof startDynamodbLocal>>;

beforeAll(async () => {
  engine = await startDynamodbLocal();
  useAwsEnvironment({ dynamodb: engine.url });
  await createTables(engine.url, [eventsTable('events'), grantsTable('grants')]);
}, 60_000);

afterAll(() => engine.close());

const updates = (calls: readonly MeteredCall[]) =>
  calls.filter(({ operation }) => operation === 'UpdateItem');

test('a new grant and its revoke write within their budget of capacity units', async () => {
  const { client, calls } = meteredClient();
  const world = new World();
  const log = dynamodbEventLog(client, 'events');
  const grants = dynamodbGrantTable(client, 'grants');
  const sizes: number[] = [];
  const stores = {
    grants,
    log: {
      ...log,
      append: (event: Parameters<typeof log.append>[0]) => {
        // The attributes that the event is found by add about 300 bytes.
        sizes.push(JSON.stringify(event).length + 300);
        return log.append(event);
      },
    },
  };
  const provision = (grantId: GrantId) =>
    provisionGrant(
      { ...world.provisionerPorts, ...stores },
      {
        grantId,
        owner: `run-${calls.length}`,
        deadline: asEpoch(world.clock.now() + 25_000),
        leaseUntil: asEpoch(world.clock.now() + 90_000),
      },
    );
  const ports = { ...world.requestPorts, ...stores, provisioner: { run: provision } };
  const context = { caller: platform, entryPoint: 'http' as const, dryRun: false };
  const spent = () => {
    const rows = updates(calls.splice(0));
    const events = sizes.splice(0).map((size) => Math.ceil(size / 1024) + EVENT_INDEXES);
    return { rows: unitsOf(rows), events: events.reduce((sum, units) => sum + units, 0) };
  };

  const made = await requestGrant(ports, grantRequest(), { ...context, correlationId: 'request-1' });
  expect(made).toMatchObject({ ok: true, value: { grant: { state: 'active' } } });
  const created = spent();
  world.clock.advance(60_000);
  const ended = await revokeGrant(ports, GRANT_ID, { ...context, correlationId: 'request-2' });
  expect(ended).toMatchObject({ ok: true, value: { grant: { state: 'revoked' } } });
  const revoked = spent();
  // Before the indexes held entries only: 34 and 36 units, 50 and 16, with three filters instead of twelve.
  expect([created, revoked]).toEqual([
    { rows: 37, events: 33 },
    { rows: 33, events: 20 },
  ]);
  client.destroy();
}, 60_000);
