import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { functionLog } from '../../../handlers/composition/function-log.ts';

// Powertools then writes to the console of the process, and not to one of its own.
const before = process.env.POWERTOOLS_DEV;
beforeAll(() => {
  process.env.POWERTOOLS_DEV = 'true';
});
afterAll(() => {
  if (before === undefined) delete process.env.POWERTOOLS_DEV;
  else process.env.POWERTOOLS_DEV = before;
});

test('a line of a log holds no character that a terminal obeys, in any field and in any error', () => {
  const lines: string[] = [];
  const written = jest.spyOn(console, 'error').mockImplementation((line) => lines.push(String(line)));
  const hostile = 'Prod\u009b2J\u202e\u001b[2J\u2028\u200b\nend';
  functionLog().error(`No ${hostile}`, {
    about: { name: hostile },
    error: new Error(hostile, { cause: hostile }),
  });
  written.mockRestore();
  const text = lines.join('');
  // The line ends are those that Powertools puts between fields while it is in development.
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(JSON.parse(text)).toMatchObject({
    service: 'rolewright',
    about: { name: 'Prod\\u{9b}2J\\u{202e}\u001b[2J\\u{2028}\\u{200b}\nend' },
    error: { name: 'Error' },
  });
});
