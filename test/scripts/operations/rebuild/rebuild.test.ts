import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readTemplates } from '../../../../adapters/settings/files.ts';
import type { StreamId } from '../../../../domain/shared/identifiers.ts';
import { createTables } from '../../../../sandbox/dynamodb/server.ts';
import {
  compareStream,
  type Finding,
  type RebuildPorts,
  rebuildStream,
  summary,
} from '../../../../scripts/operations/rebuild/rebuild.ts';
import { rowsIn, streamsIn } from '../../../../scripts/operations/rebuild/table-keys.ts';
import { rebuildPorts } from '../../../../scripts/operations/rebuild.ts';
import { eventsTable, grantsTable } from '../../../support/adapters/tables.ts';
import { ada, Stage } from '../../../support/crash/world/stage.ts';
import { mintTokens } from '../../../support/crash/world/tokens.ts';
import { CrashWorld } from '../../../support/crash/world/world.ts';

type Item = Record<string, AttributeValue>;

const EVENTS = 'rolewright-sandbox-events';
const GRANTS = 'rolewright-sandbox-grants';
const HOUR_MS = 3_600_000;

let world: CrashWorld;
let client: DynamoDBClient;
let ports: RebuildPorts;
let limited: Stage;
let ended: Stage;
let exclusive: Stage;
/** The read model before anything was lost. */
let whole: Map<string, Item>;

beforeAll(async () => {
  world = await CrashWorld.start();
  client = new DynamoDBClient({
    endpoint: world.standIns.dynamodbUrl,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'rebuild', secretAccessKey: 'rebuild' },
  });
  const templates = readTemplates(process.cwd());
  ports = rebuildPorts(client, { events: EVENTS, grants: GRANTS }, { templates, clock: world.clock });
  const tokens = await mintTokens(world.standIns.bitbucketUrl);
  limited = new Stage(world, tokens, 'limited', { environment: 'Staging' });
  ended = new Stage(world, tokens, 'ended');
  exclusive = new Stage(world, tokens, 'exclusive', { account: 'staging' });
  expect(await limited.request({ expiresIn: 'PT8H' })).toMatchObject({ status: 201 });
  expect(await ended.request()).toMatchObject({ status: 201 });
  expect(await ended.revoke()).toMatchObject({ status: 200 });
  expect(await exclusive.request()).toMatchObject({ status: 201 });
  whole = await items();
});
afterAll(async () => {
  client.destroy();
  await world.stop();
});
beforeEach(async () => {
  await clear([...(await items()).keys()]);
  for (const item of whole.values()) await client.send(new PutItemCommand({ TableName: GRANTS, Item: item }));
});

async function items(table = GRANTS): Promise<Map<string, Item>> {
  const all = new Map<string, Item>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const item of Items) all.set(item.grantId?.S ?? '', item);
  }
  return all;
}

async function clear(keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += 25) {
    const requests = keys
      .slice(from, from + 25)
      .map((id) => ({ DeleteRequest: { Key: { grantId: { S: id } } } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [GRANTS]: requests } }));
  }
}

async function change(id: string, expression: string, values?: Item): Promise<void> {
  await client.send(
    new UpdateItemCommand({
      TableName: GRANTS,
      Key: { grantId: { S: id } },
      UpdateExpression: expression,
      ...(values ? { ExpressionAttributeValues: values } : {}),
    }),
  );
}

async function each(work: (ports: RebuildPorts, stream: StreamId) => Promise<Finding>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const stream of (await streamsIn(client, EVENTS)).streams) findings.push(await work(ports, stream));
  return findings;
}

/** What a list, a look-up or the reconciler reads of an item. Leases and what awaited which event are of runs, not of the log. */
const shown = (all: Map<string, Item>) =>
  new Map(
    [...all].map(([id, { leaseOwner: _, leaseUntil: __, dueSeq: ___, dueAttempts: ____, ...item }]) => [
      id,
      JSON.stringify(item, Object.keys(item).sort()) + JSON.stringify(Object.entries(item).sort()),
    ]),
  );

