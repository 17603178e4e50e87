import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Grant } from '../../../../domain/grants/grant.ts';
import { UnreadableStream } from '../../../../domain/grants/unreadable/stored-event.ts';
import { type GrantId, INSTALLATION, repositoryStreamOf } from '../../../../domain/shared/identifiers.ts';
import { type Caller, REPOSITORY_RULES } from '../../../../domain/shared/principal.ts';
import { reconcile } from '../../../../domain/use-cases/reconcile.ts';
import { containmentRoutes } from '../../../../handlers/http/routes/containment.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { revocationRoutes } from '../../../../handlers/http/routes/revocations.ts';
import { approver, grantRequest, pipelineOf, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, present, shop } from '../../../support/domain/samples.ts';
import { spoil, writeNewer } from '../../../support/domain/streams/broken-streams.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';
import { asEpoch } from '../../../support/identifiers.ts';

const robot: Caller = { principal: { kind: 'service', id: 'robot' }, groups: ['platform'] };
const reader: Caller = { principal: { kind: 'person', id: 'rosa@acme.example' }, groups: ['readers'] };
const pipeline = pipelineOf(shop);
const callers = { ada: platform, grace: approver, rosa: reader, robot, shop: pipeline };
const RP = repositoryStreamOf(shop.uuid);
const SYSTEM = { kind: 'system' as const, id: 'reconciler' };
const SYSTEM_CALLER: Caller = { principal: SYSTEM, groups: [] };
const HOLD = { reason: 'The session leaked' };

let world: World;
let served: Served;
beforeEach(() => {
  world = new World();
  const limits = { ...world.configuration.limits, liveGrantsPerRepository: 10 };
  world.configuration = { ...world.configuration, limits };
  const ports = { ...world.requestPorts, ...testCursors(world.clock) };
  served = serveRoutes(
    [...grantRoutes(ports), ...containmentRoutes(ports), ...revocationRoutes(ports)],
    callers,
  );
});

const body = (name = 'default') => ({
  repository: 'acme/shop',
  template: 's3-static-site',
  parameters: { bucket: 'shop-site' },
  name,
});
const ask = (as: string, name?: string, over: object = {}) =>
  served.send('POST', '/v1/grants', { as, json: { ...body(name), ...over } });
const post = (verb: string, as: string, json: unknown = HOLD, uuid: string = shop.uuid) =>
  served.send('POST', `/v1/repositories/${encodeURIComponent(uuid)}/${verb}`, { as, json });
const several = async (count: number, as = 'ada') => {
  for (let n = 0; n < count; n += 1) expect((await ask(as, `g${n}`)).status).toBe(201);
};
/** A pass of the reconciler. */
const pass = () =>
  reconcile(
    {
      ...world.requestPorts,
      worker: { handOn: async () => undefined },
      reportFailure: (_: unknown, error: unknown) => {
        if (!(error instanceof UnreadableStream)) throw error;
      },
      reportStopped: () => undefined,
      configuration: world.configuration,
    } as never,
    { correlationId: 'pass', deadline: asEpoch(world.clock.now() + 60_000) },
  );
/** True for a role whose trust policy admits somebody. */
const isOpen = ({ trustPolicy }: { trustPolicy: unknown }) => JSON.stringify(trustPolicy).includes('Allow');
const statesOf = (items: unknown) => (items as { state?: string }[]).map(({ state }) => state);
const typesOf = (stream = RP) => world.eventTypes(stream);

