import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { auditRoutes } from '../../../../handlers/http/routes/audit.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { revocationRoutes } from '../../../../handlers/http/routes/revocations.ts';
import { platform, World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, present, ROLE_ARN } from '../../../support/domain/samples.ts';
import {
  breakStream,
  newerEvent,
  spoil,
  writeNewer,
} from '../../../support/domain/streams/broken-streams.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';

const stranger: Caller = { principal: { kind: 'person', id: 'sam@acme.example' }, groups: [] };
const LOCATION = `/v1/grants/${GRANT_ID}`;

let world: World;
let served: Served;
beforeEach(async () => {
  world = new World();
  await world.request();
  await world.request({ name: 'second' });
  const ports = { ...world.requestPorts, ...testCursors(world.clock) };
  const routes = [...grantRoutes(ports), ...revocationRoutes(ports), ...auditRoutes(ports)];
  served = serveRoutes(routes, { ada: platform, sam: stranger });
});

const get = (path: string, as = 'ada', headers = {}) => served.send('GET', path, { as, headers });
type Item = { id?: string; grantId?: string; seq?: number; unreadable?: true; reason?: string };
const itemsOf = ({ json }: { json: Record<string, unknown> }) => json.items as Item[];

describe('an item that cannot be read', () => {
  test('is a marker in the list of grants, which shows all others', async () => {
    world.grants.stale.set(GRANT_ID, 'content');
    breakStream(world, () => ['{']);
    const reply = await get('/v1/grants');
    expect(reply.status).toBe(200);
    const items = itemsOf(reply);
    expect(items).toHaveLength(2);
    expect(items.filter(({ unreadable }) => unreadable)).toEqual([
      { grantId: GRANT_ID, unreadable: true, reason: expect.stringContaining('event 1') },
    ]);
    expect(world.unreadable).toContain(GRANT_ID);
  });

  test('is no marker for those who may not read every grant', async () => {
    world.grants.stale.set(GRANT_ID, 'content');
    breakStream(world, () => ['{']);
    expect(itemsOf(await get('/v1/grants', 'sam'))).toEqual([]);
  });

  test.each([
    ['text that is no JSON', '{'],
    ['a type that there is not', JSON.stringify({ type: 'GrantDoubled' })],
    ['an event of another key', undefined],
  ])('is a marker in the audit log, as JSON and as NDJSON: %s', async (_, text) => {
    const first = present(world.log.streams.get(GRANT_ID)?.[0]);
    spoil(world, text ?? first);
    const seq = present(world.log.streams.get(GRANT_ID)).length;
    const marker = { grantId: GRANT_ID, seq, unreadable: true, reason: expect.any(String) };
    const reply = await get('/v1/events');
    expect(reply.status).toBe(200);
    expect(itemsOf(reply)).toContainEqual(marker);
    expect(itemsOf(reply).length).toBeGreaterThan(8);
    const lines = await get('/v1/events', 'ada', { accept: 'application/x-ndjson' });
    expect(
      lines.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toContainEqual(marker);
    expect(world.unreadable).toContain(GRANT_ID);
  });

  test('is a marker in its place in the events of its grant', async () => {
    breakStream(world, (texts) => texts.map((text, n) => (n === 1 ? '{' : text)));
    const items = itemsOf(await get(`${LOCATION}/events`));
    expect(items.map(({ seq, unreadable }) => [seq, unreadable ?? false])).toEqual(
      world.log.streams.get(GRANT_ID)?.map((_, n) => [n + 1, n === 1]),
    );
    expectProblem(await get(`${LOCATION}/events`, 'sam'), 404, 'GRANT_NOT_FOUND');
  });

  test('is an event in the audit log whose hash is not that of its content', async () => {
    breakStream(world, (texts) => texts.map((text) => text.replace('shop-site', 'shop-evil')));
    expect(itemsOf(await get('/v1/events'))).toContainEqual(
      expect.objectContaining({ grantId: GRANT_ID, seq: 1, unreadable: true }),
    );
  });
});

describe('a grant whose events cannot be read', () => {
  beforeEach(() => spoil(world, '{'));

  test('is 409 CONFLICT with what to do, and not found for those who may not read it', async () => {
    const reply = await get(LOCATION);
    expectProblem(reply, 409, 'CONFLICT');
    expect(reply.json.detail).toMatch(/can only be revoked/);
    expectProblem(await get(LOCATION, 'sam'), 404, 'GRANT_NOT_FOUND');
  });

  test('is revoked by DELETE, whose answer names the role', async () => {
    const reply = await served.send('DELETE', LOCATION, { as: 'ada' });
    expect([reply.status, reply.json]).toMatchObject([
      200,
      { id: GRANT_ID, unreadable: true, access: 'closed', role: { arn: ROLE_ARN } },
    ]);
    const types = itemsOf(await get('/v1/events?type=UnreadableRoleDisabled')).map(({ grantId }) => grantId);
    expect(types).toContain(`un_${GRANT_ID.slice(3)}`);
  });
});

test('a revoke that finds no role of an unreadable grant does not say that access is closed', async () => {
  await spoil(world, '{');
  world.iam.roles.clear();
  const revoke = () => served.send('DELETE', LOCATION, { as: 'ada' });
  expect([(await revoke()).status, (await revoke()).json]).toMatchObject([202, { access: 'closing' }]);
  world.clock.advance(61_000);
  const { status, json } = await revoke();
  expect([status, json]).toMatchObject([200, { unreadable: true, access: 'unknown' }]);
  expect(json).not.toHaveProperty('role');
});

test('an event of a newer version is shown as it lies there, so that its hash can be verified', async () => {
  const last = present((await world.log.load(GRANT_ID)).at(-1));
  await writeNewer(world);
  const event = newerEvent(last);
  expect(itemsOf(await get(`${LOCATION}/events`)).at(-1)).toEqual(event);
  expect(itemsOf(await get('/v1/events'))).toContainEqual(event);
  expect((await get(LOCATION)).json.state).toBe('active');
});
