import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamodbClient } from '../../adapters/dynamodb/client.ts';
import { dynamodbEventLog } from '../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../adapters/dynamodb/grant-table.ts';
import { replay } from '../../domain/grants/evolve/evolve.ts';
import { type Grant, isLive } from '../../domain/grants/grant.ts';
import { loadStream } from '../../domain/use-cases/grant-stream.ts';
import { listGrants } from '../../domain/use-cases/reading/list-grants.ts';
import { reconcile } from '../../domain/use-cases/reconcile.ts';
import { createTables, type DynamodbSandbox, startDynamodbSandbox } from '../../sandbox/dynamodb/server.ts';
import { armFault, useAwsEnvironment } from '../support/adapters/environment.ts';
import { eventsTable, grantsTable } from '../support/adapters/tables.ts';
import { platform } from '../support/domain/fakes/fakes.ts';
import { FollowWorld, newRepository, siteRule } from '../support/domain/follow.ts';
import { GRANT_ID, present, shop } from '../support/domain/samples.ts';
import { eventsOf } from '../support/domain/streams/stored.ts';
import { asEpoch, asGrantId, asStreamId } from '../support/identifiers.ts';
import { listAll } from '../support/stores/listed.ts';

const BROKEN = asGrantId(`gr_${'b'.repeat(26)}`);

const LAG_MS = 2000;

/** The use cases over the real tables, whose indexes show nothing before `LAG_MS` have passed on the world's clock. */
class LaggingWorld extends FollowWorld {
  readonly real: {
    log: ReturnType<typeof dynamodbEventLog>;
    grants: ReturnType<typeof dynamodbGrantTable>;
  };

  constructor(client: DynamoDBClient) {
    super(siteRule());
    this.real = {
      log: dynamodbEventLog(client, 'events'),
      grants: dynamodbGrantTable(client, 'grants'),
    };
  }

  override get requestPorts() {
    return { ...super.requestPorts, ...this.real };
  }

  override get provisionerPorts() {
    return { ...super.provisionerPorts, ...this.real };
  }

  /** The grant by its stream. */
  async grant(id: string): Promise<Grant> {
    return present(replay(await eventsOf(this.real.log, asStreamId(id))));
  }

  /** The states of these grants by their streams. */
  async states(ids: string[]): Promise<string[]> {
    return Promise.all(ids.map(async (id) => (await this.grant(id)).state));
  }

  async listed(): Promise<string[]> {
    return (await listAll(this.real.grants, { by: 'repository', value: shop.uuid })).map(
      ({ state }) => state,
    );
  }

  async pass() {
    const failures: string[] = [];
    const ports = {
      ...this.requestPorts,
      worker: this.worker,
      reportFailure: (id: string) => failures.push(id),
      reportStopped: () => {},
    };
    const found = await reconcile(ports, {
      correlationId: 'pass',
      deadline: asEpoch(this.clock.now() + 60_000),
    });
    return { ...found, failures };
  }
}

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
let world: LaggingWorld;
beforeEach(async () => {
  sandbox = await startDynamodbSandbox({ port: 0, now: () => world.clock.now() });
  useAwsEnvironment({ dynamodb: sandbox.url });
  client = dynamodbClient();
  world = new LaggingWorld(client);
  await createTables(sandbox.url, [eventsTable('events'), grantsTable('grants')]);
  await armFault(sandbox.url, { match: '*', effect: 'indexLag', times: 100_000, delayMs: LAG_MS });
});
afterEach(async () => {
  client.destroy();
  await sandbox.close();
});

/** The id of a grant that was made, or the code of the refusal. */
async function ask(name: string): Promise<string> {
  const answer = await world.request({ name });
  if (!answer.ok) return answer.problem.code;
  return 'grant' in answer.value ? answer.value.grant.id : 'planned';
}

describe('the limit of live grants holds while no index shows any of them', () => {
  test('for one request after another', async () => {
    const answers: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) answers.push(await ask(name));
    expect(await world.listed()).toEqual([]);
    expect(answers.slice(3)).toEqual(['QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
    expect(await world.states(answers.slice(0, 3))).toEqual(['active', 'active', 'active']);
  });

  test('for requests at once', async () => {
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask));
    const ids = await world.real.grants.listEnrolled(shop.uuid);
    const streams = await Promise.all(ids.map((id) => loadStream(world.requestPorts, id)));
    expect(streams.filter(({ grant }) => grant && isLive(grant.state))).toHaveLength(3);
    expect(world.iam.roles.size).toBe(3);
  });
});