describe('DELETE /v1/grants/{id} by a person', () => {
  const revoke = (as: string, json?: unknown) =>
    served.send('DELETE', `/v1/grants/${GRANT_ID}`, { as, ...(json ? { json } : {}) });

  test('holds the grant against machines, and says why', async () => {
    await ask('shop');
    const reply = await revoke('ada', { reason: 'Leaked' });
    expect(reply.json.hold).toEqual({
      by: { kind: 'person', id: 'ada@acme.example' },
      at: expect.any(String),
      reason: 'Leaked',
    });
    const before = world.story();
    const refused = await ask('shop');
    expectProblem(refused, 409, 'FROZEN');
    expect(refused.json.detail).toMatch(/ada@acme\.example.*Leaked/);
    expectProblem(
      await served.send('POST', '/v1/grants?dryRun=true', { as: 'shop', json: body() }),
      409,
      'FROZEN',
    );
    expect(world.story()).toEqual(before);
  });

  test('without a body holds, and with hold: false does not', async () => {
    await ask('shop');
    await revoke('ada');
    expectProblem(await ask('shop'), 409, 'FROZEN');
    world = new World();
    const ports = { ...world.requestPorts, ...testCursors(world.clock) };
    served = serveRoutes([...grantRoutes(ports), ...revocationRoutes(ports)], callers);
    await ask('shop');
    expect((await revoke('ada', { hold: false })).json).not.toHaveProperty('hold');
    expect((await ask('shop')).status).toBe(201);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['expired', async () => expect((await world.revoke(GRANT_ID, SYSTEM_CALLER)).ok).toBe(true)],
    [
      'failed',
      async () => {
        await world.revoke(GRANT_ID, SYSTEM_CALLER);
        world.iam.fault('createRole', { effect: 'refuse' });
        await ask('shop');
      },
    ],
  ])('also holds a grant that has just %s', async (_, end) => {
    await ask('shop');
    await end();
    const reply = await revoke('ada', HOLD);
    expect([reply.status, reply.json.hold]).toEqual([200, expect.objectContaining(HOLD)]);
    expectProblem(await ask('shop'), 409, 'FROZEN');
    const before = world.story();
    await revoke('ada', HOLD);
    expect(world.story()).toEqual(before);
  });

  test('leaves people free to request it; the hold stays, and forbids renewals only', async () => {
    await ask('shop');
    await revoke('ada', HOLD);
    expect((await ask('ada', undefined, { expiresIn: 'P10D' })).status).toBe(201);
    expect((await ask('ada')).json.hold).toBeDefined();
    expectProblem(await ask('ada', undefined, { expiresIn: 'P30D' }), 409, 'FROZEN');
    expect((await ask('ada', undefined, { expiresIn: 'P1D' })).status).toBe(200);
    expect((await ask('shop')).status).toBe(200);
    expectProblem(await ask('shop', undefined, { parameters: { bucket: 'shop-x' } }), 409, 'FROZEN');
  });

  test.each([[{ reason: '' }], [{ reason: 7 }], [{ hold: 'no' }], [{ more: 1 }]])(
    'with a faulty body is REQUEST_INVALID and revokes nothing: %j',
    async (json) => {
      await ask('ada');
      expectProblem(await revoke('ada', json), 400, 'REQUEST_INVALID');
      expect((await world.grantNow()).state).toBe('active');
    },
  );

  test('is shown in lists', async () => {
    await ask('ada');
    await revoke('ada', HOLD);
    const { json } = await served.send('GET', '/v1/grants', { as: 'ada' });
    expect((json.items as { hold?: unknown }[])[0]?.hold).toMatchObject(HOLD);
  });
});

