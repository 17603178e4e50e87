import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NewEvent } from '../../../../domain/grants/event.ts';
import { given } from '../../../support/domain/decider-story.ts';
import { subject } from '../../../support/domain/samples.ts';
import { activated, requested, started } from '../../../support/domain/stories.ts';

const MOST = 100;
const begin = [requested(), started, activated];
const renamed = (fullName: string): NewEvent => ({
  type: 'RepositoryRenamed',
  data: { ...subject, repository: { uuid: subject.repository.uuid, fullName } },
});
const namesAfter = (names: readonly string[]): string[] =>
  given([...begin, ...names.map(renamed)]).repositoryNames;

test('names of a repository that is renamed thousands of times stay within a bound: the first and the newest', () => {
  const names = Array.from({ length: 3000 }, (_, n) => `acme/name-${n}`);
  const kept = namesAfter(names);
  expect([kept.length, kept[0]]).toEqual([MOST, 'acme/shop']);
  expect(kept.slice(1)).toEqual(names.slice(1 - MOST));
});

test('whatever the names are, the first and the present one are kept, each once', () => {
  const some = fc.array(
    fc.nat(130).map((n) => `acme/n${n}`),
    { minLength: 1, maxLength: 300 },
  );
  fc.assert(
    fc.property(some, (names) => {
      const kept = namesAfter(names);
      expect(kept[0]).toBe('acme/shop');
      expect(kept).toContain(names.at(-1));
      expect(new Set(kept).size).toBe(kept.length);
      expect(kept.length).toBeLessThanOrEqual(MOST);
      const latest = [...new Set([...names].reverse())].slice(0, MOST - 1);
      expect([...kept.slice(1)].reverse()).toEqual(latest);
    }),
    { numRuns: 50 },
  );
});
