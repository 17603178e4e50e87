import { expect, test } from '@jest/globals';
import { seed } from '../../sandbox/bitbucket/seed.ts';
import { firstRequest } from '../../sandbox/first-request.ts';

const at = { api: 'http://127.0.0.1:3000', bitbucket: { url: 'http://127.0.0.1:4010' } as never };

test('a start shows the commands of a first request', () => {
  expect(firstRequest({ ...at, seed }).join('\n')).toMatch(
    /person-token -d .*ada@acme\.example.*\n.*\/v1\/grants/,
  );
});

test('and no command that cannot work, where no issuer is for persons', () => {
  const issuers = seed.issuers.filter(({ kind }) => kind === 'service');
  expect(firstRequest({ ...at, seed: { ...seed, issuers } })).toEqual([
    expect.stringContaining('no issuer of kind person'),
  ]);
});