const stateOf = (findings: readonly Finding[], { grantId }: Stage) =>
  findings.find(({ stream }) => stream === grantId)?.state;

describe('a rebuild', () => {
  test('of a whole read model finds every row right, and changes nothing', async () => {
    const before = await items();
    const compared = await each(compareStream);
    expect(compared.filter(({ state }) => state !== 'other').map(({ state }) => state)).toEqual([
      'right',
      'right',
      'right',
    ]);
    await each(rebuildStream);
    expect(await items()).toEqual(before);
  });

  test('shows what it would do and writes nothing until then', async () => {
    await clear([limited.grantId]);
    const before = await items();
    expect(summary(await each(compareStream), [])).toEqual([
      expect.stringContaining('2 rows are right'),
      expect.stringContaining('1 rows are missing'),
    ]);
    expect(await items()).toEqual(before);
  });

  test('makes a lost table again, and no end is lost', async () => {
    await clear([...whole.keys()]);
    expect(await items()).toEqual(new Map());
    expect(stateOf(await each(rebuildStream), limited)).toBe('missing');
    expect(shown(await items())).toEqual(shown(whole));
  });

  test('makes what a half table lacks: rows, names, and a repository’s grants', async () => {
    await clear([...whole.keys()].filter((_, n) => n % 2 === 0));
    await each(rebuildStream);
    expect(shown(await items())).toEqual(shown(whole));
    await clear([...whole.keys()].filter((_, n) => n % 2 === 1));
    await each(rebuildStream);
    expect(shown(await items())).toEqual(shown(whole));
  });

  test('corrects a row whose content, keys or version are not the log’s', async () => {
    const id = limited.grantId;
    await change(id, 'SET inState = :x, v = :v REMOVE entry', { ':x': { S: 'revoked#1' }, ':v': { N: '1' } });
    await change(ended.grantId, 'SET expiry = :x', { ':x': { S: '1' } });
    const findings = await each(rebuildStream);
    expect([stateOf(findings, limited), stateOf(findings, ended)]).toEqual(['stale', 'stale']);
    expect(shown(await items())).toEqual(shown(whole));
  });

  test('keeps a lease, and a due time that is earlier or is of an event to come', async () => {
    const id = limited.grantId;
    const early = { S: `2027-01-15T08:00:00.000Z#${id}` };
    await change(id, 'SET dueAt = :d, dueSeq = :s, leaseOwner = :o, leaseUntil = :u', {
      ':d': early,
      ':s': { N: '99' },
      ':o': { S: 'run-7' },
      ':u': { S: '2027-01-15T09:00:00.000Z' },
    });
    await each(rebuildStream);
    expect((await items()).get(id)).toMatchObject({
      dueAt: early,
      dueSeq: { N: '99' },
      leaseOwner: { S: 'run-7' },
      leaseUntil: { S: '2027-01-15T09:00:00.000Z' },
    });
  });

  test.each([
    ['is later than the end', 'SET dueAt = :d'],
    ['is gone', 'REMOVE due, dueAt'],
  ])('moves a due time earlier that %s', async (_, expression) => {
    const id = limited.grantId;
    const late = { ':d': { S: `2099-01-01T00:00:00.000Z#${id}` } };
    await change(id, expression, expression.includes(':d') ? late : undefined);
    expect(stateOf(await each(compareStream), limited)).toBe('stale');
    await each(rebuildStream);
    expect(shown(await items())).toEqual(shown(whole));
  });

  test('leaves a row alone that is ahead of the log, and names it', async () => {
    const id = exclusive.grantId;
    await change(id, 'SET seq = :s', { ':s': { N: '999' } });
    const before = (await items()).get(id);
    const findings = await each(rebuildStream);
    expect(stateOf(findings, exclusive)).toBe('ahead');
    expect((await items()).get(id)).toEqual(before);
    expect(summary(findings, []).join('\n')).toContain(`${id}: its row knows of events`);
  });

  test('names a row whose grant is not in the log, and does not delete it', async () => {
    const stray = 'gr_aaaaaaaaaaaaaaaaaaaaaaaaaa';
    await client.send(new PutItemCommand({ TableName: GRANTS, Item: { grantId: { S: stray } } }));
    const { streams } = await streamsIn(client, EVENTS);
    const without = [...(await rowsIn(client, GRANTS))].filter((id) => !streams.includes(id));
    expect(without).toEqual([stray]);
    expect(summary([], without)).toEqual([`${stray}: it has a row and no event in the log`]);
  });

  test('records again what a grant in force uses exclusively, and nothing of one that has ended', async () => {
    const templates = new Map(
      [...ports.templates].map(([name, template]) => {
        const { bucket } = template.parameters;
        const parameters = bucket
          ? { ...template.parameters, bucket: { ...bucket, exclusive: true as const } }
          : {};
        return [name, { ...template, parameters }];
      }),
    );
    await each((_, stream) => rebuildStream({ ...ports, templates } as RebuildPorts, stream));
    const texts = [...(await items()).entries()].filter(([id]) => id.startsWith('holds#'));
    const holders = texts.flatMap(([, { reservations }]) => reservations?.SS ?? []);
    expect(holders.map((text) => JSON.parse(text).grantId).sort()).toEqual(
      [limited.grantId, exclusive.grantId].sort(),
    );
  });

  test('of a restored log makes another table, and leaves the first alone', async () => {
    const [events, grants] = ['rolewright-sandbox-events-restored', 'rolewright-sandbox-grants-restored'];
    await createTables(world.standIns.dynamodbUrl, [eventsTable(events), grantsTable(grants)]);
    for await (const { Items = [] } of paginateScan({ client }, { TableName: EVENTS })) {
      for (const item of Items) await client.send(new PutItemCommand({ TableName: events, Item: item }));
    }
    const before = await items();
    const restored = rebuildPorts(client, { events, grants }, ports);
    for (const stream of (await streamsIn(client, events)).streams) await rebuildStream(restored, stream);
    expect(shown(await items(grants))).toEqual(shown(before));
    expect(await items()).toEqual(before);
  });

  test('that dies at any write is finished by the next one', async () => {
    let isDone = false;
    for (let at = 1; !isDone; at += 1) {
      await clear([...whole.keys()]);
      let writes = 0;
      const dying =
        <A extends unknown[], R>(write: (...given: A) => Promise<R>) =>
        async (...given: A): Promise<R> => {
          writes += 1;
          const result = await write(...given);
          if (writes === at) throw new Error('died');
          return result;
        };
      const { rows, items: own, reservations } = ports;
      const mortal = {
        ...ports,
        rows: { ...rows, restore: dying(rows.restore), dueOnce: dying(rows.dueOnce) },
        items: { enrol: dying(own.enrol) },
        reservations: { reserve: dying(reservations.reserve) },
      };
      isDone = await each((_, stream) => rebuildStream(mortal, stream)).then(
        () => true,
        () => false,
      );
      await each(rebuildStream);
      expect(shown(await items())).toEqual(shown(whole));
    }
  });
});

describe('after a rebuild of a lost table', () => {
  test('a damaged stream has the row of its last sound event, and is due at its end', async () => {
    await exclusive.request({ expiresIn: 'PT9H' }, ada);
    await exclusive.spoil();
    const before = (await items()).get(exclusive.grantId);
    await clear([exclusive.grantId]);
    const findings = await each(rebuildStream);
    expect(findings.find(({ stream }) => stream === exclusive.grantId)?.damage).toMatch(/^event \d+: /);
    expect((await items()).get(exclusive.grantId)?.dueAt).toEqual(before?.dueAt);
  });

  test('what ends by time ends: the role is gone after the next pass', async () => {
    await clear([...(await items()).keys()]);
    await each(rebuildStream);
    const isThere = () => world.aws.state().roles.some(({ arn }) => arn === limited.roleArn);
    await world.reconcile();
    expect(isThere()).toBe(true);
    world.clock.advance(8 * HOUR_MS);
    world.retire();
    await world.reconcile();
    expect(isThere()).toBe(false);
  });
});
