import { describe, expect, test } from '@jest/globals';
import { deniedByBoundary } from '../../../../domain/policy/boundary-roles.ts';

const policy = (Action: string[], ...roles: string[]) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'A',
      Effect: 'Allow',
      Action,
      Resource: roles.map((role) => `arn:aws:iam::111122223333:role/${role}`),
    },
  ],
});
const roles = { passable: ['shop-exec', 'team/shop-task'], assumable: ['cdk-deploy'] };

describe('a role that the boundary does not let a grant use is named with its list', () => {
  test.each([
    [['iam:PassRole'], 'shop-task', 'shop-task is not in passableRoles; AWS will deny PassRole'],
    [['iam:passrole'], 'shop-task', 'shop-task is not in passableRoles; AWS will deny PassRole'],
    [['sts:AssumeRole'], 'shop-exec', 'shop-exec is not in assumableRoles; AWS will deny AssumeRole'],
    [['iam:PassRole'], 'shop-task2', 'shop-task2 is not in passableRoles'],
    [['iam:PassRole'], 'other/shop-task', 'other/shop-task is not in passableRoles'],
  ])('%j on %s', (actions, role, sentence) => {
    expect(deniedByBoundary(policy(actions, role), roles)).toEqual([expect.stringContaining(sentence)]);
  });

  test('each once, and only those', () => {
    const both = policy(['iam:PassRole'], 'shop-exec', 'shop-task', 'shop-task', 'team/shop-task');
    expect(deniedByBoundary(both, roles)).toHaveLength(1);
  });
});

test.each([
  ['roles of the lists', policy(['iam:PassRole'], 'shop-exec'), roles],
  ['other actions on roles', policy(['iam:GetRole'], 'shop-task'), roles],
  ['lists that are not known', policy(['iam:PassRole'], 'shop-task'), undefined],
  ['no policy', undefined, roles],
])('nothing is said of %s', (_, document, lists) => {
  expect(deniedByBoundary(document, lists)).toEqual([]);
});
