import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readBoundaryRoles } from '../../../adapters/settings/boundary-roles.ts';

const folder = mkdtempSync(join(tmpdir(), 'roles-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the lists of serverless.yml are read by the names of the roles', () => {
  const lines = [
    'custom:',
    '  passableRoles:',
    '    - !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/shop-task',
    '    - arn:aws:iam::111122223333:role/team/shop-exec',
    '  assumableRoles: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-deploy',
    '',
  ];
  writeFileSync(join(folder, 'serverless.yml'), lines.join('\n'));
  expect(readBoundaryRoles(folder)).toEqual({
    passable: ['shop-task', 'team/shop-exec'],
    assumable: ['cdk-deploy'],
  });
});

test('as shipped, no role may be passed or assumed', () => {
  expect(readBoundaryRoles(join(import.meta.dirname, '..', '..', '..'))).toEqual({
    passable: ['none-is-passable'],
    assumable: ['none-is-assumable'],
  });
});

test('without the file nothing is known', () => {
  expect(readBoundaryRoles(join(folder, 'nowhere'))).toBeUndefined();
});
