import {
  type AttributeValue,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GrantEvent } from '../../../domain/grants/event.ts';
import { ROW_VERSION } from '../../../domain/grants/row.ts';
import type { Caller } from '../../../domain/shared/principal.ts';
import { freezeGrant } from '../../../domain/use-cases/containment/freeze-grant.ts';
import { listGrants } from '../../../domain/use-cases/reading/list-grants.ts';
import { grantEvents, readableGrant } from '../../../domain/use-cases/reading/read-grants.ts';
import { ada, Stage } from '../../support/crash/world/stage.ts';
import { mintTokens } from '../../support/crash/world/tokens.ts';
import { CrashWorld } from '../../support/crash/world/world.ts';
import { personOf } from '../../support/domain/samples.ts';
import { newerEvent } from '../../support/domain/streams/broken-streams.ts';

type Item = Record<string, AttributeValue>;

const HOUR_MS = 3_600_000;
const grace: Caller = { principal: personOf('grace@acme.example'), groups: ['platform'] };

let world: CrashWorld;
let client: DynamoDBClient;
let tokens: Awaited<ReturnType<typeof mintTokens>>;
beforeAll(async () => {
  world = await CrashWorld.start();
  tokens = await mintTokens(world.standIns.bitbucketUrl);
  client = new DynamoDBClient({
    endpoint: world.standIns.dynamodbUrl,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'newer', secretAccessKey: 'newer' },
  });
});
afterAll(async () => {
  client.destroy();
  await world.stop();
});

/** A grant that the version after this one has worked on: an event of a type, and a row of a shape, that this version does not
 *  know. */
async function writtenByNewer(name: string, isEventKnown = false): Promise<Stage> {
  const stage = new Stage(world, tokens, name);
  expect(await stage.request({ expiresIn: 'PT2H' })).toMatchObject({ status: 201 });
  const last = (await world.storage.events(stage.grantId)).at(-1) as GrantEvent;
  const event = newerEvent(last);
  if (!isEventKnown) {
    const Item: Item = {
      grantId: { S: stage.grantId },
      seq: { N: String(event.seq) },
      event: { S: JSON.stringify(event) },
    };
    await client.send(new PutItemCommand({ TableName: 'rolewright-sandbox-events', Item }));
  }
  const row = await world.storage.row(stage.grantId);
  const grant = { ...JSON.parse(row?.grant?.S ?? '{}'), state: 'transferred', handedTo: 'web' };
  const entry = { ...JSON.parse(row?.entry?.S ?? '{}'), handedTo: 'web' };
  await client.send(
    new UpdateItemCommand({
      TableName: 'rolewright-sandbox-grants',
      Key: { grantId: { S: stage.grantId } },
      UpdateExpression: 'SET v = :v, #grant = :grant, entry = :entry, #seq = :seq, handedTo = :to',
      ExpressionAttributeNames: { '#grant': 'grant', '#seq': 'seq' },
      ExpressionAttributeValues: {
        ':v': { N: String(ROW_VERSION + 1) },
        ':grant': { S: JSON.stringify(grant) },
        ':entry': { S: JSON.stringify(entry) },
        ':seq': { N: String(isEventKnown ? last.seq : event.seq) },
        ':to': { S: 'web' },
      },
    }),
  );
  return stage;
}

const rowOf = (stage: Stage) => world.storage.row(stage.grantId);
const eventsOf = (stage: Stage) => world.storage.events(stage.grantId);
const isThere = (stage: Stage) => world.aws.state().roles.find(({ arn }) => arn === stage.roleArn);

test('an older version lists and shows what a newer one wrote, and changes nothing of it', async () => {
  for (const isEventKnown of [false, true]) {
    const stage = await writtenByNewer(`shown-${isEventKnown}`, isEventKnown);
    const [row, events] = [await rowOf(stage), await eventsOf(stage)];
    const listed = await world.request((ports) =>
      listGrants(ports, ada, { filter: { repository: 'acme/shop' }, limit: 100 }),
    );
    expect(listed !== 'died' && listed.grants.find(({ id }) => id === stage.grantId)).toMatchObject({
      state: 'active',
    });
    const shown = await world.request((ports) => readableGrant(ports, stage.grantId, ada));
    expect(shown).toMatchObject({ ok: true, value: { id: stage.grantId } });
    const page = { limit: 100, after: 0 };
    const read = await world.request((ports) =>
      grantEvents(ports, { grantId: stage.grantId, caller: ada }, page),
    );
    expect(read !== 'died' && read.ok && read.value.events).toHaveLength(events.length);
    await world.reconcile();
    expect([await rowOf(stage), await eventsOf(stage)]).toEqual([row, events]);
    await stage.tidy();
  }
});

test('an older version refuses to decide about it, and writes nothing', async () => {
  const stage = await writtenByNewer('decided');
  const [row, events, roles] = [await rowOf(stage), await eventsOf(stage), world.aws.state().roles];
  expect(await stage.request({ parameters: { bucket: 'shop-other' } })).toMatchObject({ code: 'CONFLICT' });
  expect(await stage.request({ expiresIn: 'PT9H' })).toMatchObject({ code: 'CONFLICT' });
  const frozen = await world.request((ports) =>
    freezeGrant(ports, { grantId: stage.grantId, reason: 'looked odd' } as never, {
      caller: grace,
      correlationId: 'freeze-1',
      entryPoint: 'http',
    }),
  );
  expect(frozen).toMatchObject({ ok: false, problem: { code: 'CONFLICT' } });
  expect([await rowOf(stage), await eventsOf(stage), world.aws.state().roles]).toEqual([row, events, roles]);
  await stage.tidy();
});

test('an older version revokes it: the role is closed, and stream and row stay what the newer one wrote', async () => {
  const stage = await writtenByNewer('revoked');
  const [row, events] = [await rowOf(stage), await eventsOf(stage)];
  expect(await stage.revoke()).toMatchObject({ status: 200 });
  expect(isThere(stage)?.boundaryArn).toContain('AWSDenyAll');
  expect([await rowOf(stage), await eventsOf(stage)]).toEqual([row, events]);
  await stage.tidy();
});

test('an end comes under an older version, too, and not before it', async () => {
  const stage = await writtenByNewer('expired');
  const before = { row: await rowOf(stage), events: await eventsOf(stage) };
  world.clock.advance(HOUR_MS);
  await world.reconcile();
  expect(isThere(stage)?.boundaryArn).not.toContain('AWSDenyAll');
  world.clock.advance(HOUR_MS + 1000);
  await world.reconcile();
  expect(isThere(stage)?.boundaryArn).toContain('AWSDenyAll');
  expect(await eventsOf(stage)).toEqual(before.events);
  const { dueAt: _, dueAttempts: __, ...after } = (await rowOf(stage)) ?? {};
  const { dueAt: ___, ...unchanged } = before.row ?? {};
  expect(after).toEqual(unchanged);
  await stage.tidy();
});
