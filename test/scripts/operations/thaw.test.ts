import { expect, test } from '@jest/globals';
import { thaw } from '../../../scripts/thaw.ts';

test('npm run thaw shows what froze the stage in characters that no terminal obeys', async () => {
  const value = JSON.stringify({ reason: 'a\u009b2J\u202eb\u001b[2J' });
  const lines: string[] = [];
  const code = await thaw(['--stage', 'dev'], {
    parametersOf: async () => ({ send: async () => ({ Parameter: { Value: value } }) }) as never,
    ask: async () => 'no',
    write: (line) => lines.push(line),
  });
  expect(code).toBe(1);
  expect(lines[0]).toContain('a\\u{9b}2J\\u{202e}b');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  expect(lines.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});
