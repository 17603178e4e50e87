import { expect, test } from '@jest/globals';
import { portsFromEnvironment, startAdvice } from '../../sandbox/stack.ts';

const ports = portsFromEnvironment({ SANDBOX_SLACK_PORT: '5050' });

test.each([
  ['listen EADDRINUSE: address already in use 127.0.0.1:4010', 'SANDBOX_BITBUCKET_PORT'],
  ['the gateway has ended: EADDRINUSE: address already in use 127.0.0.1:3000', 'ROLEWRIGHT_PORT'],
  ['listen EADDRINUSE: address already in use 127.0.0.1:5050', 'SANDBOX_SLACK_PORT'],
])('a taken port is told with the variable that chooses another: %s', (message, variable) => {
  expect(startAdvice(new Error(message), ports)).toContain(`${variable}=<port>`);
});

test('any other failure keeps its words', () => {
  expect(startAdvice(new Error('there is no disk'), ports)).toBe('there is no disk');
});

test('a folder that another stack has is named, with what to do', () => {
  expect(startAdvice(new Error('another sandbox is running in .sandbox'), ports)).toMatch(
    /^another sandbox is running in \.sandbox\. Stop it with Ctrl-C .* SANDBOX_DIR/,
  );
});
