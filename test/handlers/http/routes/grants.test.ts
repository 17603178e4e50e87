import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Grant } from '../../../../domain/grants/grant.ts';
import { PortError } from '../../../../domain/shared/port-error.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { revocationRoutes } from '../../../../handlers/http/routes/revocations.ts';
import { approver, pipelineOf, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, present, production, ROLE_ARN, shop, web } from '../../../support/domain/samples.ts';
import type { Reply } from '../../../support/e2e/http.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';

const reader: Caller = { principal: { kind: 'person', id: 'rosa@acme.example' }, groups: ['readers'] };
const stranger: Caller = { principal: { kind: 'person', id: 'sam@acme.example' }, groups: [] };
const callers = { ada: platform, grace: approver, rosa: reader, sam: stranger, shop: pipelineOf(shop) };
const LOCATION = `/v1/grants/${GRANT_ID}`;
const body = (over: Record<string, unknown> = {}) => ({
  repository: 'acme/shop',
  template: 's3-static-site',
  parameters: { bucket: 'shop-site' },
  ...over,
});

let world: World;
let served: Served;
beforeEach(() => {
  world = new World();
  served = serveRoutes(
    [
      ...grantRoutes({ ...world.requestPorts, ...testCursors(world.clock) }),
      ...revocationRoutes(world.requestPorts),
    ],
    callers,
  );
});

const ask = (over: Record<string, unknown> = {}, as = 'ada', query = '') =>
  served.send('POST', `/v1/grants${query}`, { as, json: body(over) });
const show = async (as = 'ada') => (await served.send('GET', LOCATION, { as })).json;
const outcomeOf = ({ status, headers, json }: Reply) => [status, headers.get('location'), json.state];
/** Has the template ask for approval. */
const requireApproval = () => world.redeploy((content) => Object.assign(content, { approval: 'required' }));
/** Has the template allow more. */
const widen = () =>
  world.redeploy(({ statements }) => {
    (present(statements[0]).actions as string[]).push('s3:GetObject');
  });
const planHashOf = ({ plan }: Reply['json']): string =>
  present((plan as { hash?: string } | undefined)?.hash);
const waiting = async () => {
  requireApproval();
  return planHashOf((await ask()).json);
};
const decide = (verb: string, planHash: string, as = 'grace') =>
  served.send('POST', `${LOCATION}/${verb}`, { as, json: { planHash, reason: 'Release day' } });

