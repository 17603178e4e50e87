import { describe, expect, test } from '@jest/globals';
import { handsAccessOn, onlyReads } from '../../../../domain/guardrails/dangerous-actions.ts';
import { handsOn, hitOf, isUnjudged } from '../../../../domain/guardrails/judge-action.ts';
import { isJudgedSafe } from '../../../../domain/guardrails/reviewed-services.ts';
import { guardrailSettingsSchema } from '../../../../domain/guardrails/settings.ts';

describe('a list of actions', () => {
  const hit = hitOf(['s3:PutObject', 'ec2:*', 'sqs:send?essage']);

  test.each([
    ['S3:putobject', 's3:putobject'],
    ['s3:Put*', 's3:putobject'],
    ['ec2:RunInstances', 'ec2:*'],
    ['sqs:SendMessage', 'sqs:send?essage'],
    ['*', 's3:putobject'],
  ])('has %s in common with %s', (action, pattern) => {
    expect(hit(action)).toBe(pattern);
  });

  test.each(['s3:PutObjectAcl', 's3:Get*', 'sqs:SendMessages', 'ec', ''])('has nothing of "%s"', (action) => {
    expect(hit(action)).toBeUndefined();
  });

  test('that is empty has nothing of any action', () => {
    expect(hitOf([])('*')).toBeUndefined();
  });
});

describe('an action’s name says', () => {
  test.each(['s3:getobject', 'ecr:batchgetimage', 'iam:simulateprincipalpolicy'])(
    'that it reads: %s',
    (action) => {
      expect(onlyReads(action)).toBe(true);
    },
  );
  test.each(['s3:forget', 's3:get*', 's3:get?bject', 'get:putobject'])('not that it reads: %s', (action) => {
    expect(onlyReads(action)).toBe(false);
  });

  test.each([
    's3:putbucketpolicy',
    's3:putobjectacl',
    'ec2:tag',
    'ec2:untagresource',
    'rds:addtagstoresource',
    'ec2:createtags',
    'ec2:createorupdatetags',
    's3:putobjecttagging',
    'x:*',
  ])('that it hands access on: %s', (action) => {
    expect(handsAccessOn(action)).toBe(true);
  });
  // Each holds a word of the list in a place where it means something else.
  test.each([
    'rds:createoracledatabase',
    'apigateway:createstage',
    'x:readdtags',
    'x:recreatetags',
    'x:deletetagsettings',
    'x:inputtagging',
    'x:puttaggingrule',
    's3:getbucketpolicy',
    's3:putlifecyclepolicy',
  ])('not that it hands access on: %s', (action) => {
    expect(handsAccessOn(action)).toBe(false);
  });
});

test('an action that another rule refuses by name is not reported as unjudged besides', () => {
  expect(handsOn('lambda:CreateFunction')).toBe(false);
  expect(isUnjudged('lambda:CreateFunction')).toBe(false);
  expect(isUnjudged('lambda:NeverHeardOf')).toBe(true);
});

test.each(['nowhere:getobject', 's3', 's3:getobject:x', ''])('"%s" is not judged safe', (action) => {
  expect(isJudgedSafe(action)).toBe(false);
});

test.each([' s3:DeleteObject', 's3:DeleteObject ', 'aws:s3:DeleteObject', 's3'])(
  '"%s" is no pattern that a configuration may deny',
  (pattern) => {
    expect(guardrailSettingsSchema.safeParse({ deny: [pattern] }).success).toBe(false);
  },
);
