import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { identifiersOf } from '../../../domain/shared/principal.ts';
import { providerFixtures } from '../../support/adapters/identity-providers/fixtures.ts';
import { type Claims, type Keys, newKeys, sign } from '../../support/adapters/issuers.ts';
import {
  expectRefused,
  startTokenWorld,
  type TokenWorld,
  verified,
} from '../../support/adapters/token-world.ts';

type Entry = { issuer: string; algorithms: string[] };

/** The entries of each chapter of the page. */
const chapters = new Map(
  readFileSync('docs/identity-providers.md', 'utf8')
    .split(/^## /m)
    .slice(1)
    .flatMap((text): [string, Entry[]][] => {
      const [title = ''] = text.split('\n');
      const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => parse(yaml));
      const entries = blocks.flatMap(({ issuers }: { issuers?: Entry[] }) => issuers ?? []);
      return entries.length > 0 ? [[title.replace("'", '’'), entries]] : [];
    }),
);

let world: TokenWorld;
const keys = new Map<string, Keys>();

beforeAll(async () => {
  world = await startTokenWorld();
  for (const algorithm of ['RS256', 'ES384']) keys.set(algorithm, await newKeys(algorithm, algorithm));
});

beforeEach(() => world.reset());

afterAll(() => world.server.close());

/** A verifier of one chapter's entries, whose issuers publish the keys. */
function using(entries: readonly Entry[]): void {
  for (const { issuer } of entries)
    world.server.published.set(
      issuer,
      [...keys.values()].map(({ jwk }) => jwk),
    );
  world.verifier = world.server.verifier(entries);
}

const signed = (claims: Claims, algorithm: string): Promise<string> =>
  sign(claims, keys.get(algorithm) as Keys, { typ: 'JWT' });

test('every chapter with entries has tokens, and every set of tokens a chapter', () => {
  expect(providerFixtures.map(({ chapter }) => chapter)).toEqual([...chapters.keys()]);
});

test('the entries of all chapters work in one configuration', async () => {
  using([...chapters.values()].flat());
  for (const { chapter, taken } of providerFixtures) {
    for (const [what, claims, { kind, id }] of taken) {
      const algorithm = chapters.get(chapter)?.[0]?.algorithms[0] ?? '';
      const found = await verified(world, await signed(claims, algorithm));
      expect([chapter, what, found]).toMatchObject([chapter, what, { principal: { kind, id } }]);
    }
  }
});

describe.each(providerFixtures)('$chapter', ({ chapter, taken, refused, opaque = [] }) => {
  const entries = chapters.get(chapter) ?? [];
  const algorithms = [...new Set(entries.flatMap((one) => one.algorithms))];

  beforeEach(() => using(entries));

  test.each(taken)('takes %s', async (_, claims, { kind, id, groups, email }) => {
    for (const algorithm of algorithms) {
      const found = await verified(world, await signed(claims, algorithm));
      expect(found).toMatchObject({ principal: { kind, id }, groups, issuer: claims.iss });
      if (kind === 'service' || email === undefined) continue;
      const sub: [string, string] = [String(claims.iss), String(claims.sub)];
      const identifiers = identifiersOf({ sub, emails: email === null ? [] : [email] });
      expect(found).toMatchObject({ principal: { identifiers } });
    }
  });

  test.each(refused)('refuses a token %s', async (_, claims, detail) => {
    const token = await signed(claims, algorithms[0] ?? '');
    await expectRefused(world, token);
    expect(await verified(world, token)).toMatch(detail);
  });

  test.each(taken)(
    'refuses %s with a key of others, or an algorithm that is not listed',
    async (_, claims) => {
      const stranger = await newKeys('RS256', 'RS256');
      await expectRefused(world, await sign(claims, stranger));
      const other = ['RS256', 'ES384'].find((one) => !algorithms.includes(one));
      if (other) await expectRefused(world, await signed(claims, other));
    },
  );

  test('says of other text of the provider that it is no signed JWT', async () => {
    for (const text of [...opaque, 'a.b.c', '{}'])
      expect(await verified(world, text)).toMatch(/no signed JWT/);
  });
});
