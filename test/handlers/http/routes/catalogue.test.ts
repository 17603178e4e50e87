import { describe, expect, test } from '@jest/globals';
import { catalogueRoutes } from '../../../../handlers/http/routes/catalogue.ts';
import { platform } from '../../../support/domain/fakes/fakes.ts';
import { templateContent, templateOf } from '../../../support/domain/samples.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { serveRoutes } from '../../../support/handlers/served.ts';

const names = ['c-site', 'a-site', 'b-site'];
const templates = new Map(names.map((name) => [name, templateOf({ ...templateContent(), name })]));
const { send } = serveRoutes(catalogueRoutes(templates), { ada: platform });
const get = (path: string) => send('GET', path, { as: 'ada' });

describe('GET /v1/templates', () => {
  test('lists all by name, page by page', async () => {
    const first = await get('/v1/templates?limit=2');
    expect(first.json.items).toMatchObject([{ name: 'a-site' }, { name: 'b-site' }]);
    const second = await get(`/v1/templates?limit=2&cursor=${first.json.cursor}`);
    expect(second.json).toEqual({ items: [expect.objectContaining({ name: 'c-site' })] });
  });

  test('takes no cursor that it has not given', async () => {
    expectProblem(await get('/v1/templates?cursor=abc'), 400, 'REQUEST_INVALID', ['/cursor']);
  });

  test('needs a token', async () => {
    expectProblem(await send('GET', '/v1/templates'), 401, 'UNAUTHENTICATED');
  });
});

describe('GET /v1/templates/{name}', () => {
  test('shows one', async () => {
    expect((await get('/v1/templates/b-site')).json).toMatchObject({ name: 'b-site' });
  });

  test.each(['unknown', '__proto__', 'constructor'])(
    'answers 404 for %s, and where all are listed',
    async (name) => {
      const reply = await get(`/v1/templates/${name}`);
      expectProblem(reply, 404, 'TEMPLATE_NOT_FOUND');
      expect(reply.json.detail).toContain('GET /v1/templates');
    },
  );
});