describe('right after a grant was made', () => {
  test('a deleted repository’s grant is revoked', async () => {
    const id = await ask('default');
    world.bitbucket.repositories = world.bitbucket.repositories.filter(({ uuid }) => uuid !== shop.uuid);
    await world.deliver('repo:deleted', { repository: { uuid: shop.uuid } });
    expect(await world.listed()).toEqual([]);
    expect(await world.states([id])).toEqual(['revoked']);
  });

  test('by a rule, the grant of the new repository is revoked with it', async () => {
    const fresh = newRepository('shop-new');
    world.bitbucket.repositories.push(fresh);
    await world.deliver('repo:created', { repository: { uuid: fresh.uuid } });
    const [id = ''] = await world.real.grants.listEnrolled(fresh.uuid);
    expect(await world.states([id])).toEqual(['active']);
    world.bitbucket.repositories = world.bitbucket.repositories.filter(({ uuid }) => uuid !== fresh.uuid);
    await world.deliver('repo:deleted', { repository: { uuid: fresh.uuid } });
    expect(await world.states([id])).toEqual(['revoked']);
  });

  test('its repository’s new name follows', async () => {
    const id = await ask('default');
    world.bitbucket.repositories = [{ ...shop, slug: 'store', fullName: 'acme/store' }];
    await world.deliver('repo:updated', { repository: { uuid: shop.uuid } });
    expect((await world.grant(id)).repositoryNames).toContain('acme/store');
  });
});

test('a grant of before grants were enrolled is revoked with its repository', async () => {
  const id = await ask('default');
  const Key = { grantId: { S: `repository#${shop.uuid}` } };
  await client.send(new DeleteItemCommand({ TableName: 'grants', Key }));
  expect(await world.real.grants.listEnrolled(shop.uuid)).toEqual([]);
  world.clock.advance(LAG_MS);
  world.bitbucket.repositories = [];
  await world.deliver('repo:deleted', { repository: { uuid: shop.uuid } });
  expect(await world.states([id])).toEqual(['revoked']);
});

test('one stream that cannot be read keeps no other grant from being revoked, and is tried again', async () => {
  const id = await ask('default');
  await world.real.grants.enrol(shop.uuid, BROKEN, []);
  const { loadFrom } = world.real.log;
  world.real.log.loadFrom = (asked, ...rest) =>
    asked === BROKEN ? Promise.reject(new Error('the log is broken')) : loadFrom(asked, ...rest);
  world.bitbucket.repositories = [];
  await expect(world.deliver('repo:deleted', { repository: { uuid: shop.uuid } })).rejects.toThrow(
    'the log is broken',
  );
  expect(await world.states([id])).toEqual(['revoked']);
});

test('a list finds a new grant once the lag has passed, and shows what it finds as it is now', async () => {
  const id = await ask('default');
  expect(await world.listed()).toEqual([]);
  world.clock.advance(LAG_MS);
  expect(await world.listed()).toEqual(['active']);
  await world.revoke(id);
  expect(await world.listed()).toEqual(['revoked']);
});

test('a list by state shows no grant that has left the state, though the index still has it there', async () => {
  const id = await ask('default');
  world.clock.advance(LAG_MS);
  const states = async (state: string) => {
    const { grants } = await listGrants(world.requestPorts, platform, { filter: { state }, limit: 25 });
    return grants.map((grant) => grant.state);
  };
  expect(await states('active')).toEqual(['active']);
  await world.revoke(id);
  expect([await states('active'), await states('revoked')]).toEqual([[], []]);
  world.clock.advance(LAG_MS);
  expect([await states('active'), await states('revoked')]).toEqual([[], ['revoked']]);
});

describe('the reconciler', () => {
  test('finds work that a dead process left as soon as the index shows it', async () => {
    const { project } = world.real.grants;
    world.real.grants.project = () => Promise.reject(new Error('the process is dead'));
    await expect(ask('default')).rejects.toThrow('dead');
    world.real.grants.project = project;
    world.clock.advance(60_000);
    expect(await world.pass()).toMatchObject({ due: 1, failures: [] });
    expect(await world.states([GRANT_ID])).toEqual(['active']);
  });

  test('revokes nothing by a due time that the index still shows and that has been moved since', async () => {
    const asked = await world.request({ expiresIn: 'PT1H' });
    expect(asked.ok).toBe(true);
    world.clock.advance(3_600_000 - 1000);
    await world.request({ expiresIn: 'PT8H' });
    world.clock.advance(1500);
    expect(await world.pass()).toMatchObject({ due: 1, failures: [] });
    expect(await world.states([GRANT_ID])).toEqual(['active']);
    world.clock.advance(LAG_MS);
    expect(await world.pass()).toMatchObject({ due: 0 });
  });

  test('revokes what has expired, though its index lags', async () => {
    await world.request({ expiresIn: 'PT1H' });
    world.clock.advance(3_600_000);
    expect(await world.pass()).toMatchObject({ due: 1, settled: 1, failures: [] });
    expect(await world.states([GRANT_ID])).toEqual(['revoked']);
    expect(await world.pass()).toMatchObject({ due: 1, settled: 1, failures: [] });
    expect(await world.states([GRANT_ID])).toEqual(['revoked']);
  });
});
