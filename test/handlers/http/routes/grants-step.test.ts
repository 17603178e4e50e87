import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { revocationRoutes } from '../../../../handlers/http/routes/revocations.ts';
import { pipelineOf, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, shop } from '../../../support/domain/samples.ts';
import { stepsIn } from '../../../support/domain/step-shell.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';

const stranger: Caller = { principal: { kind: 'person', id: 'sam@acme.example' }, groups: [] };
const STEP = 'text/x-bitbucket-pipelines';

let served: Served;
beforeEach(() => {
  const world = new World();
  const callers = { ada: platform, sam: stranger, shop: pipelineOf(shop) };
  served = serveRoutes(
    [
      ...grantRoutes({ ...world.requestPorts, ...testCursors(world.clock) }),
      ...revocationRoutes(world.requestPorts),
    ],
    callers,
  );
});

const grant = async (more: Record<string, unknown> = {}) => {
  const json = {
    repository: 'acme/shop',
    template: 's3-static-site',
    parameters: { bucket: 'shop-site' },
    ...more,
  };
  const reply = await served.send('POST', '/v1/grants', { as: 'ada', json });
  expect(reply.json.state).toBe('active');
  return String(reply.json.id);
};
const list = (query: string, { accept = STEP, as = 'ada' } = {}) =>
  served.send('GET', `/v1/grants${query}`, { as, headers: { accept } });

describe('GET /v1/grants as a step', () => {
  test('is one step with every active grant of the filter', async () => {
    for (const name of ['one', 'two']) await grant({ name });
    const gone = await grant({ name: 'gone' });
    await served.send('DELETE', `/v1/grants/${gone}`, { as: 'ada' });
    const reply = await list('?repository=acme/shop&limit=1');
    expect([reply.status, reply.headers.get('content-type'), reply.headers.get('vary')]).toEqual([
      200,
      `${STEP}; charset=utf-8`,
      'accept',
    ]);
    const [step, ...more] = stepsIn(reply.text);
    expect(more).toEqual([]);
    for (const name of ['one', 'two']) expect(step?.script.join('\n')).toContain(`s3-static-site.${name} `);
    expect(reply.text).not.toContain('s3-static-site.gone');
  });

  test('is for one environment, which must be named where there are several', async () => {
    await grant({ environment: 'Production' });
    await grant({ environment: 'Staging' });
    await grant();
    const mixed = await list('?repository=acme/shop');
    expectProblem(mixed, 400, 'REQUEST_INVALID', ['/environment']);
    expect(JSON.stringify(mixed.json.errors)).toMatch(/Production.*Staging|Staging.*Production/);
    const reply = await list('?repository=acme/shop&environment=Production');
    expect(stepsIn(reply.text)).toMatchObject([{ deployment: 'Production' }]);
  });

  test.each([
    ['', ['/repository']],
    ['?template=s3-static-site', ['/repository']],
    ['?repository=acme/shop&state=pending', ['/state']],
    ['?repository=acme/shop&cursor=abc', ['/cursor']],
    ['?repository=acme/shop&limit=0', ['/limit']],
  ])('is refused for the filter %j', async (query, pointers) => {
    await grant();
    expectProblem(await list(query), 400, 'REQUEST_INVALID', pointers);
  });

  test('is not there where no grant is active, or none that the caller may read', async () => {
    expectProblem(await list('?repository=acme/shop'), 404, 'GRANT_NOT_FOUND');
    await grant();
    expectProblem(await list('?repository=acme/shop', { as: 'sam' }), 404, 'GRANT_NOT_FOUND');
    expect((await list('?repository=acme/shop', { as: 'shop' })).status).toBe(200);
    expect((await list(`?repository=acme/web`)).status).toBe(404);
  });
});

describe('the media type of a list of grants', () => {
  test.each([
    [STEP, STEP],
    [`${STEP};q=0.5, application/json;q=0.4`, STEP],
    [`text/*`, STEP],
    [`${STEP}, */*`, STEP],
    [`${STEP};q=0.1, application/json`, 'application/json'],
    [`${STEP};q=0, */*`, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['', 'application/json'],
    ['APPLICATION/JSON', 'application/json'],
  ])('for Accept: %s is %s', async (accept, type) => {
    await grant();
    const reply = await list('?repository=acme/shop', { accept });
    expect([reply.status, reply.headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
  });

  test.each(['text/html', 'application/xml, text/plain', `${STEP};q=0`, `*/*;q=0`, 'nonsense'])(
    'for Accept: %s is none of the offered',
    async (accept) => {
      await grant();
      const reply = await list('?repository=acme/shop', { accept });
      expectProblem(reply, 406, 'NOT_ACCEPTABLE');
      expect(reply.json.detail).toContain(STEP);
      expect(reply.text).not.toContain(GRANT_ID);
    },
  );
});
