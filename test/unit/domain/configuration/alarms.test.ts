import { expect, test } from '@jest/globals';
import { alarmErrors, alarmsSchema } from '../../../../domain/configuration/alarms.ts';
import { accountIdSchema } from '../../../../domain/shared/identifiers.ts';

const accounts = [
  {
    stage: 'prod',
    rolePath: '/rolewright/',
    alias: 'default',
    id: accountIdSchema.parse('111122223333'),
    partition: 'aws' as const,
    region: 'eu-central-1',
    boundaryPolicy: 'rolewright-boundary',
  },
];

test.each([
  'arn:aws:sns:eu-central-1:111122223333',
  'arn:aws:sqs:eu-central-1:111122223333:operations',
  'arn:aws:sns:eu-central-1:1111:operations',
  'arn:aws:sns:eu-central-1:111122223333:operations.fifo',
  'operations',
])('%s is no topic', (topic) => {
  expect(alarmsSchema.safeParse({ topic }).success).toBe(false);
});

test.each([
  ['arn:aws:sns:eu-central-1:111122223333:operations', 0],
  ['arn:aws:sns:eu-central-1:999999999999:operations', 0],
  ['arn:aws:sns:eu-west-1:111122223333:operations', 1],
  ['arn:aws-cn:sns:cn-north-1:111122223333:operations', 1],
])('%s has %i errors: an alarm notifies topics of its own Region only', (topic, count) => {
  const alarms = alarmsSchema.parse({ topic });
  expect(alarmErrors({ alarms, accounts })).toHaveLength(count);
});

test('no topic is no error', () => {
  expect(alarmErrors({ accounts })).toEqual([]);
});
