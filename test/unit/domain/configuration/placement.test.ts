import { expect, test } from '@jest/globals';
import { placementErrors, placementOf } from '../../../../domain/configuration/placement.ts';
import type { Account } from '../../../../domain/shared/account.ts';
import { accountIdSchema } from '../../../../domain/shared/identifiers.ts';

const hub: Account = {
  stage: 'prod',
  rolePath: '/rolewright/',
  alias: 'default',
  id: accountIdSchema.parse('111122223333'),
  partition: 'aws',
  region: 'eu-central-1',
  boundaryPolicy: 'rolewright-boundary',
};
const spoke: Account = {
  ...hub,
  alias: 'staging',
  id: accountIdSchema.parse('444455556666'),
  region: 'eu-west-1',
  provisionerRole: 'arn:aws:iam::444455556666:role/rolewright-spoke',
  externalId: 'x',
};

test('a function’s ARN says where it runs, also with an alias', () => {
  const placement = { partition: 'aws-cn', region: 'cn-north-1', account: '111122223333' };
  const arn = 'arn:aws-cn:lambda:cn-north-1:111122223333:function:rolewright-prod-grants';
  expect([placementOf(arn), placementOf(`${arn}:live`)]).toEqual([placement, placement]);
});

test.each([undefined, '', 'offline_invokedFunctionArn_for_rolewright-sandbox-grants', 'arn:aws:lambda'])(
  '%j says nothing of a place',
  (arn) => expect(placementOf(arn)).toBeUndefined(),
);

test.each([
  [{ account: '111122223333', region: 'eu-central-1', partition: 'aws' }, 0],
  [{ region: 'eu-central-1' }, 0],
  [{ account: '444455556666' }, 1],
  [{ region: 'eu-west-1' }, 1],
  [{ partition: 'aws-us-gov' }, 1],
  [{ account: '999999999999', region: 'cn-north-1', partition: 'aws-cn' }, 3],
])('%j differs from the hub in %i parts, whichever account is listed first', (placement, count) => {
  expect(placementErrors([hub, spoke], placement)).toHaveLength(count);
  expect(placementErrors([spoke, hub], placement)).toHaveLength(count);
});
