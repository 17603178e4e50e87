import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeParametersCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readConfiguration } from '../../../adapters/settings/files.ts';
import { sourceOfStage } from '../../../adapters/settings/source.ts';
import { hubOf } from '../../../domain/shared/account.ts';
import { diagnoseHub } from '../../../scripts/doctor/hub.ts';

const configuration = readConfiguration(sourceOfStage(process.cwd(), 'sandbox'));
const hub = hubOf(configuration.accounts);
if (!hub) throw new Error('the configuration has no hub');

const sts = mockClient(STSClient);
const ssm = mockClient(SSMClient);
const lambda = mockClient(LambdaClient);
const clients = [sts, ssm, lambda];
afterEach(() => {
  for (const client of clients) client.reset();
});
afterAll(() => {
  for (const client of clients) client.restore();
});

const diagnose = (credentials: 'environment' | 'none') =>
  diagnoseHub(
    { ...configuration, alarms: undefined },
    { hub, stage: 'prod', isDeployed: true, encryptionKey: undefined },
    { credentials },
  );

const inAccount = (Account: string | undefined) => {
  sts.on(GetCallerIdentityCommand).resolves({ Account });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Type: 'SecureString' } });
  ssm.on(DescribeParametersCommand).resolves({ Parameters: [] });
  lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { UnreservedConcurrentExecutions: 900 } });
};

test('with credentials of the hub, its parameters and its concurrency are looked at', async () => {
  inAccount(hub.id);
  const found = (await diagnose('environment')).map(({ about }) => about);
  expect(found).toContain('the parameter /rolewright/prod/cursor-keys is stored');
  expect(found).toContainEqual(expect.stringContaining('900 invocations at a time'));
});

test.each<[string, string | undefined, 'environment' | 'none', RegExp]>([
  ['of a spoke', '444455556666', 'environment', /are of account 444455556666\. Run it with those of the hub/],
  ['that AWS does not take', undefined, 'environment', /There are no AWS credentials/],
  ['that are not there', hub.id, 'none', /There are no AWS credentials/],
])(
  'with credentials %s, nothing is missed there: it is not checked, and said so',
  async (_, own, credentials, remedy) => {
    inAccount(own);
    expect(await diagnose(credentials)).toMatchObject([
      { isGood: true, isWarning: true, remedy: expect.stringMatching(remedy) },
      { about: 'Alarms notify no topic' },
    ]);
    expect([...ssm.calls(), ...lambda.calls()]).toEqual([]);
  },
);
