import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { codeIn, tableOf } from '../support/arch/contributing.ts';
import { sourceFiles } from '../support/arch/imports.ts';
import { ROOT } from '../support/arch/infrastructure.ts';
import { repositoryFiles } from '../support/arch/repository-files.ts';

/** What CONTRIBUTING's vocabulary has replaced: a word in lower case, as part of any name, or a whole name. */
const replaced = tableOf('word', 'means', 'not').flatMap(([, , not]) => codeIn(not));

/** The words of a name: `placeOfDoor` and `PLACE_OF_DOOR` have `place`, `of`, `door`. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_');

/** The names in source text without comments and texts that a list of replaced words bans. */
function bannedIn(code: string, banned: readonly string[]): string[] {
  const withoutTexts = code.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
  const names = new Set(withoutTexts.match(/[A-Za-z_$][\w$]*/g) ?? []);
  return [...names].filter((name) =>
    banned.some((word) => (/^[a-z]+$/.test(word) ? wordsOf(name).includes(word) : name === word)),
  );
}

/** Names that a published format has, which this house does not rename, each with its format. */
const FOREIGN_NAMES: Record<string, string> = {
  'domain/explanation/diagnosis.ts: advice': "the field of POST /v1/explain's answer",
  'domain/use-cases/reading/explain-admission.ts: advice': "the field of POST /v1/explain's answer",
  'domain/scan/issuers/models.ts: actor': "a claim of GitHub's tokens",
  'domain/scan/issuers/models.ts: actor_id': "a claim of GitHub's tokens",
};

describe("CONTRIBUTING's vocabulary", () => {
  test('replaces words that no name in the product bears any more', () => {
    expect(replaced.length).toBeGreaterThan(20);
    const found = ['domain', 'adapters', 'handlers']
      .flatMap(sourceFiles)
      .flatMap(({ path, code }) => bannedIn(code, replaced).map((name) => `${path}: ${name}`));
    expect(found.filter((name) => !(name in FOREIGN_NAMES))).toEqual([]);
  });

  test('has each word once', () => {
    const words = tableOf('word', 'means', 'not').map(([word]) => word);
    expect(new Set(words).size).toBe(words.length);
  });

  test('bans a word as part of a name, a name as a whole, and nothing in a text', () => {
    const banned = ['door', 'PATIENCE_MS'];
    expect(bannedIn('const frontDoor = DOOR_COUNT + PATIENCE_MS;', banned)).toEqual([
      'frontDoor',
      'DOOR_COUNT',
      'PATIENCE_MS',
    ]);
    expect(bannedIn("const outdoors = MY_PATIENCE_MS + 'door';", banned)).toEqual([]);
  });
});

/** Turns of phrase that this house does not use, with the uses of the same words that are plain English left out. */
const TICS = [
  'whoever',
  'somebody',
  'nobody',
  'in any case',
  'stands?(?![- ]?ins?\\b| for\\b| by\\b| side\\b)',
  'is none',
  'parted',
  'at the most',
  'for good',
  'told',
  'tells',
];
const MOST_TICS = 60;

/** Written by commands from other files that are looked at, or a list of names. */
const GENERATED = ['docs/openapi.json', 'docs/templates.md', 'templates/schema.json', 'package-lock.json'];

test(`docs, docstrings and messages have at most ${MOST_TICS} of the house's old turns of phrase`, () => {
  const pattern = new RegExp(`\\b(?:${TICS.join('|')})\\b`, 'gi');
  const counts = repositoryFiles()
    .filter((path) => /\.(ts|js|md|ya?ml|cedar|cedarschema|json|html)$/.test(path))
    .filter((path) => !path.startsWith('test/') && path !== 'CHANGELOG.md' && !GENERATED.includes(path))
    .map((path) => [path, readFileSync(`${ROOT}${path}`, 'utf8').match(pattern)?.length ?? 0] as const)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const where = counts.slice(0, 20).map(([path, count]) => `${count} ${path}`);
  expect({ total, where: total > MOST_TICS ? where : [] }).toEqual({
    total: Math.min(total, MOST_TICS),
    where: [],
  });
});
