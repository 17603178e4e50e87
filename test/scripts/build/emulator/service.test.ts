import { expect, test } from '@jest/globals';
import { emulatorService } from '../../../../scripts/build/emulator/service.ts';
import { TEST_ONLY_MARKER, TEST_ONLY_SERVICE } from '../../../../scripts/build/emulator/test-only.ts';
import { serverless, textOf } from '../../../support/arch/infrastructure.ts';
import { repositoryFiles } from '../../../support/arch/repository-files.ts';

const service = emulatorService({});

test('a test-only build has another name and folder than the product', () => {
  expect(service.service).toBe(TEST_ONLY_SERVICE);
  expect(TEST_ONLY_SERVICE).not.toBe((serverless as unknown as { service: string }).service);
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  expect(scripts['package:emulator']).toBe(
    `sls package --config serverless.emulator.mjs --stage sandbox --package .serverless-emulator`,
  );
  expect(scripts.package).toBe('sls package');
  expect(textOf('.gitignore').split('\n')).toContain('.serverless-emulator/');
});

test('a test-only build has the functions and resources of serverless.yml', () => {
  expect(Object.keys(service.functions as object)).toEqual(Object.keys(serverless.functions));
  expect(service.plugins).toContain('./scripts/build/deployable.ts');
});

test('a test-only build has the settings of the local stack, and is told which account it is deployed into', () => {
  expect(service.provider.stage).toBe('sandbox');
  expect(service.custom.stageSettings).toMatchObject({ boundary: 'rolewright-boundary' });
  expect(service.provider.environment.EMULATOR_ACCOUNT).toEqual({ Ref: 'AWS::AccountId' });
});

test('the addresses of emulator and stand-ins can be given', () => {
  const variables = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    SANDBOX_BITBUCKET_URL: 'http://127.0.0.1:2',
    SANDBOX_SLACK_URL: 'http://127.0.0.1:3',
  };
  expect(emulatorService(variables).provider.environment).toMatchObject(variables);
});

test('serverless.yml itself gives no function an endpoint', () => {
  expect(Object.keys(serverless.provider.environment as object).join()).not.toMatch(
    /ENDPOINT|SANDBOX|EMULATOR/,
  );
});

test('the marker is in no source that the product bundles', () => {
  const sources = repositoryFiles().filter((path) => path.endsWith('.ts'));
  expect(sources.filter((path) => textOf(path).includes(TEST_ONLY_MARKER))).toEqual([
    'scripts/build/emulator/test-only.ts',
  ]);
});