describe('POST /v1/grants', () => {
  test('answers 201 with the Location of the grant that it made active', async () => {
    const reply = await ask();
    expect(outcomeOf(reply)).toEqual([201, LOCATION, 'active']);
    expect(reply.json.role).toMatchObject({ arn: ROLE_ARN });
  });

  test('answers 200 without a Location where nothing changes, and where a grant was changed', async () => {
    await ask();
    expect(outcomeOf(await ask())).toEqual([200, null, 'active']);
    expect(outcomeOf(await ask({ parameters: { bucket: 'shop-assets' } }))).toEqual([200, null, 'active']);
  });

  test('answers 202 with the Location of a grant that waits for approval', async () => {
    requireApproval();
    expect(outcomeOf(await ask())).toEqual([202, LOCATION, 'pending']);
  });

  test('answers 202 while the provisioner is not done', async () => {
    world.iam.fault('createRole', ...Array.from({ length: 30 }, () => ({ effect: 'unavailable' as const })));
    expect(outcomeOf(await ask())).toEqual([202, LOCATION, 'provisioning']);
  });

  test('answers a dry run with 200, the plan and both documents, and writes nothing', async () => {
    const reply = await ask({}, 'ada', '?dryRun=true');
    expect(outcomeOf(reply)).toEqual([200, null, 'active']);
    expect(reply.json.plan).toMatchObject({ risk: 'new', requiresApproval: false });
    expect(reply.json).toMatchObject({
      trustPolicy: expect.anything(),
      permissionsPolicy: expect.anything(),
    });
    expect(world.story()).toEqual([]);
  });

  test('records the id of the request and who called', async () => {
    await ask();
    const [event] = await world.log.load(GRANT_ID);
    expect(event).toMatchObject({
      correlationId: 'request-of-this-test',
      entryPoint: 'http',
      principal: platform.principal,
    });
  });

  test.each<[string, number, string, Record<string, unknown>, string[]]>([
    ['an unknown template', 404, 'TEMPLATE_NOT_FOUND', { template: 'unknown' }, []],
    ['an unknown account', 404, 'ACCOUNT_NOT_FOUND', { account: 'unknown' }, []],
    ['an unknown repository', 404, 'REPOSITORY_NOT_FOUND', { repository: 'acme/unknown' }, []],
    ['an unknown workspace', 404, 'WORKSPACE_NOT_CONFIGURED', { repository: 'unknown/shop' }, []],
    ['an unknown environment', 404, 'ENVIRONMENT_NOT_FOUND', { environment: 'Nowhere' }, ['/environment']],
    ['a bad parameter', 422, 'PARAMETERS_INVALID', { parameters: { bucket: '*' } }, ['/parameters/bucket']],
    ['an unknown field', 400, 'REQUEST_INVALID', { bucket: 'x' }, ['/bucket']],
    ['another plan', 409, 'PLAN_CHANGED', { planHash: 'f'.repeat(64) }, ['/planHash']],
  ])('for %s answers %i %s', async (_, status, code, over, pointers) => {
    expectProblem(await ask(over), status, code, pointers.length > 0 ? pointers : undefined);
    expect(world.story()).toEqual([]);
  });

  test.each<[string, string, string, Record<string, unknown>]>([
    ['someone without a rule', 'DENIED', 'sam', {}],
    [
      'a pipeline and a name that its project does not own',
      'NOT_OWNED',
      'shop',
      { parameters: { bucket: 'web-site' } },
    ],
    ['a pipeline of another repository', 'DENIED', 'shop', { repository: web.uuid }],
  ])('for %s answers 403 %s', async (_, code, as, over) => {
    expectProblem(await ask(over, as), 403, code);
    expect(world.story()).toEqual([]);
    expect(world.denials).toHaveLength(1);
  });

  test('without a token answers 401 and says that a bearer token is wanted', async () => {
    const reply = await served.send('POST', '/v1/grants', { json: body() });
    expectProblem(reply, 401, 'UNAUTHENTICATED');
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('while Bitbucket is away answers 503 with Retry-After', async () => {
    world.bitbucket.outage = new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket is away.', {
      retryAfter: 7,
    });
    const reply = await ask();
    expectProblem(reply, 503, 'UPSTREAM_UNAVAILABLE');
    expect(reply.headers.get('retry-after')).toBe('7');
  });

  test('where Bitbucket refuses our own credential answers 502', async () => {
    world.bitbucket.outage = new PortError('Bitbucket', 'DENIED', 'Bitbucket refuses.');
    expectProblem(await ask(), 502, 'UPSTREAM_FAILED');
  });

  test('answers a bug with 500 and nothing of its text', async () => {
    world.log.beforeAppend = () => {
      throw new Error('the secret cause');
    };
    const reply = await ask();
    expectProblem(reply, 500, 'INTERNAL');
    expect(reply.text).not.toContain('secret cause');
    expect(served.lines.map(({ level, message }) => [level, message])).toEqual([['error', 'request failed']]);
  });
});

describe('GET /v1/grants/{id}', () => {
  test('shows the grant', async () => {
    await ask();
    expect(await show('rosa')).toMatchObject({ id: GRANT_ID, state: 'active', role: { arn: ROLE_ARN } });
  });

  test.each([
    ['a grant that does not exist', LOCATION, 'ada'],
    ['what is no id', '/v1/grants/unknown', 'ada'],
  ])('for %s answers 404', async (_, path, as) => {
    expectProblem(await served.send('GET', path, { as }), 404, 'GRANT_NOT_FOUND');
  });

  test('gives one who may not read it the answer for none, word by word', async () => {
    const missing = await served.send('GET', LOCATION, { as: 'sam' });
    await ask();
    const hidden = await served.send('GET', LOCATION, { as: 'sam' });
    expectProblem(hidden, 404, 'GRANT_NOT_FOUND');
    expect(hidden.json).toEqual(missing.json);
  });
});

