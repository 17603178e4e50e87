import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT, textOf } from '../support/arch/infrastructure.ts';
import { repositoryFiles } from '../support/arch/repository-files.ts';

const documents = repositoryFiles().filter((path) => path.endsWith('.md'));
const folders = [
  ...new Set(repositoryFiles().flatMap((path) => (path.includes('/') ? path.split('/')[0] : []))),
];

/** Text without its fenced examples. */
const withoutExamples = (text: string) => text.replace(/^ *```[\s\S]*?^ *```/gm, '');

/** The anchors of a document: GitHub's and Bitbucket's common rule for a heading. */
const anchorsOf = (text: string): string[] =>
  [...withoutExamples(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Links within the repository that lead nowhere, of a document at a path. */
function deadLinks(path: string, text: string): string[] {
  const links = [...withoutExamples(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file ? posix.join(posix.dirname(path), file) : path;
    if (!existsSync(`${ROOT}${target}`)) return true;
    return anchor !== undefined && !anchorsOf(target === path ? text : textOf(target)).includes(anchor);
  });
}

/** Paths in code font that begin with a folder of the repository and are not there. Those with a placeholder are left out. */
const missingPaths = (text: string): string[] =>
  [...withoutExamples(text).matchAll(/`([\w.-]+\/[\w./-]*)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => folders.includes(path.split('/')[0] ?? '') && !existsSync(`${ROOT}${path}`));

const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };

/** Commands of the readers' own repositories, in examples of pipeline steps. */
const OF_READERS = ['migrate'];

/** Commands of `npm run` that `package.json` does not have, in text and examples. */
const missingCommands = (text: string): string[] =>
  [...text.matchAll(/\bnpm run (?:(?:-s|--silent) )?([a-z][\w:-]*)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !Object.hasOwn(scripts, name) && !OF_READERS.includes(name));

describe('the documents', () => {
  test.each(documents)('%s links to what is there', (path) => {
    expect(deadLinks(path, textOf(path))).toEqual([]);
  });

  // The changelog names what was there.
  test.each(documents.filter((path) => path !== 'CHANGELOG.md'))('%s names paths that are there', (path) => {
    expect(missingPaths(textOf(path))).toEqual([]);
  });

  test.each(documents.filter((path) => path !== 'CHANGELOG.md'))(
    '%s names commands that are there',
    (path) => {
      expect(missingCommands(textOf(path))).toEqual([]);
    },
  );

  test('are looked at by a check that sees a dead link, a dead anchor, a missing path and a missing command', () => {
    const text =
      '# A `b` heading\n[x](#a-b-heading) [y](#c) [z](none.md) [w](https://example.com) `domain/none.ts` `a/b`';
    expect(missingCommands('npm run -s doctor; npm run mend -- --now, npm run')).toEqual(['mend']);
    expect(deadLinks('README.md', text)).toEqual(['#c', 'none.md']);
    expect(missingPaths(text)).toEqual(['domain/none.ts']);
  });
});

describe('the decisions', () => {
  const records = documents.filter((path) => /^docs\/decisions\/\d/.test(path));

  test('are numbered without gaps, and the index has each under its title', () => {
    const index = textOf('docs/decisions/README.md');
    const rows = records.sort().map((path, n) => {
      const [, title] = /^# (.+)$/m.exec(textOf(path)) ?? [];
      expect(path).toMatch(new RegExp(`/${String(n + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
      return `| ${n + 1} | [${title?.replace(`${n + 1}. `, '')}](${posix.basename(path)}) |`;
    });
    expect(rows.length).toBeGreaterThan(10);
    expect(index.split('\n').filter((line) => /^\| \d/.test(line))).toEqual(rows);
  });

  test.each(records)('%s has context, decision and consequences on at most 40 lines', (path) => {
    const lines = textOf(path).split('\n');
    expect(lines.length - 1).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.startsWith('## '))).toEqual([
      '## Context',
      '## Decision',
      '## Consequences',
    ]);
  });
});
