import { beforeEach, describe, expect, test } from '@jest/globals';
import { catalogueRoutes } from '../../../handlers/http/routes/catalogue.ts';
import { grantRoutes } from '../../../handlers/http/routes/grants.ts';
import { platform, World } from '../../support/domain/fakes/fakes.ts';
import { templateContent, templateOf } from '../../support/domain/samples.ts';
import { type Served, serveRoutes, testCursors } from '../../support/handlers/served.ts';

const templates = new Map(
  ['s3-static-site', 'ecr-push'].map((name) => [name, templateOf({ ...templateContent(), name })]),
);

let served: Served;
beforeEach(() => {
  const world = new World();
  const routes = [
    ...grantRoutes({ ...world.requestPorts, ...testCursors(world.clock) }),
    ...catalogueRoutes(templates),
  ];
  served = serveRoutes(routes, { ada: platform });
});
const body = { repository: 'acme/shop', template: 's3-static-site', parameters: { bucket: 'shop-site' } };
const request = (more: object) =>
  served.send('POST', '/v1/grants', { as: 'ada', json: { ...body, ...more } });
const read = (path: string) => served.send('GET', path, { as: 'ada' });

describe('a name that is mistyped', () => {
  test.each([
    [{ template: 's3-static-sit' }, 'Did you mean s3-static-site?'],
    [{ parameters: { buckte: 'shop-site' } }, 'Did you mean bucket?'],
    [{ account: 'defualt' }, 'Did you mean default?'],
    [{ environment: 'Prodution' }, 'Production'],
    [{ repository: 'acmee/shop' }, 'Did you mean acme?'],
    [{ enviroment: 'Production' }, 'Did you mean environment?'],
    [{ expires_in: 'P1D' }, 'Did you mean expiresIn?'],
  ])('in a request with %j is answered with the one that was meant', async (more, text) => {
    const reply = await request(more);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify([reply.json.detail, reply.json.errors])).toContain(text);
  });

  test.each([
    ['/v1/templates/s3-static-sites', 'Did you mean s3-static-site?'],
    ['/v1/templates/ecr-psuh', 'Did you mean ecr-push?'],
    ['/v1/templates/s3-static-sit/impact', 'Did you mean s3-static-site?'],
    ['/v1/grants?stat=active', 'Did you mean state?'],
    ['/v1/grants?repo=acme/shop', 'Did you mean repository?'],
  ])('in %s is answered with the one that was meant', async (path, text) => {
    const reply = await read(path);
    expect(JSON.stringify([reply.json.detail, reply.json.errors])).toContain(text);
  });

  test.each([
    ['a template', () => request({ template: 'zzz' })],
    ['a parameter', () => request({ parameters: { bucket: 'shop-site', xyzzy: '1' } })],
    ['a field', () => request({ xyzzy: 1 })],
    ['a repository, whose names are not the caller’s to know', () => request({ repository: 'acme/shpo' })],
  ])('beyond recognition gets no guess: %s', async (_, send) => {
    const reply = await send();
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.text).not.toContain('Did you mean');
  });
});