describe('DELETE /v1/grants/{id}', () => {
  const revoke = (as = 'ada') => served.send('DELETE', LOCATION, { as });

  test('answers 200 once nothing is left in IAM, and again when it is repeated', async () => {
    await ask();
    for (const _ of ['first', 'second']) {
      const reply = await revoke();
      expect(outcomeOf(reply)).toEqual([200, null, 'revoked']);
      expect(reply.json.notice).toMatch(/guarantees no time/);
    }
    expect(world.iam.roles.size).toBe(0);
  });

  test('answers 202 with a Location while steps remain', async () => {
    await ask();
    world.iam.fault('deleteRole', { effect: 'unavailable' });
    expect(outcomeOf(await revoke())).toEqual([202, LOCATION, 'revoking']);
  });

  test('answers 403 to one who may read but not revoke, and 404 to one who may not even read', async () => {
    await ask();
    expectProblem(await revoke('rosa'), 403, 'DENIED');
    expectProblem(await revoke('sam'), 404, 'GRANT_NOT_FOUND');
    expect((await show()).state).toBe('active');
  });
});

describe('POST /v1/grants/{id}/approve and reject', () => {
  test('an approval of the plan that was shown answers 200 once it is applied', async () => {
    const planHash = await waiting();
    expect(outcomeOf(await decide('approve', planHash))).toEqual([200, null, 'active']);
  });

  test('an approval answers 202 with a Location while work goes on', async () => {
    const planHash = await waiting();
    world.iam.fault('createRole', ...Array.from({ length: 30 }, () => ({ effect: 'unavailable' as const })));
    expect(outcomeOf(await decide('approve', planHash))).toEqual([202, LOCATION, 'provisioning']);
  });

  test('a rejection answers 200 with the rejected grant', async () => {
    const planHash = await waiting();
    expect(outcomeOf(await decide('reject', planHash))).toEqual([200, null, 'rejected']);
  });

  test.each([
    ['one who asked themselves', 'ada', 403, 'DENIED'],
    ['one who may only read', 'rosa', 403, 'DENIED'],
    ['one who may not read', 'sam', 404, 'GRANT_NOT_FOUND'],
  ])('an approval by %s is refused', async (_, as, status, code) => {
    const planHash = await waiting();
    expectProblem(await decide('approve', planHash, as), status, code);
    expect(await world.eventTypes()).toEqual(['GrantRequested']);
  });

  test.each(['approve', 'reject'])(
    'to %s another plan answers 409, and where nothing waits, too',
    async (verb) => {
      await waiting();
      expectProblem(await decide(verb, 'f'.repeat(64)), 409, 'PLAN_CHANGED');
      await served.send('DELETE', LOCATION, { as: 'ada' });
      expectProblem(await decide(verb, 'f'.repeat(64)), 409, 'CONFLICT');
    },
  );
});

describe('POST /v1/grants/{id}/upgrade', () => {
  const upgrade = (query = '', as = 'ada') =>
    served.send('POST', `${LOCATION}/upgrade${query}`, { as, json: {} });

  test('brings a grant to its template as it is now, and answers 200', async () => {
    await ask();
    const before = (await show()).template;
    widen();
    const reply = await upgrade();
    expect(outcomeOf(reply)).toEqual([200, null, 'active']);
    expect(reply.json.template).not.toEqual(before);
  });

  test('of a dry run shows the plan and writes nothing', async () => {
    await ask();
    widen();
    const before = await world.eventTypes();
    const reply = await upgrade('?dryRun=true');
    expect(reply.status).toBe(200);
    expect(JSON.stringify(reply.json.plan)).toContain('s3:GetObject');
    expect(await world.eventTypes()).toEqual(before);
  });

  test('of a grant that is not active answers 409, and of none 404', async () => {
    expectProblem(await upgrade(), 404, 'GRANT_NOT_FOUND');
    await waiting();
    expectProblem(await upgrade(), 409, 'CONFLICT');
  });
});

