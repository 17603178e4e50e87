import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { pipelineOf, World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY, DENY_ALL, type FakeRole } from '../../../../support/domain/fakes/iam.ts';
import { shop, successOf } from '../../../../support/domain/samples.ts';

const HOUR_MS = 3_600_000;
const OTHER = { parameters: { bucket: 'shop-other' } };
const DENY = { Effect: 'Deny', Action: '*', Resource: '*' };
const NARROW = 'arn:aws:iam::111122223333:policy/contained';
const pipeline = pipelineOf(shop);

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
  world.clock.advance(HOUR_MS);
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

type Document = { Version: string; Statement: object[] };
type Changeable = FakeRole & { trustPolicy: Document };
const role = () => world.theRole() as Changeable;
const permissions = () => role().inline.get('permissions') as Document;
const changeTrust = (change: object) => {
  const { Version, Statement } = role().trustPolicy;
  role().trustPolicy = { Version, Statement: Statement.map((one) => ({ ...one, ...change })) };
};
const since = (first: string) => world.story().slice(world.story().lastIndexOf(first));
const isClosed = () =>
  JSON.stringify(role().trustPolicy).includes('"Deny"') && role().boundaryArn === DENY_ALL;

/** How an operator ends access through a role that a change would write. */
const closed: Record<string, [kind: string, act: () => unknown]> = {
  'refuses every token': ['TRUST_CHANGED', () => changeTrust({ Effect: 'Deny' })],
  'has AWSDenyAll as boundary': ['BOUNDARY_CHANGED', () => Object.assign(role(), { boundaryArn: DENY_ALL })],
  'has a boundary that allows less': [
    'BOUNDARY_CHANGED',
    () => {
      world.iam.managed.set(NARROW, { Version: '2012-10-17', Statement: [] });
      Object.assign(role(), { boundaryArn: NARROW });
    },
  ],
  'has lost its policy': ['PERMISSIONS_CHANGED', () => role().inline.delete('permissions')],
  'has a Deny in its policy': ['PERMISSIONS_CHANGED', () => permissions().Statement.push(DENY)],
  'has lost its identity provider': ['PROVIDER_CHANGED', () => world.iam.providers.clear()],
};

describe('a change of a role that somebody has closed', () => {
  test.each(Object.entries(closed))('%s: undoes nothing, and the grant is frozen', async (_, [kind, act]) => {
    act();
    const before = [world.roleText(), world.iam.providers.size];
    const answer = successOf(await world.request(OTHER, pipeline));
    expect([answer.outcome, [world.roleText(), world.iam.providers.size]]).toEqual(['accepted', before]);
    await world.resume();
    expect(await world.grantNow()).toMatchObject({
      state: 'frozen',
      frozen: { cause: 'drift', kinds: [kind, 'CLOSED_BY_HAND'] },
      request: { intent: { parameters: { bucket: 'shop-site' } } },
    });
    expect(since('DriftFound').slice(0, 2)).toEqual(['DriftFound', 'GrantFrozen']);
    expect([isClosed(), world.iam.providers.size]).toEqual([true, before[1]]);
    expect(JSON.stringify(permissions() ?? {})).not.toContain('shop-other');
  });

  test('while the change was under way is frozen as well', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'dieBefore' });
    await world.request(OTHER, pipeline);
    Object.assign(role(), { boundaryArn: DENY_ALL });
    await world.resume();
    expect([(await world.grantNow()).state, isClosed()]).toEqual(['frozen', true]);
    expect(JSON.stringify(permissions())).toContain('shop-site');
  });

  test('is frozen by what IAM shows after a minute only: until then it may show what was before', async () => {
    closed['has lost its policy']?.[1]();
    await world.request(OTHER, pipeline);
    expect(since('GrantChangeRequested')).toEqual(['GrantChangeRequested', 'AttemptFailed']);
    role().inline.set('permissions', await appliedPolicy());
    await world.resume();
    expect(await world.grantNow()).toMatchObject({ state: 'active', request: { intent: OTHER } });
  });
});

describe('a change of a role that nobody has closed is made', () => {
  test('where it was opened', async () => {
    changeTrust({ Condition: undefined });
    Object.assign(role(), { boundaryArn: undefined });
    expect(successOf(await world.request(OTHER, pipeline)).outcome).toBe('changed');
    expect([role().boundaryArn, JSON.stringify(role().trustPolicy)]).toEqual([
      BOUNDARY,
      expect.stringContaining('Condition'),
    ]);
  });

  test('where it is narrower by hand in just the way that the change asks for', async () => {
    await world.request(OTHER);
    const wanted = structuredClone(permissions());
    await world.request();
    world.clock.advance(HOUR_MS);
    role().inline.set('permissions', wanted);
    expect(successOf(await world.request(OTHER)).outcome).toBe('changed');
  });
});

describe('a change that had begun before the installation was frozen', () => {
  const freeze = () => {
    world.switch.freeze = { reason: 'Leaked' };
  };

  test('ends, and writes nothing more', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'dieBefore' });
    await world.request(OTHER);
    freeze();
    const before = world.roleText();
    await world.resume();
    expect(world.roleText()).toBe(before);
    const grant = await world.grantNow();
    expect(grant).toMatchObject({ state: 'active', lastError: { code: 'FROZEN' } });
    expect(grant).not.toHaveProperty('change');
  });

  test('has happened where its permissions are in force', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'dieAfter' });
    await world.request(OTHER);
    freeze();
    await world.resume();
    expect(await world.grantNow()).toMatchObject({ state: 'active', request: { intent: OTHER } });
  });
});

/** The permissions that were last applied. */
async function appliedPolicy(): Promise<unknown> {
  const grant = await world.grantNow();
  return grant.state === 'active' ? grant.documents.permissionsPolicy : undefined;
}
