import { expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { commonProblems } from '../../../handlers/http/contract/operation.ts';
import { operationsByFunction } from '../../../handlers/http/contract/operations.ts';
import { guarded } from '../../../handlers/http/http-function.ts';
import { refuseMisplaced } from '../../../handlers/invocation/placed.ts';
import { World } from '../../support/domain/fakes/fakes.ts';

const { configuration } = new World().requestPorts;
const arnIn = (region: string, account: string) =>
  `arn:aws:lambda:${region}:${account}:function:rolewright-prod-grants`;
const elsewhere = [arnIn('eu-central-1', '999999999999'), arnIn('eu-west-1', '111122223333')];

/** An HTTP function that counts how often it is reached. */
function counted() {
  let reached = 0;
  const logger = { info: () => {}, error: () => {} } as never;
  const handler = guarded({ logger, configuration }, async () => {
    reached += 1;
    return { statusCode: 200 };
  });
  const call = (invokedFunctionArn: string) =>
    handler(
      { requestContext: { http: { method: 'POST', path: '/v1/grants' } } } as never,
      { invokedFunctionArn, awsRequestId: 'r1', getRemainingTimeInMillis: () => 20_000 } as Context,
      () => {},
    );
  return { call, reached: () => reached };
}

test.each(elsewhere)('a request to %s is answered at once, and reaches nothing', async (arn) => {
  const { call, reached } = counted();
  const answer = await call(arn);
  expect(answer).toMatchObject({ statusCode: 503, body: expect.stringContaining('ACCOUNT_UNREACHABLE') });
  expect(JSON.stringify(answer)).toContain('deployed in the wrong place');
  expect(reached()).toBe(0);
});

test('a request where the configuration says is served, and so is one on a local gateway', async () => {
  const { call, reached } = counted();
  await call(arnIn('eu-central-1', '111122223333'));
  await call('offline_invokedFunctionArn_for_grants');
  expect(reached()).toBe(2);
});

test.each(elsewhere)('nothing else runs at %s either', (invokedFunctionArn) => {
  expect(() => refuseMisplaced({ configuration }, { invokedFunctionArn })).toThrow('wrong place');
});

test('every operation may answer that the installation is deployed in the wrong place', () => {
  const { fallback: _, ...served } = operationsByFunction;
  const operations = Object.values(served).flatMap((own) => Object.values(own));
  expect(operations.length).toBeGreaterThan(10);
  for (const operation of operations) expect(commonProblems(operation)).toContain('ACCOUNT_UNREACHABLE');
});
