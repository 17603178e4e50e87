import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { hubOfStage } from '../../../scripts/operations/hub.ts';
import { thaw } from '../../../scripts/thaw.ts';

const sts = mockClient(STSClient);
afterEach(() => {
  sts.reset();
});
afterAll(() => {
  sts.restore();
});

const HUB = '111122223333';
const inAccount = (Account: string) => sts.on(GetCallerIdentityCommand).resolves({ Account });

test('a command acts in the hub of the stage with credentials of its account', async () => {
  inAccount(HUB);
  expect(await hubOfStage('sandbox', {})).toMatchObject({ id: HUB, region: 'eu-central-1' });
});

test('with credentials of another account it is refused', async () => {
  inAccount('444455556666');
  await expect(hubOfStage('sandbox', {})).rejects.toThrow(/Use credentials of the hub.*444455556666/);
});

test('so a frozen stage is not said to be open by who looks in another account', async () => {
  inAccount('444455556666');
  const lines: string[] = [];
  const world = {
    parametersOf: async (stage: string) => {
      await hubOfStage(stage, {});
      return { send: async () => ({}) };
    },
    ask: async () => 'sandbox',
    write: (line: string) => void lines.push(line),
  };
  await expect(thaw(['--stage', 'sandbox'], world)).rejects.toThrow('Use credentials of the hub');
  expect(lines).toEqual([]);
});
