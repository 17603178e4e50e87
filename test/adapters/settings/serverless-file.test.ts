import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readServerlessFile } from '../../../adapters/settings/serverless-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'roles-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the lists of serverless.yml are read by the names of the roles, and the name of the service', () => {
  const lines = [
    'service: gatekeeper',
    'custom:',
    '  passableRoles:',
    '    - !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/shop-task',
    '    - arn:aws:iam::111122223333:role/team/shop-exec',
    '  assumableRoles: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-deploy',
    '',
  ];
  writeFileSync(join(folder, 'serverless.yml'), lines.join('\n'));
  expect(readServerlessFile(folder)).toEqual({
    passable: ['shop-task', 'team/shop-exec'],
    assumable: ['cdk-deploy'],
    service: 'gatekeeper',
  });
});

test('as shipped, no role may be passed or assumed', () => {
  expect(readServerlessFile(join(import.meta.dirname, '..', '..', '..'))).toEqual({
    passable: ['none-is-passable'],
    assumable: ['none-is-assumable'],
    service: 'rolewright',
  });
});

test('without the file nothing is known', () => {
  expect(readServerlessFile(join(folder, 'nowhere'))).toBeUndefined();
});