describe('lists', () => {
  const page = async (path: string, as = 'ada') => (await served.send('GET', path, { as })).json;
  const idsOf = ({ items }: Reply['json']) => (items as Pick<Grant, 'id'>[]).map(({ id }) => id);

  test('GET /v1/grants pages by a cursor, each grant once, without documents', async () => {
    await ask();
    await ask({ environment: production.name });
    const first = await page('/v1/grants?limit=1');
    const second = await page(`/v1/grants?limit=1&cursor=${first.cursor}`);
    expect(new Set([...idsOf(first), ...idsOf(second)]).size).toBe(2);
    expect(second.cursor).toBeUndefined();
    expect(JSON.stringify([first, second])).not.toContain('permissionsPolicy');
  });

  test('GET /v1/grants takes an account by alias or id, and leaves out what may not be read', async () => {
    await ask();
    for (const account of ['default', '111122223333']) {
      expect(idsOf(await page(`/v1/grants?account=${account}`))).toEqual([GRANT_ID]);
    }
    expect(idsOf(await page('/v1/grants?account=unknown'))).toEqual([]);
    expect(idsOf(await page('/v1/grants', 'sam'))).toEqual([]);
  });

  test('GET /v1/grants/{id}/events pages through the history, oldest first', async () => {
    await ask();
    const path = `${LOCATION}/events?limit=4`;
    const first = await page(path);
    const second = await page(`${path}&cursor=${first.cursor}`);
    const types = [first, second].flatMap(({ items }) =>
      (items as { type: string }[]).map(({ type }) => type),
    );
    expect(types).toEqual(await world.eventTypes());
    expect(second.cursor).toBeUndefined();
  });

  test('GET /v1/templates/{name}/impact shows what an upgrade would change', async () => {
    await ask();
    widen();
    const { items } = await page('/v1/templates/s3-static-site/impact');
    expect(items).toMatchObject([{ grant: GRANT_ID, risk: 'wider' }]);
    expectProblem(
      await served.send('GET', '/v1/templates/unknown/impact', { as: 'ada' }),
      404,
      'TEMPLATE_NOT_FOUND',
    );
  });

  test.each([
    ['/v1/grants?cursor=', '/v1/grants?state=active&cursor='],
    ['/v1/grants?cursor=', `${LOCATION}/events?cursor=`],
    ['/v1/grants?cursor=', '/v1/templates/s3-static-site/impact?cursor='],
  ])('a cursor of %s is none of %s', async (own, other) => {
    await ask();
    await ask({ environment: production.name });
    const { cursor } = await page('/v1/grants?limit=1');
    expect((await served.send('GET', `${own}${cursor}`, { as: 'ada' })).status).toBe(200);
    const reply = await served.send('GET', `${other}${cursor}`, { as: 'ada' });
    expectProblem(reply, 400, 'REQUEST_INVALID', ['/cursor']);
  });

  test.each(['limit=0', 'limit=101', 'limit=2&limit=3', 'unknown=1', 'state=unknown', '__proto__=x'])(
    'a query of %s answers 400 and names the field',
    async (query) => {
      const pointer = `/${query.split('=')[0]}`;
      expectProblem(await served.send('GET', `/v1/grants?${query}`, { as: 'ada' }), 400, 'REQUEST_INVALID', [
        pointer,
      ]);
    },
  );
});

describe('paths and methods', () => {
  test('another method answers 405 with those that there are', async () => {
    const reply = await served.send('POST', LOCATION, { as: 'ada' });
    expectProblem(reply, 405, 'METHOD_NOT_ALLOWED');
    expect(reply.headers.get('allow')).toBe('GET, HEAD, DELETE');
  });

  test('another path answers 404', async () => {
    expectProblem(await served.send('GET', '/v1/unknown', { as: 'ada' }), 404, 'ROUTE_NOT_FOUND');
  });
});
