import { beforeEach, describe, expect, test } from '@jest/globals';
import { PortError } from '../../../../domain/shared/port-error.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import type { AskedRun } from '../../../../domain/use-cases/drift/reconcile-now.ts';
import { reconcileRoutes } from '../../../../handlers/http/routes/reconcile.ts';
import { pipelineOf, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { shop } from '../../../support/domain/samples.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes } from '../../../support/handlers/served.ts';

const robot: Caller = { principal: { kind: 'service', id: 'robot' }, groups: ['platform'] };
const rosa: Caller = { principal: { kind: 'person', id: 'rosa@acme.example' }, groups: ['readers'] };
const callers = { ada: platform, rosa, robot, shop: pipelineOf(shop) };

let world: World;
let started: AskedRun[];
let served: Served;
beforeEach(() => {
  world = new World();
  started = [];
  const reconciler = { start: async (asked: AskedRun) => void started.push(asked) };
  served = serveRoutes(reconcileRoutes({ ...world.requestPorts, reconciler }), callers);
});

const ask = (as: string, json?: object) =>
  served.send('POST', '/v1/reconcile', { as, ...(json ? { json } : {}) });

describe('POST /v1/reconcile', () => {
  test('starts a run that looks for drift where that is asked for, and answers at once', async () => {
    const reply = await ask('ada', { drift: true });
    expect([reply.status, reply.json]).toEqual([202, { drift: true }]);
    expect(started).toEqual([{ drift: true }]);
  });

  test.each([
    ['no body', undefined],
    ['an empty body', {}],
    ['drift false', { drift: false }],
  ])('with %s starts a run over what is due alone', async (_what, json) => {
    const reply = await ask('ada', json);
    expect([reply.status, reply.json]).toEqual([202, { drift: false }]);
    expect(started).toEqual([{ drift: false }]);
  });

  test('is for people who may reconcile everything, and starts nothing for others', async () => {
    for (const as of ['robot', 'shop']) expectProblem(await ask(as, { drift: true }), 403, 'PERSON_REQUIRED');
    expectProblem(await ask('rosa', { drift: true }), 403, 'DENIED');
    expect(started).toEqual([]);
  });

  test.each([{ drift: 'yes' }, { drift: true, account: 'default' }])('refuses %j', async (json) => {
    expectProblem(await ask('ada', json), 400, 'REQUEST_INVALID');
    expect(started).toEqual([]);
  });

  test('is 503 where it is uncertain that the run starts', async () => {
    const reconciler = {
      start: () => Promise.reject(new PortError('Lambda', 'UNAVAILABLE', 'The reconciler did not start.')),
    };
    served = serveRoutes(reconcileRoutes({ ...world.requestPorts, reconciler }), callers);
    expectProblem(await ask('ada', { drift: true }), 503, 'UPSTREAM_UNAVAILABLE');
  });

  test('writes no event', async () => {
    await ask('ada', { drift: true });
    expect(world.story()).toEqual([]);
  });
});
