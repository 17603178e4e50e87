import { describe, expect, test } from '@jest/globals';
import { textOf } from '../support/arch/infrastructure.ts';

const manifest: { version: string } = JSON.parse(textOf('package.json'));
const changelog = textOf('CHANGELOG.md');
const sections = [...changelog.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title);
const releases = sections.slice(1).map((title) => title.split(' - '));

/** -1, 0 or 1, as two versions of three numbers compare. */
function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number));
  const at = [0, 1, 2].find((n) => a?.[n] !== b?.[n]);
  return at === undefined ? 0 : Math.sign((a?.[at] ?? 0) - (b?.[at] ?? 0));
}

describe('the changelog', () => {
  test('begins with what is unreleased, and has a release below it that a tag can point to', () => {
    expect(sections[0]).toBe('Unreleased');
    expect(releases.length).toBeGreaterThan(0);
  });

  test('dates each release and names it by its version, the latest first', () => {
    for (const [version = '', date = ''] of releases) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
    }
    const versions = releases.map(([version = '']) => version);
    expect(versions).toEqual([...new Set(versions)].sort((one, other) => compare(other, one)));
  });

  test('says of each release how to upgrade to it, and what a return from it leaves', () => {
    const [, ...texts] = changelog.split(/^## /m).slice(1);
    expect(texts.length).toBe(releases.length);
    for (const text of texts) {
      expect(text).toMatch(/^\*\*Upgrade\.\*\* /m);
      expect(text).toMatch(/^\*\*Rollback\.\*\* /m);
    }
  });

  test('groups its entries by the kinds of change that the versioning rule names', () => {
    const kinds = [...changelog.matchAll(/^### (.+)$/gm)].map(([, kind = '']) => kind);
    const allowed = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    expect(kinds.filter((kind) => !allowed.includes(kind))).toEqual([]);
  });
});

test("the package and the API's document have the version of the latest release", () => {
  const document: { info: { version: string } } = JSON.parse(textOf('docs/openapi.json'));
  const [latest] = releases[0] ?? [];
  expect(manifest.version).toBe(latest);
  expect(document.info.version).toBe(latest);
});
