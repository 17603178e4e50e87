import { beforeEach, expect, test } from '@jest/globals';
import { reconcile } from '../../../../domain/use-cases/reconcile.ts';
import { containmentRoutes } from '../../../../handlers/http/routes/containment.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { revocationRoutes } from '../../../../handlers/http/routes/revocations.ts';
import { approver, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, shop } from '../../../support/domain/samples.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';
import { asEpoch } from '../../../support/identifiers.ts';

let world: World;
let served: Served;
beforeEach(async () => {
  world = new World();
  const ports = { ...world.requestPorts, ...testCursors(world.clock) };
  served = serveRoutes([...grantRoutes(ports), ...containmentRoutes(ports), ...revocationRoutes(ports)], {
    ada: platform,
    grace: approver,
  });
});

type Item = { id: string; hold?: { by: object; reason?: string } };
const list = async (query = '') => {
  const reply = await served.send('GET', `/v1/grants?repository=acme/shop${query}`, { as: 'ada' });
  return reply.json.items as Item[];
};
const incident = (verb: 'revoke' | 'release', as: string, reason = 'Leaked') =>
  served.send('POST', `/v1/repositories/${shop.uuid}/${verb}`, { as, json: { reason } });
const own = () => served.send('DELETE', `/v1/grants/${GRANT_ID}`, { as: 'ada', json: { reason: 'Old' } });

test('a grant whose repository is held shows that hold, in lists and by itself, until the release', async () => {
  await world.request();
  await world.revoke(GRANT_ID, platform, { withoutHold: true });
  expect(await list()).toMatchObject([{ id: GRANT_ID }]);
  expect((await list())[0]).not.toHaveProperty('hold');
  await incident('revoke', 'ada');
  const hold = { by: { kind: 'person', id: 'ada@acme.example' }, reason: 'Leaked' };
  expect(await list()).toMatchObject([{ id: GRANT_ID, hold }]);
  const one = await served.send('GET', `/v1/grants/${GRANT_ID}`, { as: 'ada' });
  expect(one.json).toMatchObject({ hold });
  await incident('release', 'grace', 'Rotated');
  expect((await list())[0]).not.toHaveProperty('hold');
});

test('a list asks once for the holds of all its repositories', async () => {
  for (const name of ['one', 'two', 'three']) await world.request({ name });
  world.grants.holdReads = 0;
  expect(await list()).toHaveLength(3);
  expect(world.grants.holdReads).toBe(1);
});

test('hold=true lists the grants that are held themselves', async () => {
  await world.request({ name: 'other' });
  await world.request();
  await own();
  expect((await list('&hold=true')).map(({ id }) => id)).toEqual([GRANT_ID]);
});

test('a hold whose mark was lost is shown once the reconciler has passed, and an older mark replaces no newer', async () => {
  await world.request();
  await world.revoke(GRANT_ID, platform, { withoutHold: true });
  const { markRepositoryHold } = world.grants;
  world.grants.markRepositoryHold = () => Promise.reject(new Error('the process dies'));
  await incident('revoke', 'ada');
  world.grants.markRepositoryHold = markRepositoryHold;
  expect((await list())[0]).not.toHaveProperty('hold');
  world.clock.advance(120_000);
  await reconcile(
    { ...world.requestPorts, worker: world.worker, reportFailure: () => {}, reportStopped: () => {} },
    { correlationId: 'pass', deadline: asEpoch(world.clock.now() + 60_000) },
  );
  expect((await list())[0]).toHaveProperty('hold');
  await world.grants.markRepositoryHold(shop.uuid, { seq: 0, hold: undefined });
  expect((await list())[0]).toHaveProperty('hold');
});