describe('POST /v1/repositories/{uuid}/revoke', () => {
  test('holds first, ends every live grant, and answers with them', async () => {
    await several(3);
    const reply = await post('revoke', 'grace');
    expect(reply.status).toBe(200);
    expect(statesOf(reply.json.items)).toEqual(['revoked', 'revoked', 'revoked']);
    expect(world.iam.roles.size).toBe(0);
    const story = world.story();
    expect(story.indexOf('RepositoryHeld')).toBeLessThan(story.indexOf('RevocationRequested'));
    expect(await typesOf()).toEqual(['RepositoryHeld', 'RepositoryRevoked']);
  });

  test('keeps pipelines, services and rules from every grant of the repository, and no person', async () => {
    await several(1);
    await post('revoke', 'grace');
    expectProblem(await ask('shop', 'new'), 409, 'FROZEN');
    world.redeploy((content) => Object.assign(content, { requestableBy: ['person', 'system'] }));
    const rules: Caller = { principal: REPOSITORY_RULES, groups: [] };
    const made = await world.request({ name: 'by-rule' }, rules, { createOnly: true });
    expect(made).toMatchObject({ ok: false, problem: { code: 'FROZEN' } });
    expect((await world.request({ name: 'new' })).ok).toBe(true);
  });

  test('is enforced by the provisioner, too: what a machine asked for before is not made', async () => {
    const ports = { ...world.requestPorts, provisioner: { run: async () => ({ outcome: 'busy' as const }) } };
    world.clock.now();
    const { requestGrant } = await import('../../../../domain/use-cases/requests/request-grant.ts');
    const context = { caller: pipeline, correlationId: 'x', entryPoint: 'http' as const, dryRun: false };
    await requestGrant(ports, grantRequest(), context);
    await post('revoke', 'grace', { ...HOLD, confirm: 1 });
    // The edge is bypassed: the request comes after the hold.
    const stream = await world.log.load(GRANT_ID);
    const { appendEvent, loadStream } = await import('../../../../domain/use-cases/grant-stream.ts');
    const [first] = stream;
    const again = { type: 'GrantRequested', data: present(first).data } as never;
    const cause = { principal: pipeline.principal, correlationId: 'forged', entryPoint: 'http' as const };
    await appendEvent(world.requestPorts, await loadStream(world.requestPorts, GRANT_ID), {
      event: again,
      cause,
    });
    await world.invoke();
    expect(await world.grantNow()).toMatchObject({ state: 'failed', lastError: { code: 'FROZEN' } });
    expect(world.iam.roles.size).toBe(0);
  });

  test('needs the number of live grants above five, and names it', async () => {
    await several(6);
    for (const confirm of [undefined, 5, 7]) {
      const reply = await post('revoke', 'grace', { ...HOLD, ...(confirm ? { confirm } : {}) });
      expectProblem(reply, 409, 'CONFLICT', ['/confirm']);
      expect(reply.json.detail).toContain('6 live grants');
    }
    expect(await typesOf()).toEqual([]);
    expect((await post('revoke', 'grace', { ...HOLD, confirm: 6 })).status).toBe(200);
    // A repetition whose answer was lost.
    const before = world.story();
    expect((await post('revoke', 'grace', { ...HOLD, confirm: 6 })).json.items).toEqual([]);
    expect(world.story()).toEqual(before);
  });

  test('needs no number again while what it began goes on', async () => {
    await several(6);
    world.iam.fault('deleteRole', { effect: 'unavailable' });
    expect((await post('revoke', 'grace', { ...HOLD, confirm: 6 })).status).toBe(202);
    expect((await post('revoke', 'grace', { ...HOLD, confirm: 6 })).status).toBe(200);
  });

  test('up to five grants needs no number, and a wrong one is refused', async () => {
    await several(2);
    expectProblem(await post('revoke', 'grace', { ...HOLD, confirm: 3 }), 409, 'CONFLICT', ['/confirm']);
    expect((await post('revoke', 'grace')).status).toBe(200);
  });

  test('holds a repository that has no grant', async () => {
    expect((await post('revoke', 'grace')).json.items).toEqual([]);
    expectProblem(await ask('shop'), 409, 'FROZEN');
  });

  test('needs no Bitbucket where there are grants', async () => {
    await several(1);
    world.bitbucket.repositories = [];
    expect((await post('revoke', 'grace')).status).toBe(200);
  });

  test('answers 202 while a role cannot be removed, and the rest ends', async () => {
    await several(2);
    world.iam.fault('deleteRole', { effect: 'unavailable' });
    const reply = await post('revoke', 'grace');
    expect([reply.status, statesOf(reply.json.items).sort()]).toEqual([202, ['revoked', 'revoking']]);
  });

  test('that died after the hold is finished by the reconciler, and spares what a person asked for since', async () => {
    await several(3);
    const { appendEvent, loadWholeStream } = await import('../../../../domain/use-cases/grant-stream.ts');
    const ids = [...world.grants.rows.values()].flatMap(({ projected }) =>
      projected ? [projected.grant.id] : [],
    );
    const revoke = await Promise.all(
      ids.map(async (grantId) => ({ grantId, seq: (await world.log.load(grantId)).length })),
    );
    const data = { repository: { uuid: shop.uuid, fullName: shop.fullName }, reason: 'Leaked', revoke };
    const cause = { principal: approver.principal, correlationId: 'incident', entryPoint: 'http' as const };
    const stream = await loadWholeStream(world.requestPorts, RP);
    await appendEvent(world.requestPorts, stream, { event: { type: 'RepositoryHeld', data }, cause });
    const spared = present(ids[0]);
    await world.revoke(spared);
    await world.request({ name: 'g0' });
    for (let passes = 0; passes < 3; passes += 1) {
      world.clock.advance(120_000);
      await pass();
    }
    const states = await Promise.all(ids.map(async (id) => (await world.grantNow(id)).state));
    expect(states.filter((state) => state === 'revoked')).toHaveLength(2);
    expect((await world.grantNow(spared)).state).toBe('active');
    expect(await typesOf()).toEqual(['RepositoryHeld', 'RepositoryRevoked']);
    expect(world.grants.rows.get(RP as never)?.dueAt).toBeUndefined();
  });
});

