import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isSignedWith } from '../../../adapters/bitbucket/webhook-signature.ts';
import { webhookSecrets } from '../../../sandbox/bitbucket/seed.ts';
import type { Delivery } from '../../../sandbox/bitbucket/webhooks.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/adapters/http-server.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { bitbucketWorld, type World } from './world.ts';

let world: World;
let receiver: ScriptedServer;
beforeAll(async () => {
  world = await bitbucketWorld();
});
afterAll(() => world.end());
beforeEach(async () => {
  receiver = await startScriptedServer();
  world.sandbox.connectWebhooks(receiver.url);
  await world.send('DELETE', '/sandbox/deliveries');
});
afterEach(() => receiver.close());

const deliveries = () =>
  eventually(
    async () => ((await world.get('/sandbox/deliveries')).body as { items: Delivery[] }).items,
    (items) => items.length > 0 && items.every(({ isOver }) => isOver),
  );
let made = 0;
async function create(): Promise<{ slug: string; uuid: string }> {
  made += 1;
  const slug = `made-${made}`;
  const { body } = await world.send('POST', '/sandbox/repositories', { workspace: 'acme', slug });
  return { slug, uuid: (body as { uuid: string }).uuid };
}

describe('a change goes out', () => {
  test('with Bitbucket’s headers, signed over the raw body with the workspace’s secret', async () => {
    receiver.script({ status: 202 });
    const { slug, uuid } = await create();
    const [delivery] = await deliveries();
    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/webhooks/bitbucket/acme' });
    expect(request?.headers).toMatchObject({
      'x-event-key': 'repo:created',
      'x-attempt-number': '1',
      'x-request-uuid': delivery?.requestUuid,
      'x-hook-uuid': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const signature = String(request?.headers['x-hub-signature']);
    expect(isSignedWith([webhookSecrets.acme ?? ''], signature, Buffer.from(request?.body ?? ''))).toBe(true);
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      actor: { type: 'user' },
      repository: { uuid, full_name: `acme/${slug}` },
    });
  });

  test('as what it was: renamed, moved, transferred, deleted', async () => {
    receiver.script({ status: 202 });
    const { slug } = await create();
    await world.send('PUT', `/sandbox/repositories/acme/${slug}`, { slug: `${slug}-b` });
    await world.send('PUT', `/sandbox/repositories/acme/${slug}-b`, { project: 'WEB' });
    await world.send('PUT', `/sandbox/repositories/acme/${slug}-b`, { workspace: 'globex' });
    await world.send('DELETE', `/sandbox/repositories/globex/${slug}-b`);
    const all = await deliveries();
    expect(all.map(({ workspace, event }) => `${workspace} ${event}`)).toEqual([
      'acme repo:created',
      'acme repo:updated',
      'acme repo:updated',
      'acme repo:transfer',
      'globex repo:transfer',
      'globex repo:deleted',
    ]);
    const bodies = all.map(({ body }) => JSON.parse(body));
    expect(bodies[1].changes.full_name).toEqual({ old: `acme/${slug}`, new: `acme/${slug}-b` });
    expect(bodies[2]).toMatchObject({ changes: {}, repository: { project: { key: 'WEB' } } });
    expect(bodies[3]).toMatchObject({
      repository: { full_name: `globex/${slug}-b` },
      previous_workspace: { slug: 'acme' },
    });
  });

  test('twice more after a 5xx, under the same id, and never after a 4xx', async () => {
    receiver.script({ status: 500 }, { status: 503 }, { status: 202 });
    await create();
    expect((await deliveries())[0]?.attempts.map(({ status }) => status)).toEqual([500, 503, 202]);
    const ids = receiver.requests.map(({ headers }) => headers['x-request-uuid']);
    expect(new Set(ids).size).toBe(1);
    expect(receiver.requests.map(({ headers }) => headers['x-attempt-number'])).toEqual(['1', '2', '3']);
    await world.send('DELETE', '/sandbox/deliveries');
    receiver.script({ status: 401 });
    await create();
    expect((await deliveries())[0]?.attempts).toHaveLength(1);
  });

  test('no more than three times', async () => {
    receiver.script({ status: 500 });
    await create();
    expect((await deliveries())[0]?.attempts).toHaveLength(3);
  });

  test('to active hooks that have the event only, and unsigned where a hook has no secret', async () => {
    receiver.script({ status: 202 });
    const hooks = '/2.0/workspaces/acme/hooks';
    const make = async (hook: object) => (await world.send('POST', hooks, hook)).body as { uuid: string };
    const push = await make({ url: `${receiver.url}/push`, events: ['repo:push'] });
    const idle = await make({ url: `${receiver.url}/idle`, events: ['repo:created'], active: false });
    const open = await make({ url: `${receiver.url}/open`, events: ['repo:created'] });
    await create();
    await deliveries();
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/open', '/webhooks/bitbucket/acme']);
    const unsigned = receiver.requests.find(({ path }) => path === '/open');
    expect(unsigned?.headers).not.toHaveProperty('x-hub-signature');
    for (const { uuid } of [push, idle, open]) {
      expect((await world.send('DELETE', `${hooks}/${encodeURIComponent(uuid)}`)).status).toBe(204);
    }
  });
});

describe('the hooks of a workspace', () => {
  const path = '/2.0/workspaces/acme/hooks';

  test('never show their secret, keep it where a change does not name it, and lose it to null', async () => {
    const hook = {
      url: 'https://example.com/hook',
      events: ['repo:created'],
      secret: 'the-secret-of-this-hook',
    };
    const made = await world.send('POST', path, hook);
    expect(made).toMatchObject({
      status: 201,
      body: { secret_set: true, active: true, subject_type: 'workspace' },
    });
    const one = `${path}/${encodeURIComponent((made.body as { uuid: string }).uuid)}`;
    const { secret: _, ...without } = hook;
    expect((await world.send('PUT', one, without)).body).toMatchObject({ secret_set: true });
    expect((await world.send('PUT', one, { ...without, secret: null })).body).toMatchObject({
      secret_set: false,
    });
    expect((await world.get(path)).text + made.text).not.toContain('the-secret-of-this-hook');
    await world.send('DELETE', one);
    expect((await world.get(one)).status).toBe(404);
  });

  test.each([
    {},
    { url: 'no url', events: ['repo:created'] },
    { url: 'https://a.example', events: ['repo:exploded'] },
  ])('are refused: %j', async (hook) => {
    expect((await world.send('POST', path, hook)).status).toBe(400);
  });

  test('need credentials; the events that there are do not', async () => {
    expect((await world.anonymous(path)).status).toBe(401);
    const { status, body } = await world.anonymous('/2.0/hook_events/workspace?pagelen=100');
    expect(status).toBe(200);
    const events = (body as { values: { event: string }[] }).values.map(({ event }) => event);
    expect(events).toEqual(expect.arrayContaining(['repo:created', 'repo:deleted', 'project:updated']));
  });
});
