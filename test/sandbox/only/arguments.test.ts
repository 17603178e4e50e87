import { expect, test } from '@jest/globals';
import { onlyFrom } from '../../../sandbox/only/arguments.ts';

const api = 'http://127.0.0.1:3000';

test('without --only, everything is started', () => {
  expect(onlyFrom({})).toBeUndefined();
});

test.each([
  ['bitbucket,slack', ['bitbucket', 'slack']],
  ['slack', ['slack']],
  [' bitbucket , bitbucket ', ['bitbucket']],
])('--only %s starts %j', (only, names) => {
  expect([...(onlyFrom({ only, api })?.names ?? [])]).toEqual(names);
});

test('the API keeps its path, without the slash at its end', () => {
  const of = (url: string) => onlyFrom({ only: 'slack', api: url })?.api;
  expect(of('http://127.0.0.1:4566/_aws/execute-api/abc/')).toBe(
    'http://127.0.0.1:4566/_aws/execute-api/abc',
  );
});

test.each([
  [{ only: 'aws', api }, '--only takes bitbucket and slack'],
  [{ only: 'bitbucket,', api }, '--only takes bitbucket and slack'],
  [{ only: '', api }, '--only takes bitbucket and slack'],
  [{ only: 'bitbucket' }, '--only needs --api'],
  [{ only: 'bitbucket', api: '' }, '--only needs --api'],
  [{ only: 'bitbucket', api: '127.0.0.1:3000' }, '--only needs --api'],
  [{ only: 'bitbucket', api: 'file:///tmp' }, '--only needs --api'],
  [{ api }, '--api is for --only'],
])('%j is refused with what to do', (given, message) => {
  expect(() => onlyFrom(given)).toThrow(message);
});
