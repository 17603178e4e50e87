import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const [line = ''] = /^claims=\$\(.*$/m.exec(readFileSync('docs/explain.md', 'utf8')) ?? [];

describe('the line that prints the claims of a step', () => {
  test('prints them whole, for tokens of every length and alphabet', () => {
    for (const note of ['', 'a', 'ab', 'abc', 'ü', '>>>???', '\u{1f600}']) {
      const claims = JSON.stringify({ sub: '{a}:{b}', note });
      const token = `e30.${Buffer.from(claims).toString('base64url')}.c2ln`;
      const { stdout, stderr, status } = spawnSync('/bin/sh', ['-ec', line], {
        env: { PATH: process.env.PATH, BITBUCKET_STEP_OIDC_TOKEN: token },
        encoding: 'utf8',
      });
      expect([status, stderr, stdout]).toEqual([0, '', claims]);
    }
  });

  test('prints nothing of the signature', () => {
    expect(line).toContain('cut -d. -f2');
  });
});