describe('an incident is of every live grant', () => {
  test('also of one whose row lags', async () => {
    await several(2);
    const read = world.grants.read.bind(world.grants);
    world.grants.read = async (ids) => {
      const { grants } = await read(ids);
      return { grants: grants.map((grant) => ({ ...grant, state: 'revoked' }) as Grant), stale: [] };
    };
    const reply = await post('revoke', 'grace');
    expect(statesOf(reply.json.items)).toEqual(['revoked', 'revoked']);
    expect(world.iam.roles.size).toBe(0);
  });

  test('also of one that a machine requests while it begins', async () => {
    await several(1);
    world.log.beforeAppend = async ({ type }) => {
      if (type !== 'RepositoryHeld') return;
      world.log.beforeAppend = () => {};
      expect((await ask('shop', 'late')).status).toBe(201);
      expect((await ask('ada', 'by-hand')).status).toBe(201);
    };
    const reply = await post('revoke', 'grace');
    expect([reply.status, statesOf(reply.json.items)]).toEqual([200, ['revoked', 'revoked']]);
    // A person may request after the hold, so what one requested before it stays.
    expect([...world.iam.roles.values()]).toHaveLength(1);
    expect((await world.eventTypes(RP)).at(-1)).toBe('RepositoryRevoked');
  });

  test('also of one that a newer version has written to, however little time is left', async () => {
    await several(1);
    const [id] = await world.grants.listEnrolled(shop.uuid);
    await writeNewer(world, present(id));
    world.log.beforeAppend = ({ type }) => {
      // All the time that an incident waits for roles.
      if (type === 'RepositoryRevoked') world.clock.advance(10_000);
    };
    const reply = await post('revoke', 'grace');
    expect(reply.status).toBe(200);
    expect(reply.json.items).toContainEqual({ id, unreadable: true });
    expect([...world.iam.roles.values()].filter(isOpen)).toEqual([]);
  });

  test.each<[string, string, (id: GrantId) => unknown, boolean]>([
    ['a newer version has written to', 'RepositoryRevoked', (id) => writeNewer(world, id), true],
    ['cannot be read any more', 'RevocationRequested', (id) => spoil(world, '{', id), false],
  ])('also of one that %s, where the process dies', async (_, dyingAt, spoilt, isBefore) => {
    await several(1);
    const id = present((await world.grants.listEnrolled(shop.uuid))[0]);
    if (isBefore) await spoilt(id);
    world.log.beforeAppend = ({ type }) => {
      if (type === dyingAt) throw new Error('the process died');
    };
    await post('revoke', 'grace').catch(() => undefined);
    world.log.beforeAppend = () => {};
    if (!isBefore) await spoilt(id);
    for (let passes = 0; passes < 3; passes += 1) {
      world.clock.advance(120_000);
      await pass();
    }
    expect([...world.iam.roles.values()].filter(isOpen)).toEqual([]);
  });

  test('and is not over while a role that cannot be read is open', async () => {
    await several(1);
    const [id] = await world.grants.listEnrolled(shop.uuid);
    spoil(world, '{', id);
    world.iam.fault('findRole', { effect: 'unavailable' });
    const reply = await post('revoke', 'grace');
    expect([reply.status, reply.json.items]).toEqual([202, [{ id, unreadable: true }]]);
  });

  test('also of one that is changed before its revoke is announced, by whoever finishes it', async () => {
    await several(1);
    const [{ id } = { id: GRANT_ID }] = (await world.grants.read(await world.grants.listEnrolled(shop.uuid)))
      .grants;
    world.log.beforeAppend = async ({ type }) => {
      if (type !== 'RevocationRequested') return;
      world.log.beforeAppend = () => {};
      await ask('ada', 'g0', { parameters: { bucket: 'shop-other' } });
      throw new Error('the process died');
    };
    await post('revoke', 'grace').catch(() => undefined);
    const { recordRevokes } = await import('../../../../domain/use-cases/revoke-due.ts');
    const cause = { principal: SYSTEM, correlationId: 'pass', entryPoint: 'schedule' as const };
    await recordRevokes(world.requestPorts, shop.uuid, { cause, holds: false });
    await world.invoke(id);
    expect((await world.grantNow(id)).state).toBe('revoked');
  });
});

