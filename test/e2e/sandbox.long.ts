import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { freePort } from '../../sandbox/http/local-server.ts';
import { freePorts, startStandIns } from '../../sandbox/stack.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { siteBody } from '../support/e2e/samples.ts';
import { type ChildStack, portsInUse, run, startChild } from '../support/e2e/stack/child.ts';
import { START_WITHIN_MS, startWorld, type World, worldOf } from '../support/e2e/stack/stack.ts';

const OBJECT = 'arn:aws:s3:::shop-site/index.html';
const folder = () => mkdtempSync(join(tmpdir(), 'rolewright-sandbox-'));
const dirs = [folder(), folder(), folder()];
const [first = '', second = '', foreign = ''] = dirs;
const left: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  await Promise.all(left.map((end) => end()));
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

/** What a person, a pipeline and an operator see of a grant. */
async function viewOf(world: World, ada: string, grantId: string, roleName: string) {
  const { json: grant } = await world.get(`/v1/grants/${grantId}`, ada);
  const { json: log } = await world.get(`/v1/grants/${grantId}/events`, ada);
  const { json: list } = await world.get('/v1/grants?repository=acme/shop', ada);
  const seen = await world.role(roleName);
  const { RoleLastUsed: _, ...role } = seen?.role ?? {};
  return { grant, log, list, seen: { ...seen, role } };
}

let here: Awaited<ReturnType<typeof startWorld>>;

describe('a port that is chosen free', () => {
  it('is none that the system hands out to somebody’s outgoing connection meanwhile', async () => {
    const ports = await Promise.all(Array.from({ length: 40 }, freePort));
    const ranges = ports.map((port) => port >= 1024 && port < 32_768);
    expect(new Set(ranges)).toEqual(new Set([true]));
  });
});

describe('two stacks', () => {
  let there: World;
  let child: ChildStack;

  beforeAll(async () => {
    const [own, other] = await Promise.all([
      startWorld(first),
      startChild(process.execPath, ['sandbox/start.ts'], second),
    ]);
    here = own;
    child = other;
    there = await worldOf(child.endpoints);
    left.push(() => child.end('SIGKILL'));
  }, START_WITHIN_MS);

  it('run side by side and know nothing of one another', async () => {
    const [grant, twin] = await Promise.all([
      here.granted(siteBody('acme/shop', 'shop-here')),
      there.granted(siteBody('acme/shop', 'shop-there')),
    ]);
    expect(twin.id).toBe(grant.id);
    expect(twin.role.id).not.toBe(grant.role.id);
    await here.granted({ ...siteBody('acme/shop', 'shop-here'), name: 'second' });
    expect(await there.all('/v1/grants', 100)).toHaveLength(1);
    expect((await there.get('/v1/grants', here.ada)).status).toBe(401);
    const token = await here.step('acme/shop');
    expect(await there.assume(twin.role.arn, token)).toEqual({ code: 'InvalidIdentityTokenException' });
    expect(await here.assume(grant.role.arn, token)).toHaveProperty('accessKeyId');
  });

  it.each(['/v1/grants', '/v1/explain'])('hand every body of JSON on to %s as it came', async (path) => {
    for (const body of ['false', '0', 'null', '""', '[]', '1', 'true', '{']) {
      const answer = await fetch(`${here.stack.api}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${here.ada}` },
        body,
      });
      expect([body, answer.status]).toEqual([body, 400]);
    }
  });

  it('allow no other origin anything, as an HTTP API without CORS', async () => {
    const headers = {
      origin: 'https://elsewhere.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    for (const [method, path, status] of [
      ['OPTIONS', '/v1/grants', 204],
      ['OPTIONS', '/nowhere', 404],
      ['GET', '/healthz', 200],
      ['GET', '/v1/grants', 401],
    ] as const) {
      const answer = await fetch(`${here.stack.api}${path}`, { method, headers });
      const allowed = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
      expect([method, path, answer.status, allowed]).toEqual([method, path, status, []]);
    }
  });

  it('do not share a folder', async () => {
    await expect(startStandIns(sourceOfStage(process.cwd(), 'sandbox'), first, freePorts)).rejects.toThrow(
      'another sandbox is running',
    );
    expect((await here.get('/v1/grants')).status).toBe(200);
  });

  it('end with the process that started them, even when that is killed', async () => {
    const { output, ports } = child;
    expect(output()).toContain('Rolewright is ready');
    expect(await portsInUse(ports)).toEqual(ports);
    there.close();
    await child.end('SIGKILL');
    await eventually(
      () => portsInUse(ports),
      (used) => used.length === 0,
    );
  });
});

describe('npm start', () => {
  let before: Awaited<ReturnType<typeof viewOf>>;
  let token = '';
  let session = '';
  let grantId = '';
  let role = { arn: '', name: '' };
  let child: ChildStack;

  beforeAll(async () => {
    token = await here.step('acme/shop');
    const body = { ...siteBody('acme/shop', 'shop-site'), name: 'kept', expiresIn: 'P1D' };
    const grant = await here.granted(body);
    grantId = grant.id;
    role = grant.role;
    session = await here.session(role.arn, token);
    before = await viewOf(here, here.ada, grantId, role.name);
    await here.stop();
    child = await startChild('npm', ['start'], first);
    left.push(() => child.end('SIGKILL'));
  }, START_WITHIN_MS);

  it('says that it is ready, and where everything is', () => {
    expect(child.output()).toContain('Rolewright is ready');
    expect(child.output()).toContain('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}');
    expect(child.ports.every((port) => port > 0)).toBe(true);
  });

  it('goes on from the state that an earlier stack left: grants, log, roles, tokens, sessions', async () => {
    const world = await worldOf(child.endpoints);
    expect(await viewOf(world, here.ada, grantId, role.name)).toEqual(before);
    expect(await world.assume(role.arn, token)).toHaveProperty('accessKeyId');
    expect(await world.canAct(session, 's3:PutObject', OBJECT)).toBe(true);
    expect((await world.request({ ...siteBody('acme/shop', 'shop-site'), name: 'kept' })).status).toBe(200);
    expect((await world.revoke(grantId)).status).toBe(200);
    expect(await world.canAct(session, 's3:PutObject', OBJECT)).toBe(false);
    world.close();
  });

  it('keeps its state from being cleared while it runs', async () => {
    const { code, output } = await run('npm', ['run', 'sandbox:reset'], { SANDBOX_DIR: first });
    expect(code).not.toBe(0);
    expect(output).toContain('another sandbox is running');
    expect((await fetch(`${child.endpoints.api}/healthz`)).status).toBe(200);
  });

  it('ends on SIGTERM with code 0, and leaves no process behind', async () => {
    expect(await child.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await portsInUse(child.ports)).toEqual([]);
  });
});

describe('npm run sandbox:reset', () => {
  const reset = (dir: string) => run('npm', ['run', 'sandbox:reset'], { SANDBOX_DIR: dir });

  it('clears the folder of a sandbox', async () => {
    expect(existsSync(join(first, 'dynamodb'))).toBe(true);
    expect((await reset(first)).code).toBe(0);
    expect(existsSync(first)).toBe(false);
    expect((await reset(first)).code).toBe(0);
  });

  it('leaves a folder alone that is none of a sandbox', async () => {
    writeFileSync(join(foreign, 'thesis.txt'), 'ten years of work');
    const { code, output } = await reset(foreign);
    expect(code).not.toBe(0);
    expect(output).toContain('holds no state of a sandbox');
    expect(existsSync(join(foreign, 'thesis.txt'))).toBe(true);
  });
});
