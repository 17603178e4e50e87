import { expect, test } from '@jest/globals';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { accountSeeds } from '../../sandbox/infrastructure.ts';

test('no variable of serverless.yml is left in what the accounts begin with', () => {
  const root = process.cwd();
  const configuration = readConfiguration(sourceOfStage(root, 'sandbox'));
  const { managedPolicies, roles } = accountSeeds(root, configuration, 'rolewright-sandbox');
  const text = JSON.stringify([managedPolicies, roles]);
  expect(text).toContain('NothingOfRolewright');
  expect(text.match(/\$\{(?!aws:)[^}]*\}/g)).toBeNull();
});