describe('POST /v1/repositories/{uuid}/release', () => {
  test('lets machines request again, by a person who has not asked', async () => {
    await ask('shop');
    await post('revoke', 'ada');
    const reply = await post('release', 'grace', { reason: 'Rotated' });
    expect([reply.status, reply.json.items]).toEqual([200, [{ id: GRANT_ID, state: 'revoked' }]]);
    expect((await ask('shop')).status).toBe(201);
    expect(await typesOf()).toEqual(['RepositoryHeld', 'RepositoryRevoked', 'RepositoryReleased']);
    // Who released has asked, too.
    expect((await world.grantNow()).requesters.map(({ id }) => id)).toContain('grace@acme.example');
  });

  test('also of grants that were held one by one', async () => {
    await ask('shop');
    await served.send('DELETE', `/v1/grants/${GRANT_ID}`, { as: 'ada' });
    await post('release', 'grace', { reason: 'Rotated' });
    expect((await ask('shop')).status).toBe(201);
  });

  test('is refused to a requester of a held grant, and releases nothing', async () => {
    await several(2);
    await post('revoke', 'grace');
    const before = world.story();
    expectProblem(await post('release', 'ada', { reason: 'Mine' }), 403, 'DENIED');
    expect(world.story()).toEqual(before);
    expect(world.denials.at(-1)?.rule).toBe('nobody-reopens-their-own-request');
  });

  test.each<[string, () => Promise<void>]>([
    ['before the first revoke is announced', async () => undefined],
    [
      'and that the reconciler has finished',
      async () => {
        const { recordRevokes } = await import('../../../../domain/use-cases/revoke-due.ts');
        const cause = { principal: SYSTEM, correlationId: 'pass', entryPoint: 'schedule' as const };
        await recordRevokes(world.requestPorts, shop.uuid, { cause, holds: false });
        for (const id of await world.grants.listEnrolled(shop.uuid)) await world.invoke(id);
      },
    ],
  ])('is refused to a requester of what an incident ends that died %s', async (_, finish) => {
    await several(2);
    world.log.beforeAppend = ({ type }) => {
      if (type === 'RevocationRequested') throw new Error('the process died');
    };
    await post('revoke', 'grace').catch(() => undefined);
    world.log.beforeAppend = () => {};
    await finish();
    const before = world.story();
    expectProblem(await post('release', 'ada', { reason: 'Mine' }), 403, 'DENIED');
    expect(world.story()).toEqual(before);
    expectProblem(await ask('shop', 'new'), 409, 'FROZEN');
    expect((await post('release', 'grace', { reason: 'Rotated' })).status).toBe(200);
  });

  test('repeated changes nothing', async () => {
    await several(1);
    await post('revoke', 'grace');
    await post('release', 'grace', { reason: 'Rotated' });
    const before = world.story();
    expect((await post('release', 'grace', { reason: 'Rotated' })).json.items).toEqual([]);
    expect(world.story()).toEqual(before);
  });
});

describe.each(['revoke', 'release'])('POST /v1/repositories/{uuid}/%s', (verb) => {
  test('is for people, who may do it', async () => {
    await several(1);
    for (const as of ['robot', 'shop']) expectProblem(await post(verb, as), 403, 'PERSON_REQUIRED');
    expectProblem(await post(verb, 'rosa'), 403, 'DENIED');
    expect(await typesOf()).toEqual([]);
  });

  test('of what is no repository is REPOSITORY_NOT_FOUND', async () => {
    for (const uuid of ['acme', INSTALLATION, '{00000000-0000-4000-8000-000000000000}']) {
      expectProblem(await post(verb, 'grace', HOLD, uuid), 404, 'REPOSITORY_NOT_FOUND');
    }
  });

  test('needs a reason', async () => {
    expectProblem(await post(verb, 'grace', {}), 400, 'REQUEST_INVALID', ['/reason']);
  });
});
