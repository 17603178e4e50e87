import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { diagnoseConcurrency } from '../../../scripts/doctor/concurrency.ts';

const lambda = mockClient(LambdaClient);
afterEach(() => {
  lambda.reset();
});
afterAll(() => {
  lambda.restore();
});

test.each([
  [7, false, undefined],
  [8, true, true],
  [99, true, true],
  [100, true, undefined],
])('%i invocations at a time: right is %s, a warning %s', async (left, isGood, isWarning) => {
  lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { UnreservedConcurrentExecutions: left } });
  const found = await diagnoseConcurrency('eu-central-1');
  expect([found.isGood, found.isWarning]).toEqual([isGood, isWarning]);
  expect(found.about).toContain(`${left} invocations`);
});

test('that may not be read is not checked, and said so', async () => {
  lambda.on(GetAccountSettingsCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  expect(await diagnoseConcurrency('eu-central-1')).toMatchObject({
    isWarning: true,
    remedy: expect.stringContaining('lambda:GetAccountSettings'),
  });
});
