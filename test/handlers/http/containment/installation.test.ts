import { beforeEach, describe, expect, test } from '@jest/globals';
import { INSTALLATION } from '../../../../domain/shared/identifiers.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { recordInstallation } from '../../../../domain/use-cases/revoke-due.ts';
import { containmentRoutes } from '../../../../handlers/http/routes/containment.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { revocationRoutes } from '../../../../handlers/http/routes/revocations.ts';
import { approver, pipelineOf, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, shop } from '../../../support/domain/samples.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';

const robot: Caller = { principal: { kind: 'service', id: 'robot' }, groups: ['platform'] };
const reader: Caller = { principal: { kind: 'person', id: 'rosa@acme.example' }, groups: ['readers'] };
const callers = { ada: platform, grace: approver, rosa: reader, robot, shop: pipelineOf(shop) };

let world: World;
let served: Served;
beforeEach(() => {
  world = new World();
  const ports = { ...world.requestPorts, ...testCursors(world.clock) };
  served = serveRoutes(
    [...grantRoutes(ports), ...containmentRoutes(ports), ...revocationRoutes(ports)],
    callers,
  );
});

const ask = (as: string, over: object = {}) =>
  served.send('POST', '/v1/grants', {
    as,
    json: {
      repository: 'acme/shop',
      template: 's3-static-site',
      parameters: { bucket: 'shop-site' },
      ...over,
    },
  });
const freeze = (as: string, reason = 'Incident') =>
  served.send('POST', '/v1/freeze', { as, json: { reason } });
const cause = {
  principal: { kind: 'system', id: 'reconciler' },
  correlationId: 'pass',
  entryPoint: 'schedule',
} as const;

describe('POST /v1/freeze', () => {
  test('keeps everyone from being granted, changed or renewed anything, with the reason', async () => {
    await ask('ada', { expiresIn: 'P10D' });
    const reply = await freeze('grace');
    expect([reply.status, reply.json.frozen]).toEqual([
      200,
      { by: 'person:grace@acme.example', at: expect.any(String), reason: 'Incident' },
    ]);
    for (const over of [{ name: 'new' }, { parameters: { bucket: 'shop-x' } }, { expiresIn: 'P30D' }]) {
      for (const as of ['ada', 'grace']) {
        const refused = await ask(as, over);
        expectProblem(refused, 409, 'FROZEN');
        expect(refused.json.detail).toMatch(/grace@acme\.example: Incident.*npm run thaw/);
      }
    }
    expect(await world.eventTypes(INSTALLATION)).toEqual([
      'InstallationFreezeRequested',
      'InstallationFrozen',
    ]);
  });

  test('leaves revokes and freezes as they are, and thaws none', async () => {
    await ask('ada');
    await freeze('grace');
    const one = (verb: string, as: string) =>
      served.send('POST', `/v1/grants/${GRANT_ID}/${verb}`, { as, json: { reason: 'Odd' } });
    expect((await one('freeze', 'ada')).status).toBe(200);
    expectProblem(await one('thaw', 'grace'), 409, 'FROZEN');
    expect((await served.send('DELETE', `/v1/grants/${GRANT_ID}`, { as: 'ada' })).status).toBe(200);
  });

  test('repeated keeps the first reason and writes nothing', async () => {
    await freeze('grace');
    const before = world.story();
    expect((await freeze('ada', 'Other')).json.frozen).toMatchObject({ reason: 'Incident' });
    expect(world.story()).toEqual(before);
  });

  test('after a thaw that nobody has recorded freezes again', async () => {
    await freeze('grace');
    world.switch.freeze = undefined;
    expect((await freeze('ada', 'Again')).json.frozen).toMatchObject({ reason: 'Again' });
    expect((await world.eventTypes(INSTALLATION)).slice(2)).toEqual([
      'InstallationThawed',
      'InstallationFreezeRequested',
      'InstallationFrozen',
    ]);
  });

  test('is for people who may freeze every grant', async () => {
    for (const as of ['robot', 'shop']) expectProblem(await freeze(as), 403, 'PERSON_REQUIRED');
    expectProblem(await freeze('rosa'), 403, 'DENIED');
    expect(world.switch.freeze).toBeUndefined();
  });
});

test('a freeze that was announced and did not take effect is finished, and its end is recorded', async () => {
  world.installation.freeze = async () => {
    throw new Error('the process dies');
  };
  const real = new World().installation.freeze;
  await freeze('grace');
  expect(await world.eventTypes(INSTALLATION)).toEqual(['InstallationFreezeRequested']);
  world.installation.freeze = async (why) => {
    world.switch.freeze = why;
  };
  expect(real).toBeDefined();
  expect(await recordInstallation(world as never, cause)).toBe(true);
  world.switch.freeze = undefined;
  expect(await recordInstallation(world as never, cause)).toBe(false);
  expect(await world.eventTypes(INSTALLATION)).toEqual([
    'InstallationFreezeRequested',
    'InstallationFrozen',
    'InstallationThawed',
  ]);
});

test('a freeze whose process died with the parameter there is finished also after a thaw, and the next thaw lasts', async () => {
  const create = world.installation.freeze;
  world.installation.freeze = async (why) => {
    await create(why);
    throw new Error('the process dies');
  };
  await freeze('grace');
  world.installation.freeze = create;
  // Nothing tells a freeze that was thawed from one that never took effect: it fails closed.
  world.switch.freeze = undefined;
  expect(await recordInstallation(world as never, cause)).toBe(true);
  expect(world.switch.freeze).toMatchObject({ reason: 'Incident' });
  world.switch.freeze = undefined;
  expect(await recordInstallation(world as never, cause)).toBe(false);
  expect(world.switch.freeze).toBeUndefined();
  expect(await world.eventTypes(INSTALLATION)).toEqual([
    'InstallationFreezeRequested',
    'InstallationFrozen',
    'InstallationThawed',
  ]);
});

test('where the switch cannot be read nothing is granted: 503', async () => {
  world.switch.isBroken = true;
  expectProblem(await ask('ada'), 503, 'UPSTREAM_UNAVAILABLE');
  expect(world.iam.roles.size).toBe(0);
});

test('the provisioner reads the switch itself: what was asked for before the freeze is not made', async () => {
  world.iam.fault('createRole', { effect: 'dieBefore' });
  await ask('ada');
  world.switch.freeze = { reason: 'Incident' };
  world.clock.advance(200_000);
  await world.invoke();
  world.clock.advance(200_000);
  await world.invoke();
  expect(await world.grantNow()).toMatchObject({ state: 'failed', lastError: { code: 'FROZEN' } });
});
