import { clearCaches } from '@aws-lambda-powertools/parameters';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { ssmSecret, ssmWebhookSecrets } from '../../../adapters/settings/secrets.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { sdkError } from '../../support/adapters/failures.ts';
import { asEpoch } from '../../support/identifiers.ts';

const ssm = mockClient(SSMClient);
beforeEach(() => {
  useAwsEnvironment({});
  clearCaches();
  ssm.reset();
});
afterAll(() => ssm.restore());
let now = 0;
let secretsOf = ssmWebhookSecrets('/rolewright/dev/webhook-secret', { now: () => asEpoch(now) });
beforeEach(() => {
  secretsOf = ssmWebhookSecrets('/rolewright/dev/webhook-secret', { now: () => asEpoch(now) });
});

const slackSecret = () =>
  ssmSecret(
    { name: '/rolewright/dev/slack-signing-secret', system: 'Slack', what: 'The signing secret of Slack' },
    { now: () => asEpoch(now) },
  );

test('the secrets of a workspace stand in a parameter of its own, two during a rotation, and are read once', async () => {
  const asked = { Name: '/rolewright/dev/webhook-secret/acme', WithDecryption: true };
  ssm.on(GetParameterCommand, asked).resolves({ Parameter: { Value: 'old\nnew\n' } });
  expect(await secretsOf('acme')).toEqual(['old', 'new']);
  expect(await secretsOf('acme')).toEqual(['old', 'new']);
  expect(ssm.commandCalls(GetParameterCommand)).toHaveLength(1);
});

test('a workspace without a parameter has none, and costs one call in half a minute', async () => {
  ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: 'none', $metadata: {} }));
  for (const at of [0, 10_000, 29_999]) {
    now = at;
    expect(await secretsOf('acme')).toEqual([]);
  }
  expect(ssm.commandCalls(GetParameterCommand)).toHaveLength(1);
  now = 30_000;
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'new' } });
  expect(await secretsOf('acme')).toEqual(['new']);
});

test('a failed look-up costs one call in five seconds, for each workspace by itself', async () => {
  now = 0;
  ssm.on(GetParameterCommand).rejects(sdkError('InternalServerError', { httpStatusCode: 500 }));
  for (const slug of ['acme', 'acme', 'globex', 'acme']) {
    await expect(secretsOf(slug)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
  const calls = () =>
    new Set(ssm.commandCalls(GetParameterCommand).map(({ args }) => args[0].input.Name)).size;
  expect([calls(), ssm.commandCalls(GetParameterCommand).length]).toEqual([2, 2]);
  now = 5000;
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'new' } });
  expect(await secretsOf('acme')).toEqual(['new']);
});

test.each(['AccessDeniedException', 'ThrottlingException', 'InternalServerError'])(
  '%s is no absence: the delivery must be sent again',
  async (name) => {
    ssm.on(GetParameterCommand).rejects(sdkError(name, { httpStatusCode: 400 }));
    await expect(secretsOf('acme')).rejects.toMatchObject({
      name: 'PortError',
      system: 'SSM',
      code: 'UNAVAILABLE',
    });
  },
);

test('a secret is taken without the line end that came along with it, and a blank one is none', async () => {
  const secret = slackSecret();
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '8f742231b10e\n' } });
  expect(await secret()).toBe('8f742231b10e');
  clearCaches();
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: ' \n' } });
  await expect(slackSecret()()).rejects.toMatchObject({ name: 'PortError', system: 'Slack', code: 'DENIED' });
});

const calls = () => ssm.commandCalls(GetParameterCommand).length;

test.each<[string, () => void]>([
  [
    'missing',
    () => ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: 'none', $metadata: {} })),
  ],
  ['blank', () => ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '\t\n' } })],
])('a secret that is %s costs one call in half a minute, and is found when it is there', async (_, arm) => {
  now = 0;
  arm();
  const secret = slackSecret();
  for (const at of [0, 10_000, 29_999]) {
    now = at;
    await expect(secret()).rejects.toMatchObject({
      code: 'DENIED',
      message: expect.stringContaining('is not set'),
    });
  }
  expect(calls()).toBe(1);
  now = 30_000;
  clearCaches();
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'new' } });
  expect(await secret()).toBe('new');
});

test.each(['AccessDeniedException', 'ThrottlingException', 'InternalServerError'])(
  'a secret whose look-up fails with %s costs one call in five seconds',
  async (name) => {
    now = 0;
    ssm.on(GetParameterCommand).rejects(sdkError(name, { httpStatusCode: 400 }));
    const secret = slackSecret();
    for (const at of [0, 1, 4999]) {
      now = at;
      await expect(secret()).rejects.toMatchObject({
        code: 'DENIED',
        message: expect.stringContaining('cannot be read'),
      });
    }
    expect(calls()).toBe(1);
    now = 5000;
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'new' } });
    expect(await secret()).toBe('new');
    expect(await secret()).toBe('new');
    expect(calls()).toBe(2);
  },
);
