import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Reading } from '../../../../../domain/grants/stores.ts';
import { readPage } from '../../../../../domain/use-cases/reading/pages.ts';
import { runs } from '../../../../support/domain/arbitraries.ts';

type Entry = { position: string; isKept: boolean };

/** A partition of sorted entries, which gives at most `most` at once. */
const sourceOf =
  (isAscending: boolean) =>
  async (entries: readonly Entry[], { limit, after }: Reading) => {
    const sorted = [...entries].sort((a, b) => (a.position < b.position === isAscending ? -1 : 1));
    const rest = sorted.filter(
      ({ position }) => after === undefined || (isAscending ? position > after : position < after),
    );
    const part = rest.slice(0, limit);
    return { entries: part, isComplete: rest.length <= limit, position: part.at(-1)?.position };
  };

async function pagesOf(
  partitions: Entry[][],
  { isAscending, isFiltered, limit }: { isAscending: boolean; isFiltered: boolean; limit: number },
) {
  const shown: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 500; pages += 1) {
    const page = await readPage<Entry[], Entry>(
      {
        partitions,
        read: sourceOf(isAscending),
        positionOf: ({ position }) => position,
        keeps: isFiltered ? ({ isKept }) => isKept : undefined,
        isAscending,
      },
      { limit, after },
    );
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    shown.push(...page.entries.map(({ position }) => position));
    if (page.next === undefined) return shown;
    after = page.next;
  }
  throw new Error('the pages do not end');
}

test('the pages of any partitions hold each kept entry exactly once, in one order, and end', async () => {
  const partition = fc.uniqueArray(fc.integer({ min: 0, max: 3000 }), { maxLength: 400 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(partition, { maxLength: 3 }),
      fc.record({
        isAscending: fc.boolean(),
        isFiltered: fc.boolean(),
        limit: fc.integer({ min: 1, max: 40 }),
      }),
      fc.integer({ min: 2, max: 50 }),
      async (numbers, how, rarity) => {
        const partitions = numbers.map((some, n) =>
          some.map((number) => ({
            position: `${String(number).padStart(4, '0')}#${n}`,
            isKept: number % rarity === 0,
          })),
        );
        const kept = partitions.flat().filter(({ isKept }) => isKept || !how.isFiltered);
        const sorted = kept.map(({ position }) => position).sort();
        expect(await pagesOf(partitions, how)).toEqual(how.isAscending ? sorted : sorted.reverse());
      },
    ),
    runs(100),
  );
});

test('a page without anything left out reads one entry more than it shows, and no more', async () => {
  const limits: number[] = [];
  const entries = Array.from({ length: 90 }, (_, n) => ({
    position: String(n).padStart(3, '0'),
    isKept: true,
  }));
  const read = async (part: Entry[], reading: Reading) => {
    limits.push(reading.limit);
    return sourceOf(false)(part, reading);
  };
  const positionOf = ({ position }: Entry) => position;
  const source = { partitions: [entries], read, positionOf, keeps: undefined, isAscending: false };
  expect((await readPage(source, { limit: 25 })).entries).toHaveLength(25);
  expect(limits).toEqual([26]);
});

test('an entry that is listed elsewhere than it says is on one page at most, keeps none from its own, and the pages end', async () => {
  const place = fc.integer({ min: 0, max: 40 }).map((number) => String(number).padStart(2, '0'));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(place, { maxLength: 20 }),
      fc.array(fc.record({ listed: place, said: place }), { maxLength: 3 }),
      fc.record({
        isAscending: fc.boolean(),
        isFiltered: fc.boolean(),
        limit: fc.integer({ min: 1, max: 5 }),
      }),
      async (honest, lying, { isAscending, isFiltered, limit }) => {
        const entries = [
          ...honest.map((at) => ({ listed: `${at}#a`, said: `${at}#a` })),
          ...lying.map(({ listed, said }, n) => ({ listed: `${listed}#${n}`, said: `${said}#${n}` })),
        ];
        const read = sourceOf(isAscending);
        const shown: string[] = [];
        let after: string | undefined;
        for (let pages = 0; ; pages += 1) {
          expect(pages).toBeLessThanOrEqual(entries.length);
          const page = await readPage<typeof entries, (typeof entries)[number]>(
            {
              partitions: [entries],
              read: async (all, reading) => {
                const found = await read(
                  all.map(({ listed }) => ({ position: listed, isKept: true })),
                  reading,
                );
                const places = found.entries.map(({ position }) => position);
                return {
                  ...found,
                  entries: places.flatMap((at) => all.find((one) => one.listed === at) ?? []),
                };
              },
              positionOf: ({ said }) => said,
              keeps: isFiltered ? () => true : undefined,
              isAscending,
            },
            { limit, after },
          );
          shown.push(...page.entries.map(({ said }) => said));
          after = page.next;
          if (after === undefined) break;
        }
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown).toEqual(expect.arrayContaining(honest.map((at) => `${at}#a`)));
      },
    ),
  );
});
