import { describe, expect, test } from '@jest/globals';
import { type GuardrailId, guardrailRules } from '../../../../domain/guardrails/rules.ts';
import { exactValues } from '../../../../domain/guardrails/scope/exact-scope.ts';
import type { PermissionsStatement } from '../../../../domain/policy/document.ts';
import { asAccountId } from '../../../support/identifiers.ts';

const ROLE = 'arn:aws:iam::111122223333:role/shop-task';
const sound = { Sid: 'A', Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::shop-site/*'] };

/** What one rule says about a policy with these statements. */
function found(id: GuardrailId, ...statements: object[]): string[] {
  const rule = guardrailRules.find((one) => one.id === id);
  if (!rule) throw new Error(`there is no rule ${id}`);
  const Statement = statements.map((one) => ({ ...sound, ...one })) as PermissionsStatement[];
  const context = { accountId: asAccountId('111122223333'), deny: [], service: undefined };
  return rule.find({ Version: '2012-10-17', Statement }, context).map(({ what }) => what);
}
const equals = (key: string, ...values: string[]) => ({ Condition: { StringEquals: { [key]: values } } });

describe('a statement has the shape of an Allow', () => {
  const WRONG = 'it is not an Allow with a list of actions and of resources';
  test.each([
    [{}, []],
    [{ NotAction: ['s3:GetObject'] }, ['it contains NotAction']],
    [{ Effect: 'Deny' }, [WRONG]],
    [{ Resource: [] }, [WRONG]],
    [{ Action: [] }, [WRONG]],
    [{ Action: 's3:PutObject' }, [WRONG]],
    [{ Action: ['s3:PutObject', 7] }, [WRONG]],
    [{ Resource: [sound.Resource[0], null] }, [WRONG]],
  ])('%j: %j', (over, faults) => {
    expect(found('allow-statements-only', over)).toEqual(faults);
  });
});

test.each([' s3:PutObject', 's3:PutObject ', 'aws:s3:PutObject', 's3:Put*', 's3'])(
  '"%s" is not one action',
  (action) => {
    expect(found('one-action-each', { Action: [action] })).toEqual([`${action} is not one action`]);
  },
);

describe('two actions that are a path together', () => {
  const PATH =
    'lambda:UpdateFunctionCode and lambda:InvokeFunction (statement A) together are a path to another role';
  test.each([
    [['lambda:UpdateFunctionCode', 'lambda:InvokeFunction'], [PATH]],
    [['lambda:UpdateFunctionCode', 's3:PutObject'], []],
    [['s3:PutObject', 's3:DeleteObject', 'ecr:PutImage'], []],
    [['lambda:UpdateFunctionCode', 'lambda:ListEventSourceMappings'], []],
  ])('%j: %j', (Action, faults) => {
    expect(found('no-escalation-pairs', { Action })).toEqual(faults);
  });

  test('are named once, however many paths they are', () => {
    const faults = found('no-escalation-pairs', { Action: ['lambda:*'] });
    expect(faults).toEqual([expect.stringContaining('lambda:* and lambda:*')]);
  });
});

describe('the values of a condition are exact', () => {
  const of = (...values: string[]) =>
    exactValues({ ...sound, ...equals('aws:X', ...values) } as PermissionsStatement, 'aws:x');
  test('when each is plain text', () => expect(of('a', 'b/c')).toEqual(['a', 'b/c']));
  test.each([[['a', '*']], [['${x}a']], [['a${x}']], [['']]])('but not %j', (values) => {
    expect(of(...values)).toEqual([]);
  });
  test('nor when the key is there in two spellings', () => {
    const Condition = { StringEquals: { 'aws:X': 'a', 'AWS:x': 'a' } };
    expect(exactValues({ ...sound, Condition } as PermissionsStatement, 'aws:x')).toEqual([]);
  });
});

describe('a role is passed', () => {
  const pass = (over: object) =>
    found('pass-role-exact', { Action: ['s3:PutObject', 'iam:PassRole'], Resource: [ROLE], ...over });
  const to = (...services: string[]) => equals('iam:PassedToService', ...services);
  const UNNAMED = 'iam:PassRole does not name the service';

  test('by its whole ARN to a service by its name', () => {
    expect(pass(to('ecs-tasks.amazonaws.com', 'lambda.amazonaws.com.cn'))).toEqual([]);
  });
  test.each([
    [[]],
    [['ecs-tasks.amazonaws.com', 'ecs-tasks']],
    [['/ecs-tasks.amazonaws.com']],
    [['ecs-tasks.amazonaws.com/x']],
  ])('but not to %j', (services) => {
    expect(pass(to(...services))).toEqual([UNNAMED]);
  });
  test.each([`x${ROLE}`, `${ROLE}*`, 'arn:aws:iam::*:role/shop-task'])('nor as %s', (resource) => {
    const over = { Resource: [ROLE, resource], ...to('ecs-tasks.amazonaws.com') };
    expect(pass(over)).toEqual([`iam:PassRole is allowed on ${resource}`]);
  });
});

describe('a stack is changed', () => {
  const change = (action: string, ...roles: string[]) =>
    found('stack-role-exact', { Action: [action], ...equals('cloudformation:RoleArn', ...roles) }).length;
  test('through an exact role', () => expect(change('cloudformation:CreateChangeSet', ROLE)).toBe(0));
  test.each([[[]], [[ROLE, 'shop-task']], [[`x${ROLE}`]]])('but not through %j', (roles) => {
    expect(change('cloudformation:DeleteStack', ...roles)).toBe(1);
  });
  test('or only read', () => expect(change('cloudformation:DescribeStacks')).toBe(0));
});

describe('a task definition is tagged', () => {
  const tag = (over: object) =>
    found('tag-at-creation-exact', { Action: ['ecs:TagResource'], ...over }).length;
  test('when it is registered', () => {
    expect(tag(equals('ecs:CreateAction', 'RegisterTaskDefinition'))).toBe(0);
  });
  test.each([[[]], [['CreateService']], [['RegisterTaskDefinition', 'CreateService']]])(
    'but not by %j',
    (actions) => {
      expect(tag(equals('ecs:CreateAction', ...actions))).toBe(1);
    },
  );
});
