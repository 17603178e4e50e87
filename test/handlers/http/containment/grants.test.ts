import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { containmentRoutes } from '../../../../handlers/http/routes/containment.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { revocationRoutes } from '../../../../handlers/http/routes/revocations.ts';
import { approver, pipelineOf, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { DENY_ALL } from '../../../support/domain/fakes/iam.ts';
import { GRANT_ID, shop } from '../../../support/domain/samples.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';

const robot: Caller = { principal: { kind: 'service', id: 'robot' }, groups: ['platform'] };
const reader: Caller = { principal: { kind: 'person', id: 'rosa@acme.example' }, groups: ['readers'] };
const stranger: Caller = { principal: { kind: 'person', id: 'sam@acme.example' }, groups: [] };
const callers = {
  ada: platform,
  grace: approver,
  rosa: reader,
  sam: stranger,
  robot,
  shop: pipelineOf(shop),
};
const LOCATION = `/v1/grants/${GRANT_ID}`;

let world: World;
let served: Served;
beforeEach(async () => {
  world = new World();
  const ports = { ...world.requestPorts, ...testCursors(world.clock) };
  served = serveRoutes(
    [...grantRoutes(ports), ...containmentRoutes(ports), ...revocationRoutes(ports)],
    callers,
  );
  await world.request();
});

const post = (verb: string, as: string, json: unknown = { reason: 'Odd calls' }) =>
  served.send('POST', `${LOCATION}/${verb}`, { as, json });
const ask = (as: string) =>
  served.send('POST', '/v1/grants', {
    as,
    json: { repository: 'acme/shop', template: 's3-static-site', parameters: { bucket: 'shop-site' } },
  });

describe('POST /v1/grants/{id}/freeze', () => {
  test('closes the role and says who, when and why', async () => {
    const reply = await post('freeze', 'ada');
    expect([reply.status, reply.json.state]).toEqual([200, 'frozen']);
    expect(reply.json.frozen).toEqual({
      by: { kind: 'person', id: 'ada@acme.example' },
      at: expect.any(String),
      reason: 'Odd calls',
      cause: 'person',
    });
    expect(world.theRole().boundaryArn).toBe(DENY_ALL);
    expect(reply.json).not.toHaveProperty('pipelineSnippet');
  });

  test('repeated changes nothing', async () => {
    await post('freeze', 'ada');
    const before = world.story();
    expect((await post('freeze', 'grace')).status).toBe(200);
    expect(world.story()).toEqual(before);
  });

  test('answers 202 while the role is not closed', async () => {
    world.iam.fault('putBoundary', { effect: 'unavailable' });
    const reply = await post('freeze', 'ada');
    expect([reply.status, reply.headers.get('location'), reply.json.state]).toEqual([
      202,
      LOCATION,
      'frozen',
    ]);
  });

  test('has every request answered with FROZEN and the reason, by people and machines', async () => {
    await post('freeze', 'ada');
    for (const as of ['ada', 'grace', 'shop']) {
      const reply = await ask(as);
      expectProblem(reply, 409, 'FROZEN');
      expect(reply.json.detail).toContain('Odd calls');
    }
    expectProblem(await served.send('POST', `${LOCATION}/upgrade`, { as: 'ada', json: {} }), 409, 'FROZEN');
  });

  test('leaves the revoke as it is', async () => {
    await post('freeze', 'ada');
    const reply = await served.send('DELETE', LOCATION, { as: 'ada' });
    expect([reply.status, reply.json.state]).toEqual([200, 'revoked']);
  });
});

describe('POST /v1/grants/{id}/thaw and /repair', () => {
  beforeEach(async () => {
    await post('freeze', 'ada');
  });

  test.each(['thaw', 'repair'])('%s: opens the role again, by a person who has not asked', async (verb) => {
    const reply = await post(verb, 'grace');
    expect([reply.status, reply.json.state]).toEqual([200, 'active']);
    expect(reply.json).not.toHaveProperty('frozen');
    expect((await post('thaw', 'grace')).status).toBe(200);
  });

  test.each(['thaw', 'repair'])('%s: is refused to who asked, and nothing is written', async (verb) => {
    const before = world.story();
    expectProblem(await post(verb, 'ada'), 403, 'DENIED');
    expect(world.story()).toEqual(before);
    expect(world.denials.at(-1)?.rule).toBe('nobody-reopens-their-own-request');
  });

  test('what prevents it is the answer, and the grant stays frozen', async () => {
    world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 }));
    expectProblem(await post('thaw', 'grace'), 409, 'PLAN_CHANGED');
    expect((await served.send('GET', LOCATION, { as: 'ada' })).json.state).toBe('frozen');
  });
});

describe.each(['freeze', 'thaw', 'repair'])('POST /v1/grants/{id}/%s', (verb) => {
  test('is refused to machines in code, whatever the rules say, and reported', async () => {
    for (const as of ['robot', 'shop']) expectProblem(await post(verb, as), 403, 'PERSON_REQUIRED');
    expect(world.denials.map(({ rule }) => rule)).toEqual(['persons-only', 'persons-only']);
    expect(await world.eventTypes()).not.toContain('GrantFrozen');
  });

  test('is DENIED to who may only read, and GRANT_NOT_FOUND to who may not', async () => {
    expectProblem(await post(verb, 'rosa'), 403, 'DENIED');
    expectProblem(await post(verb, 'sam'), 404, 'GRANT_NOT_FOUND');
  });

  test('needs a reason', async () => {
    for (const json of [{}, { reason: '' }, { reason: 'x'.repeat(501) }, { reason: 'x', more: 1 }]) {
      expectProblem(await post(verb, 'grace', json), 400, 'REQUEST_INVALID');
    }
  });
});
