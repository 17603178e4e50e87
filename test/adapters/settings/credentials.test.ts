import { clearCaches } from '@aws-lambda-powertools/parameters';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { fixedCredentials, ssmCredentials } from '../../../adapters/settings/secrets.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { rejectionOf, sdkError } from '../../support/adapters/failures.ts';
import { asEpoch } from '../../support/identifiers.ts';

const ssm = mockClient(SSMClient);
let now = 0;
let source = ssmCredentials('/rolewright/dev/bitbucket', { now: () => asEpoch(now) });
beforeEach(() => {
  useAwsEnvironment({});
  clearCaches();
  ssm.reset();
  now = 0;
  source = ssmCredentials('/rolewright/dev/bitbucket', { now: () => asEpoch(now) });
});
afterAll(() => ssm.restore());
const reads = () => ssm.commandCalls(GetParameterCommand).map(({ args }) => args[0].input.Name);
const missing = () => new ParameterNotFound({ message: 'none', $metadata: {} });

test('a workspace has a parameter of its own, which is cached, and read again where that is asked', async () => {
  const asked = { Name: '/rolewright/dev/bitbucket/acme', WithDecryption: true };
  ssm
    .on(GetParameterCommand, asked)
    .resolvesOnce({ Parameter: { Value: 'old' } })
    .resolves({ Parameter: { Value: 'new' } });
  expect([await source.read('acme', false), await source.read('acme', false)]).toEqual(['old', 'old']);
  expect([await source.read('acme', true), await source.read('acme', false)]).toEqual(['new', 'new']);
  expect(reads()).toEqual([asked.Name, asked.Name]);
});

test('a missing parameter is named, costs one call in half a minute, and harms no other workspace', async () => {
  ssm.on(GetParameterCommand).rejects(missing());
  ssm
    .on(GetParameterCommand, { Name: '/rolewright/dev/bitbucket/globex' })
    .resolves({ Parameter: { Value: 'g' } });
  for (const isFresh of [false, true, true]) {
    expect(await rejectionOf(source.read('acme', isFresh))).toMatchObject({
      code: 'DENIED',
      message:
        'No credential of workspace acme is stored. Have an administrator store one in SSM parameter /rolewright/dev/bitbucket/acme.',
    });
  }
  expect(reads()).toHaveLength(1);
  expect(await source.read('globex', false)).toBe('g');
  now = 30_000;
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'late' } });
  expect(await source.read('acme', false)).toBe('late');
});

test('a failure that may pass is not taken for a refusal, and the other way round', async () => {
  ssm.on(GetParameterCommand).rejects(sdkError('InternalServerError', { httpStatusCode: 500 }));
  await expect(source.read('acme', false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  now = 5000;
  ssm.on(GetParameterCommand).rejects(sdkError('AccessDeniedException', { httpStatusCode: 400 }));
  await expect(source.read('acme', false)).rejects.toMatchObject({ code: 'DENIED' });
});

test('on a machine of a developer they are a variable, whose values are texts or JSON', async () => {
  const consumer = { kind: 'oauthConsumer', key: 'k', secret: 's' };
  const local = fixedCredentials(
    { acme: 'token', globex: consumer, initech: ['a'] },
    'BITBUCKET_CREDENTIALS',
  );
  expect(await local.read('acme', false)).toBe('token');
  expect(JSON.parse(await local.read('globex', true))).toEqual(consumer);
  expect(await local.read('initech', false)).toBe('["a"]');
  for (const slug of ['constructor', 'none']) {
    await expect(local.read(slug, false)).rejects.toMatchObject({
      code: 'DENIED',
      message: expect.stringContaining(`BITBUCKET_CREDENTIALS, entry ${slug}`),
    });
  }
});
