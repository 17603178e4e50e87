import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { diagnoseAlarms } from '../../../scripts/doctor/alarms.ts';

const sns = mockClient(SNSClient);
afterEach(() => {
  sns.reset();
});
afterAll(() => {
  sns.restore();
});

const alarms = { topic: 'arn:aws:sns:eu-central-1:111122223333:operations' };
const diagnose = () => diagnoseAlarms({ alarms }, 'eu-central-1');
const refusing = (name: string) =>
  sns.on(GetTopicAttributesCommand).rejects(Object.assign(new Error('no'), { name }));

test.each<[Record<string, string>, boolean]>([
  [{ SubscriptionsConfirmed: '1' }, true],
  [{ SubscriptionsConfirmed: '0', SubscriptionsPending: '1' }, false],
  [{}, false],
])('a topic with %j is right: %s', async (Attributes, isGood) => {
  sns.on(GetTopicAttributesCommand, { TopicArn: alarms.topic }).resolves({ Attributes });
  expect(await diagnose()).toMatchObject({ isGood });
});

test.each(['NotFoundException', 'NotFound'])('a topic that is not there is wrong: %s', async (name) => {
  refusing(name);
  expect(await diagnose()).toMatchObject({ isGood: false, remedy: expect.stringContaining('Create it') });
});

test('a topic that may not be looked at is not checked, and said so', async () => {
  refusing('AuthorizationErrorException');
  expect(await diagnose()).toMatchObject({
    isGood: true,
    isWarning: true,
    remedy: expect.stringContaining('sns:GetTopicAttributes'),
  });
});

test('without a topic there is a warning, and AWS is asked nothing', async () => {
  const found = await diagnoseAlarms({ alarms: undefined }, 'eu-central-1');
  expect(found).toMatchObject({ isGood: true, isWarning: true, about: 'Alarms notify no topic' });
  expect(sns.calls()).toEqual([]);
});
