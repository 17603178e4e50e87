import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bitbucketWorld, type World } from './world.ts';

type Page = { values: { slug: string }[]; pagelen: number; size: number; page: number; next?: string };

let world: World;
beforeAll(async () => {
  world = await bitbucketWorld();
  for (let i = 0; i < 9; i++) {
    await world.send('POST', '/sandbox/repositories', { workspace: 'acme', slug: `extra-${i}` });
  }
});
afterAll(() => world.end());

async function follow(path: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const page: Page = (await world.get(next.replace(world.sandbox.url, ''))).body as Page;
    pages.push(page);
    next = page.next;
  }
  return pages;
}

test('following next yields every repository once, ten a page unless told otherwise', async () => {
  const pages = await follow('/2.0/repositories/acme');
  expect(pages.map(({ values, pagelen, size }) => [values.length, pagelen, size])).toEqual([
    [10, 10, 12],
    [2, 10, 12],
  ]);
  const slugs = pages.flatMap(({ values }) => values.map(({ slug }) => slug));
  expect(new Set(slugs).size).toBe(12);
  expect(pages[0]?.next).toBe(`${world.sandbox.url}/2.0/repositories/acme?pagelen=10&page=2`);
});

test('the page length is kept in next, and the last page has no next', async () => {
  const pages = await follow('/2.0/repositories/acme?pagelen=4');
  expect(pages.map(({ values, page }) => [values.length, page])).toEqual([
    [4, 1],
    [4, 2],
    [4, 3],
  ]);
});

test('environments are paginated', async () => {
  const pages = await follow('/2.0/repositories/acme/shop/environments?pagelen=1');
  expect(pages.flatMap(({ values }) => values)).toMatchObject([{ name: 'Staging' }, { name: 'Production' }]);
  expect((await world.get('/2.0/repositories/acme/web/environments')).body).toMatchObject({ values: [] });
});

test.each(['pagelen=0', 'pagelen=101', 'pagelen=x', 'page=0', 'page=-1', 'q=slug="a"'])(
  'a list refuses what it cannot honour: %s',
  async (query) => {
    expect((await world.get(`/2.0/repositories/acme?${query}`)).status).toBe(400);
  },
);

test('a page length of 100 is allowed', async () => {
  expect((await follow('/2.0/repositories/acme?pagelen=100'))[0]?.values).toHaveLength(12);
});
